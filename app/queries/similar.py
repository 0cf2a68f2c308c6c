"""Statements of much the same words: who else said it, and who repeats themselves."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from sqlalchemy import ColumnElement, cast, exists, func, select, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from app.extraction.types import Act
from app.extraction.wording import differences, likeness
from app.models import Statement, StatementSpeaker
from app.queries.budget import Budget
from app.queries.filters import SimilarList, StatementFilters, StatementSort
from app.queries.shown import as_statement
from app.queries.statements import as_json, check_exists, select_statements
from app.queries.where import Resolved

_RAREST = 6  # stems: by their length, since rare words are long (Zipf's law of abbreviation)
_CANDIDATES = 500
_STEMS = text("""
    SELECT lexeme FROM statement, unnest(search) WHERE id = :id AND 'B' = ANY(weights)
    ORDER BY length(lexeme) DESC, lexeme LIMIT :most
""")
_Own = aliased(StatementSpeaker)


async def find_similar(
    connection: AsyncConnection, statement_id: int, parameters: SimilarList
) -> dict[str, Any]:
    """Live statements whose words are at least so much alike, the most alike first.

    Candidates share two of the six longest stems, so a statement of less is not found. Raises
    MergedError naming the survivor, NotFoundError.
    """
    own_text = await check_exists(connection, statement_id)
    budget = Budget()
    likest: list[tuple[float, int]] = []
    rows: dict[int, Any] = {}
    async with budget.spend(connection):
        found = await _candidates(connection, statement_id, parameters)
        scored = ((likeness(own_text, words), i) for i, words in found.items())
        likest = sorted((s for s in scored if s[0] >= parameters.min_likeness), key=_likest_first)
        likest = likest[: parameters.limit]
        if likest:
            filters = StatementFilters(id=[i for _, i in likest])
            resolved = Resolved({}, {})
            query = select_statements(resolved.pattern(filters), StatementSort.ID)
            values = resolved.values(filters)
            rows = {row.id: row for row in await connection.execute(query, values)}
    return {
        "data": [
            {
                "likeness": round(like, 3),
                "differences": as_json(differences(own_text, rows[i].text)),
                "statement": as_statement(rows[i]),
            }
            for like, i in likest
            if i in rows
        ],
        "timed_out": budget.timed_out,
    }


def _likest_first(scored: tuple[float, int]) -> tuple[float, int]:
    return -scored[0], scored[1]


async def _candidates(
    connection: AsyncConnection, statement_id: int, parameters: SimilarList
) -> dict[int, str]:
    stems = list(await connection.scalars(_STEMS, {"id": statement_id, "most": _RAREST}))
    if not stems:
        return {}
    query = cast(_any_two(stems), TSQUERY)
    candidates = (
        select(Statement.id, Statement.text)
        .where(Statement.search.op("@@")(query), Statement.id != statement_id)
        .where(Statement.merged_into_id.is_(None), ~Statement.withdrawn)
        .where(Statement.act != Act.THOUGHT)
        .order_by(func.ts_rank(Statement.search, query).desc(), Statement.id)
        .limit(_CANDIDATES)
    )
    if parameters.same_speaker is not None:
        same = _shares_a_speaker(statement_id)
        candidates = candidates.where(same if parameters.same_speaker else ~same)
    return {row.id: row.text for row in await connection.execute(candidates)}


def _any_two(stems: Sequence[str]) -> str:
    quoted = ["'" + stem.replace("\\", "\\\\").replace("'", "''") + "'" for stem in stems]
    pairs = [f"({one} & {other})" for one, other in combinations(quoted, 2)]
    return " | ".join(pairs or quoted)


def _shares_a_speaker(statement_id: int) -> ColumnElement[bool]:
    own = select(_Own.speaker_id).where(_Own.statement_id == statement_id)
    return (
        exists()
        .where(StatementSpeaker.statement_id == Statement.id, StatementSpeaker.speaker_id.in_(own))
        .correlate(Statement)
    )

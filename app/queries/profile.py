"""One speaker at a glance: what they were called, when they spoke, about what and with whom."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from app.db import AnyRow
from app.extraction.gazetteer import iter_entities
from app.models import Occurrence, Speaker, Statement, StatementSpeaker, StatementTopic, Topic
from app.queries.budget import Budget
from app.queries.decisions import decisions_about
from app.queries.entities import get_speaker
from app.queries.filters import StatementFilters, StatementSort
from app.queries.paging import Values
from app.queries.shown import as_statement
from app.queries.statements import select_statements
from app.queries.where import Resolved, Where, where

_TOP = 10
_MOST_DESCRIPTIONS = 200
_Other = aliased(StatementSpeaker)
_SPEAKER = bindparam("speaker", type_=BigInteger())
_AFFILIATIONS = ("organisation", "place")


async def get_profile(connection: AsyncConnection, speaker_id: int) -> dict[str, Any]:
    """The answer of `/speakers/{id}`: the speaker, and what their live statements show.

    Raises MergedError naming the survivor, NotFoundError. What there is no time to count is
    empty, and `timed_out` says so.
    """
    speaker = await get_speaker(connection, speaker_id)
    filters = StatementFilters(speaker=[str(speaker_id)])
    resolved = Resolved({"speaker": [speaker_id]}, {})
    pattern, values = resolved.pattern(filters), resolved.values(filters)
    conditions = where(pattern)
    counted: dict[str, Any] = {
        "first_statement": None, "last_statement": None, "descriptions": [], "affiliations": [],
        "by_month": [], "undated_count": None, "topics": [], "co_speakers": [],
    }  # fmt: skip
    budget = Budget()
    async with budget.spend(connection):
        for name, sort in (
            ("first_statement", StatementSort.OLDEST),
            ("last_statement", StatementSort.NEWEST),
        ):
            query = select_statements(pattern, sort).limit(1)
            row = (await connection.execute(query, values)).one_or_none()
            counted[name] = as_statement(row) if row else None
        seen = await _descriptions(connection, conditions, values)
        counted["descriptions"] = [_description(row) for row in seen]
        counted["affiliations"] = affiliations(seen)
        months = await _months(connection, conditions, values)
        counted["undated_count"] = months.pop(None, 0)
        counted["by_month"] = [{"month": f"{m:%Y-%m}", "count": n} for m, n in months.items()]
        counted["topics"] = await _topics(connection, conditions, values)
        counted["co_speakers"] = await _co_speakers(connection, conditions, values)
    decisions = await decisions_about(connection, speaker_id)
    return speaker | counted | {"decisions": decisions, "timed_out": budget.timed_out}


async def _descriptions(
    connection: AsyncConnection, conditions: Where, values: Values
) -> list[AnyRow]:
    """Each description as printed, in the order in which they were first seen."""
    first, last = func.min(Occurrence.published_at), func.max(Occurrence.published_at)
    query = (
        select(
            Occurrence.speaker_description.label("text"),
            func.count().label("uses"),
            first.label("first_seen"),
            last.label("last_seen"),
        )
        .select_from(Occurrence)
        .join(StatementSpeaker, StatementSpeaker.statement_id == Occurrence.statement_id)
        # An occurrence keeps the description of the speaker who is named first.
        .where(StatementSpeaker.position == 0, StatementSpeaker.speaker_id == _SPEAKER)
        .where(Occurrence.speaker_description.is_not(None))
        .group_by(Occurrence.speaker_description)
        .order_by(first.nulls_last(), func.count().desc(), Occurrence.speaker_description)
        .limit(_MOST_DESCRIPTIONS)
    )
    return list((await connection.execute(conditions.apply_to_occurrences(query), values)).all())


def _description(row: AnyRow) -> dict[str, Any]:
    return {
        "text": row.text,
        "count": row.uses,
        "first_seen": row.first_seen,
        "last_seen": row.last_seen,
    }


def affiliations(descriptions: Iterable[AnyRow]) -> list[dict[str, Any]]:
    """Organisations and places that the descriptions name, the most frequent first.

    "Kremlin spokesperson" is somebody of Russia. From when to when it was printed so says when
    articles saw it, not when it was true.
    """
    counts: Counter[tuple[str, str]] = Counter()
    seen: dict[tuple[str, str], list[datetime]] = {}
    for row in descriptions:
        for key in {(m.entity.name, m.entity.kind) for m in iter_entities(row.text)}:
            if key[1] in _AFFILIATIONS:
                counts[key] += row.uses
                dates = (row.first_seen, row.last_seen)
                seen.setdefault(key, []).extend(date for date in dates if date is not None)
    return [
        {
            "name": name,
            "kind": kind,
            "count": count,
            "first_seen": min(seen[name, kind], default=None),
            "last_seen": max(seen[name, kind], default=None),
        }
        for (name, kind), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


async def _months(
    connection: AsyncConnection, conditions: Where, values: Values
) -> dict[datetime | None, int]:
    month = func.date_trunc("month", StatementSpeaker.first_published_at, "UTC").label("month")
    query = select(month, func.count().label("uses")).group_by(month).order_by(month)
    rows = await connection.execute(conditions.apply_in_order(query), values)
    return {row.month: row.uses for row in rows}


async def _topics(
    connection: AsyncConnection, conditions: Where, values: Values
) -> list[dict[str, Any]]:
    query = (
        select(Topic.id, Topic.scheme, Topic.code, Topic.name, func.count().label("count"))
        .join(StatementTopic, StatementTopic.topic_id == Topic.id)
        .join(Statement, Statement.id == StatementTopic.statement_id)
        .group_by(Topic.id)
        .order_by(func.count().desc(), Topic.id)
        .limit(_TOP)
    )
    rows = await connection.execute(conditions.apply(query), values)
    return [dict(row._mapping) for row in rows]


async def _co_speakers(
    connection: AsyncConnection, conditions: Where, values: Values
) -> list[dict[str, Any]]:
    query = (
        select(Speaker.id, Speaker.name, Speaker.slug, Speaker.kind, func.count().label("count"))
        .join(_Other, _Other.speaker_id == Speaker.id)
        .join(Statement, Statement.id == _Other.statement_id)
        .where(Speaker.id != _SPEAKER)
        .group_by(Speaker.id)
        .order_by(func.count().desc(), Speaker.id)
        .limit(_TOP)
    )
    rows = await connection.execute(conditions.apply(query), values)
    return [dict(row._mapping) for row in rows]

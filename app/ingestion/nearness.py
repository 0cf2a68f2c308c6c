"""Occurrences of nearly the same wording: the same utterance, cut or tidied on its way to print.

Only for known speakers and dated articles, at most as far apart as equal wordings may be. What
was taken for one is kept (`near_wording`), so that it can be undone: see `undo`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, Connection, cast, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, insert

from app.db import AnyRow
from app.extraction.types import Act
from app.extraction.wording import likeness, same_utterance, statement_text
from app.models import NearWording, Occurrence, Statement, StatementSpeaker

# How long after its first occurrence a statement is looked through for near wordings. Equal ones
# chain on for ever, at the price of an index look-up; these are compared one by one.
_LOOK_BACK = timedelta(days=60)
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of an occurrence to be."""

    text: str
    folded_hash: bytes
    is_thought: bool


def has_speakers(speaker_ids: Sequence[int]) -> ColumnElement[bool]:
    """Whether a statement has these speakers and no others."""
    own = (
        select(
            func.coalesce(
                func.array_agg(
                    aggregate_order_by(
                        StatementSpeaker.speaker_id, StatementSpeaker.speaker_id.asc()
                    )
                ),
                cast([], ARRAY(BigInteger)),
            )
        )
        .where(StatementSpeaker.statement_id == Statement.id)
        .correlate(Statement)
        .scalar_subquery()
    )
    return own == cast(sorted(set(speaker_ids)), ARRAY(BigInteger))


def find_near(
    connection: Connection,
    speaker_ids: Sequence[int],
    published_at: datetime | None,
    wording: Wording,
    gap: timedelta,
) -> set[int]:
    """Statements of these speakers with an occurrence of nearly this wording, near in time.

    Call it under the lock of the speakers.
    """
    if not speaker_ids or published_at is None:
        return set()
    rows = [
        row
        for row in _candidates(connection, speaker_ids, published_at, wording, gap)
        if same_utterance(wording.text, _text(row))
    ]
    undone = _undone(connection, [pair(wording.folded_hash, row.folded_hash) for row in rows])
    kept = [r for r in rows if pair(wording.folded_hash, r.folded_hash) not in undone]
    _keep(connection, wording, kept)
    return {row.statement_id for row in kept}


def pair(one: bytes, other: bytes) -> tuple[bytes, bytes]:
    """The key of two wordings, whichever comes first."""
    return (one, other) if one < other else (other, one)


def _text(row: AnyRow) -> str:
    return statement_text([selector["exact"] for selector in row.selectors], row.kind)


def _candidates(
    connection: Connection,
    speaker_ids: Sequence[int],
    published_at: datetime,
    wording: Wording,
    gap: timedelta,
) -> Sequence[AnyRow]:
    apart = func.greatest(Occurrence.published_at, published_at) - func.least(
        Occurrence.published_at, published_at
    )
    # As far as dates go: none may be too early or too late to reckon with.
    earliest = published_at - min(_LOOK_BACK, published_at - _FIRST)
    latest = published_at + min(gap, _LAST - published_at)
    first = StatementSpeaker.first_published_at
    query = (
        select(
            Occurrence.statement_id, Occurrence.selectors, Occurrence.kind, Occurrence.folded_hash
        )
        .join(Statement, Statement.id == Occurrence.statement_id)
        .join(StatementSpeaker, StatementSpeaker.statement_id == Statement.id)
        .where(StatementSpeaker.speaker_id == min(speaker_ids))
        .where(first >= earliest, first <= latest)
        .where(Statement.merged_into_id.is_(None), has_speakers(speaker_ids))
        .where((Occurrence.act == Act.THOUGHT) == wording.is_thought)
        .where(Occurrence.folded_hash != wording.folded_hash)
        .where(Occurrence.published_at.is_not(None), apart <= gap)
        .order_by(Occurrence.id)
    )
    return connection.execute(query).all()


def _undone(
    connection: Connection, pairs: Sequence[tuple[bytes, bytes]]
) -> set[tuple[bytes, bytes]]:
    if not pairs:
        return set()
    found = connection.execute(
        select(NearWording.folded_hash, NearWording.other_hash)
        .where(tuple_(NearWording.folded_hash, NearWording.other_hash).in_(pairs))
        .where(NearWording.undone_at.is_not(None))
    )
    return {(bytes(row.folded_hash), bytes(row.other_hash)) for row in found}


def _keep(connection: Connection, wording: Wording, rows: Sequence[AnyRow]) -> None:
    near = {
        pair(wording.folded_hash, r.folded_hash): likeness(wording.text, _text(r)) for r in rows
    }
    if near:
        connection.execute(
            insert(NearWording).on_conflict_do_nothing(),
            [
                {"folded_hash": one, "other_hash": other, "likeness": like}
                for (one, other), like in sorted(near.items())
            ],
        )

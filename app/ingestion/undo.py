"""Parting what nearly the same wording joined: a person says that it is two utterances."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, literal, select, tuple_, update

from app.db import AnyRow
from app.errors import NotFoundError
from app.extraction.types import Kind
from app.extraction.wording import statement_text
from app.ingestion.counts import Touched, refresh
from app.ingestion.locks import lock_alone
from app.ingestion.nearness import pair
from app.ingestion.statements import CHAIN_GAP
from app.models import (
    NearWording,
    Occurrence,
    Statement,
    StatementSpeaker,
    StatementTopic,
)


def split(connection: Connection, occurrence_id: int) -> dict[int, list[int]]:
    """Part an occurrence's wording from the others of its statement, now and for ever.

    Gives the occurrences of each statement that there is now: the oldest occurrence keeps the
    statement's id, the others get new ones, with the same speakers and topics. Raises
    NotFoundError where there is no such occurrence, or nothing to undo.
    """
    statement_id, occurrences = _lock_statement(connection, occurrence_id)
    wording = next(o.folded_hash for o in occurrences if o.id == occurrence_id)
    others = {o.folded_hash for o in occurrences} - {wording}
    undone = connection.execute(
        update(NearWording)
        .where(
            tuple_(NearWording.folded_hash, NearWording.other_hash).in_(
                [pair(wording, other) for other in others]
            ),
            NearWording.undone_at.is_(None),
        )
        .values(undone_at=func.clock_timestamp())
    )
    if not undone.rowcount:
        raise NotFoundError(f"no other wording was joined with that of occurrence {occurrence_id}")
    near = _near(connection, {o.folded_hash for o in occurrences})
    parts = _parts(occurrences, near)
    found = {statement_id: [o.id for o in parts[0]]}
    for part in parts[1:]:
        found[_move(connection, statement_id, part)] = [o.id for o in part]
    refresh(connection, Touched(set(found)))
    return found


def _lock_statement(connection: Connection, occurrence_id: int) -> tuple[int, Sequence[AnyRow]]:
    lock_alone(connection)
    statement_id = connection.scalar(
        select(Occurrence.statement_id).where(Occurrence.id == occurrence_id)
    )
    if statement_id is None:
        raise NotFoundError(f"there is no occurrence {occurrence_id}")
    rows = connection.execute(
        select(
            Occurrence.id,
            Occurrence.folded_hash,
            Occurrence.published_at,
            Occurrence.selectors,
            Occurrence.kind,
            Occurrence.act,
        )
        .where(Occurrence.statement_id == statement_id)
        .order_by(Occurrence.id)
    )
    return statement_id, rows.all()


def _near(connection: Connection, hashes: set[bytes]) -> set[tuple[bytes, bytes]]:
    """The pairs of these wordings that are still taken for one."""
    rows = connection.execute(
        select(NearWording.folded_hash, NearWording.other_hash)
        .where(NearWording.folded_hash.in_(hashes), NearWording.other_hash.in_(hashes))
        .where(NearWording.undone_at.is_(None))
    )
    return {(bytes(row.folded_hash), bytes(row.other_hash)) for row in rows}


def _parts(occurrences: Sequence[AnyRow], near: set[tuple[bytes, bytes]]) -> list[list[AnyRow]]:
    """What is linked, directly or through others; the part with the oldest occurrence first."""
    parts: list[list[AnyRow]] = []
    for occurrence in occurrences:
        linked = [p for p in parts if any(_linked(occurrence, other, near) for other in p)]
        parts = [p for p in parts if p not in linked]
        parts.append([o for p in linked for o in p] + [occurrence])
    return sorted((sorted(p, key=lambda o: o.id) for p in parts), key=lambda p: p[0].id)


def _linked(one: AnyRow, other: AnyRow, near: set[tuple[bytes, bytes]]) -> bool:
    # Equal wordings that some date joined stay together: it is the wording that is undone.
    if one.folded_hash == other.folded_hash:
        return True
    if pair(one.folded_hash, other.folded_hash) not in near:
        return False
    if one.published_at is None or other.published_at is None:
        return False
    return bool(abs(one.published_at - other.published_at) <= CHAIN_GAP)


def _move(connection: Connection, old_id: int, part: Sequence[AnyRow]) -> int:
    first = part[0]
    words = statement_text([s["exact"] for s in first.selectors], Kind(first.kind))
    new_id: int = connection.execute(
        insert(Statement).values(text=words, kind=first.kind, act=first.act).returning(Statement.id)
    ).scalar_one()
    for link, columns in (
        (StatementSpeaker, (StatementSpeaker.speaker_id, StatementSpeaker.position)),
        (StatementTopic, (StatementTopic.topic_id, StatementTopic.score)),
    ):
        copied = select(literal(new_id), *columns).where(link.statement_id == old_id)
        names = ["statement_id", *(column.key for column in columns)]
        connection.execute(insert(link).from_select(names, copied))
    connection.execute(
        update(Occurrence)
        .where(Occurrence.id.in_([o.id for o in part]))
        .values(statement_id=new_id)
    )
    return new_id

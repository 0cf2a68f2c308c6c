"""Decisions of people about speakers: merge, split, rename, and undoing each.

Every decision is kept with what it rests on, binds what is ingested later, and can be undone:
whom ingestion found, and in which words, is never overwritten. A decision waits for the articles
that are being written, and the next ones wait for it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from app.db import AnyRow
from app.errors import InvalidParameterError, NotFoundError
from app.extraction.folding import fold
from app.ingestion.decisions import (
    Evidence,
    Standing,
    evidence_of,
    standing_around,
    write_descriptions,
)
from app.ingestion.identities import refresh_identities
from app.ingestion.locks import lock_alone
from app.ingestion.reassign import reassign
from app.ingestion.search import refresh_search, said_by
from app.models import DecisionKind, Occurrence, Speaker, SpeakerAlias, SpeakerDecision

_LONGEST_NAME = 200
_SHOWN = 10  # of several speakers whom a name could mean


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision did: its id, the speakers it names, and how much it moved."""

    decision_id: int
    speaker_id: int
    other_id: int | None
    occurrences: int
    statements: int


def find_speaker(connection: Connection, name: str) -> AnyRow:
    """The speaker of an id, a slug or an exact name; who was merged stands for the survivor.

    Raises NotFoundError, InvalidParameterError where several bear the name.
    """
    survivor = func.coalesce(Speaker.merged_into_id, Speaker.id)
    if name.isascii() and name.isdecimal() and len(name) < 19:
        ids = select(survivor).where(Speaker.id == int(name))
    else:
        by_alias = select(SpeakerAlias.speaker_id).where(SpeakerAlias.folded == fold(name))
        ids = select(survivor).where(or_(Speaker.slug == name, Speaker.id.in_(by_alias)))
    rows = connection.execute(
        select(Speaker.id, Speaker.name, Speaker.slug, Speaker.kind, Speaker.description)
        .where(Speaker.id.in_(ids))
        .order_by(Speaker.statement_count.desc(), Speaker.id)
    ).all()
    exact = [r for r in rows if r.slug == name] or [r for r in rows if fold(r.name) == fold(name)]
    rows = exact or rows
    if not rows:
        raise NotFoundError(f"there is no speaker {name}")
    if len(rows) > 1:
        several = ", ".join(f"{row.id} ({row.slug})" for row in rows[:_SHOWN])
        raise InvalidParameterError(
            f"{name} could be {len(rows)} speakers, give an id or a slug: {several}"
        )
    return rows[0]


def merge(connection: Connection, speaker: str, into: str) -> Decided:
    """Have one speaker be the same as another, whose id survives.

    Raises NotFoundError, InvalidParameterError.
    """
    lock_alone(connection)
    one, other = find_speaker(connection, speaker), find_speaker(connection, into)
    if one.id == other.id:
        raise InvalidParameterError(f"{speaker} and {into} are the same speaker, {one.id}")
    return _decide(connection, DecisionKind.MERGE, one.id, other_id=other.id)


def split(
    connection: Connection,
    speaker: str,
    occurrence_ids: Collection[int] = (),
    description: str | None = None,
    name: str | None = None,
) -> Decided:
    """Give what stands in some occurrences, or was said under a description, to a new speaker.

    Later articles go to the new one where their description fits it and not the other. Raises
    NotFoundError, InvalidParameterError.
    """
    lock_alone(connection)
    one = find_speaker(connection, speaker)
    if not occurrence_ids and not fold(description or ""):
        raise InvalidParameterError("say which occurrences, or under which description")
    standing = standing_around(connection, {one.id})
    said = [
        evidence
        for evidence in evidence_of(connection, standing.speaker_ids | {one.id})
        if standing.speaker_of(evidence.speaker_id, evidence.said) == one.id
    ]
    picked = [e for e in said if _is_picked(e, set(occurrence_ids), description)]
    unknown = sorted(set(occurrence_ids) - {e.said.occurrence_id for e in said})
    if unknown:
        raise NotFoundError(f"{one.name} ({one.id}) says nothing in occurrence {unknown[0]}")
    if not picked:
        raise NotFoundError(f"{one.name} ({one.id}) is nowhere described as {description}")
    if len(picked) == len(said):
        raise InvalidParameterError(f"nothing would be left of {one.name} ({one.id}): rename it")
    ids = {e.said.occurrence_id for e in picked}
    given = [(description, None)] if description else []
    evidence = {
        "occurrences": sorted(i for i in ids if i is not None),
        "picked": write_descriptions([*given, *_descriptions(picked)]),
        "rest": write_descriptions(_descriptions([e for e in said if e not in picked])),
    }
    half = _create_half(connection, one, _name(name or one.name), picked)
    return _decide(connection, DecisionKind.SPLIT, one.id, other_id=half, evidence=evidence)


def _is_picked(evidence: Evidence, ids: set[int], description: str | None) -> bool:
    if evidence.said.occurrence_id in ids:
        return True
    wanted, described = fold(description or ""), fold(evidence.said.description or "")
    return bool(wanted) and f" {wanted} " in f" {described} "


def _descriptions(said: Sequence[Evidence]) -> list[tuple[str, Any]]:
    return [(e.said.description, e.said.published_at) for e in said if e.said.description]


def _create_half(connection: Connection, of: AnyRow, name: str, picked: Sequence[Evidence]) -> int:
    # Two hyphens: ingestion gives no such slug, so it finds its own as if this were not there.
    like = f"{of.slug.replace('_', chr(92) + '_')}--%"
    taken = set(connection.scalars(select(Speaker.slug).where(Speaker.slug.like(like))))
    n = next(n for n in range(2, len(taken) + 3) if f"{of.slug}--{n}" not in taken)
    text_sha256 = select(Speaker.text_sha256).where(Speaker.id == of.id).scalar_subquery()
    return connection.execute(
        insert(Speaker)
        .values(
            name=name,
            slug=f"{of.slug}--{n}",
            kind=of.kind,
            description=next((text for text, _ in _descriptions(picked)), None),
            text_sha256=text_sha256,
        )
        .returning(Speaker.id)
    ).scalar_one()


def rename(connection: Connection, speaker: str, name: str) -> Decided:
    """Call a speaker by another name from now on; the slug, being an address, stays.

    Raises NotFoundError, InvalidParameterError.
    """
    lock_alone(connection)
    one = find_speaker(connection, speaker)
    if one.name == _name(name):
        raise InvalidParameterError(f"{one.id} is called {name} already")
    return _decide(connection, DecisionKind.RENAME, one.id, name=_name(name))


def _name(name: str) -> str:
    words = " ".join(name.split())
    if not fold(words) or len(words) > _LONGEST_NAME or not words.isprintable():
        raise InvalidParameterError(f"a name is one line of 1 to {_LONGEST_NAME} characters")
    return words


def undo(connection: Connection, decision_id: int) -> Decided:
    """Undo a decision: what it moved is again where it would be without it.

    Raises NotFoundError, InvalidParameterError where it is undone already.
    """
    lock_alone(connection)
    row = connection.execute(
        select(SpeakerDecision).where(SpeakerDecision.id == decision_id)
        .with_only_columns(
            SpeakerDecision.speaker_id, SpeakerDecision.other_id, SpeakerDecision.undone_at
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFoundError(f"there is no decision {decision_id}")
    if row.undone_at is not None:
        raise InvalidParameterError(
            f"decision {decision_id} was undone on {row.undone_at:%Y-%m-%d}"
        )
    change = _Change(connection, {row.speaker_id, row.other_id or row.speaker_id})
    connection.execute(
        update(SpeakerDecision)
        .where(SpeakerDecision.id == decision_id)
        .values(undone_at=func.clock_timestamp())
    )
    return Decided(decision_id, row.speaker_id, row.other_id, *change.apply())


def history(connection: Connection, speaker: str) -> list[AnyRow]:
    """The decisions that made a speaker what it is, undone ones too, the oldest first."""
    one = find_speaker(connection, speaker)
    around = standing_around(connection, {one.id}).speaker_ids | {one.id}
    return list(
        connection.execute(
            select(
                SpeakerDecision.id,
                SpeakerDecision.kind,
                SpeakerDecision.speaker_id,
                SpeakerDecision.other_id,
                SpeakerDecision.name,
                SpeakerDecision.evidence,
                SpeakerDecision.made_at,
                SpeakerDecision.undone_at,
            )
            .where(
                or_(SpeakerDecision.speaker_id.in_(around), SpeakerDecision.other_id.in_(around))
            )
            .order_by(SpeakerDecision.id)
        )
    )


def _decide(
    connection: Connection,
    kind: DecisionKind,
    speaker_id: int,
    *,
    other_id: int | None = None,
    name: str | None = None,
    evidence: dict[str, Any] | None = None,
) -> Decided:
    change = _Change(connection, {speaker_id, other_id or speaker_id})
    newest = connection.scalar(select(func.coalesce(func.max(Occurrence.id), 0)))
    decision_id: int = connection.execute(
        insert(SpeakerDecision)
        .values(
            kind=kind,
            speaker_id=speaker_id,
            other_id=other_id,
            name=name,
            evidence=evidence or {},
            last_occurrence_id=newest,
        )
        .returning(SpeakerDecision.id)
    ).scalar_one()
    return Decided(decision_id, speaker_id, other_id, *change.apply())


class _Change:
    """What a change of the decisions around some speakers moves: made before, applied after."""

    def __init__(self, connection: Connection, speaker_ids: set[int]) -> None:
        self._connection, self._ids = connection, speaker_ids
        self._before = self._whose(standing_around(connection, speaker_ids))

    def _whose(self, standing: Standing) -> dict[tuple[int, int], int]:
        """Whose each occurrence is, by its id and whom ingestion found."""
        evidence = evidence_of(self._connection, standing.speaker_ids | self._ids)
        return {
            (e.said.occurrence_id, e.speaker_id): standing.speaker_of(e.speaker_id, e.said)
            for e in evidence
            if e.said.occurrence_id is not None
        }

    def apply(self) -> tuple[int, int]:
        """Bring everything in line; gives how many occurrences and statements were moved."""
        standing = standing_around(self._connection, self._ids)
        after = self._whose(standing)
        moved = {key[0] for key, who in after.items() if self._before.get(key, key[1]) != who}
        changed = refresh_identities(self._connection, standing, standing.speaker_ids | self._ids)
        statements = reassign(self._connection, moved)
        refresh_search(self._connection, said_by(self._connection, changed) - statements)
        return len(moved), len(statements)

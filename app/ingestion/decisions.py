"""What people decided about speakers, applied to whom ingestion found.

Ingestion finds speakers as if nobody had decided anything; decisions come on top, in the order in
which they were made. So undoing one gives what would be without it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.extraction.namesakes import Dated, Verdict, judge
from app.ingestion.driver import fetch
from app.models import DecisionKind, Occurrence, OccurrenceSpeaker, among

_DECISIONS = """
    SELECT id, kind, speaker_id, other_id, undone_at, evidence, last_occurrence_id
    FROM speaker_decision WHERE kind <> 'rename'
"""


@dataclass(frozen=True, slots=True)
class Said:
    """What tells whose half of a split speaker said something; no id where it is not stored yet."""

    occurrence_id: int | None
    description: str | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Decision:
    """A merge or a split; of a split, the occurrences picked and how either side is described."""

    id: int
    kind: DecisionKind
    speaker_id: int
    other_id: int
    is_undone: bool
    occurrence_ids: frozenset[int]
    picked: tuple[Dated, ...]
    rest: tuple[Dated, ...]
    last_occurrence_id: int

    def moves(self, said: Said) -> bool:
        """Whether it makes something said by `speaker_id` said by `other_id`."""
        if self.is_undone:
            return False
        if self.kind is DecisionKind.MERGE:
            return True
        if said.occurrence_id is not None and said.occurrence_id <= self.last_occurrence_id:
            return said.occurrence_id in self.occurrence_ids
        return self._fits(said)

    def _fits(self, said: Said) -> bool:
        """Whether a description is of the half picked, and not of the rest."""
        if not said.description:
            return False
        dated = Dated(said.description, said.published_at, said.published_at)
        picked, rest = judge(dated, self.picked), judge(dated, self.rest)
        return (picked is Verdict.AGREE and rest is not Verdict.AGREE) or (
            rest is Verdict.CONTRADICT and picked is not Verdict.CONTRADICT
        )


class Standing:
    """The merges and splits that bear on some speakers, in the order in which they were made."""

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self.decisions = sorted(decisions, key=lambda d: d.id)
        self._made_by = {d.other_id: d for d in self.decisions if d.kind is DecisionKind.SPLIT}

    def speaker_of(self, found_id: int, said: Said) -> int:
        """Who said what ingestion took for said by `found_id`."""
        speaker_id = found_id
        for decision in self.decisions:
            if decision.speaker_id == speaker_id and decision.moves(said):
                speaker_id = decision.other_id
        return speaker_id

    def survivor_of(self, speaker_id: int) -> int:
        """Whom a speaker's id stands for: itself, or whom it was merged into."""
        made_by = self._made_by.get(speaker_id)
        if made_by is not None and made_by.is_undone:
            return self.survivor_of(made_by.speaker_id)
        for decision in self.decisions:
            if decision.kind is DecisionKind.MERGE and not decision.is_undone:
                speaker_id = decision.other_id if decision.speaker_id == speaker_id else speaker_id
        return speaker_id

    @property
    def speaker_ids(self) -> set[int]:
        """Everybody whom the decisions name."""
        return {i for d in self.decisions for i in (d.speaker_id, d.other_id)}


def standing_for(connection: Connection, speaker_ids: Collection[int]) -> Standing:
    """The decisions in force on speakers whom ingestion found, and on those they lead to."""

    return _follow(connection, speaker_ids, "undone_at IS NULL AND speaker_id = ANY(%(ids)s)")


def standing_around(connection: Connection, speaker_ids: Collection[int]) -> Standing:
    """Every merge and split, undone ones too, that some speakers are connected by."""

    condition = "(speaker_id = ANY(%(ids)s) OR other_id = ANY(%(ids)s))"
    return _follow(connection, speaker_ids, condition)


def _follow(connection: Connection, speaker_ids: Collection[int], condition: str) -> Standing:
    """The decisions that meet the condition on these speakers, and on those whom they name."""
    decisions: dict[int, Decision] = {}
    seen: set[int] = set()
    new = set(speaker_ids)
    while new:
        seen |= new
        rows = fetch(connection, f"{_DECISIONS} AND {condition}", {"ids": sorted(new)})
        found = [_decision(row) for row in rows]
        decisions |= {d.id: d for d in found}
        new = {i for d in found for i in (d.speaker_id, d.other_id)} - seen
    return Standing(decisions.values())


@dataclass(frozen=True, slots=True)
class Evidence:
    """A speaker of an occurrence as ingestion found them, and in which words."""

    speaker_id: int
    name: str
    said: Said


def evidence_of(connection: Connection, found_ids: Collection[int]) -> list[Evidence]:
    """Everything that ingestion took for said by these speakers, the oldest first."""
    rows = connection.execute(
        select(
            OccurrenceSpeaker.occurrence_id,
            OccurrenceSpeaker.speaker_id,
            OccurrenceSpeaker.name,
            OccurrenceSpeaker.description,
            Occurrence.published_at,
        )
        .join(Occurrence, Occurrence.id == OccurrenceSpeaker.occurrence_id)
        .where(among(OccurrenceSpeaker.speaker_id, found_ids))
        .order_by(OccurrenceSpeaker.occurrence_id, OccurrenceSpeaker.position)
    )
    return [
        Evidence(r.speaker_id, r.name, Said(r.occurrence_id, r.description, r.published_at))
        for r in rows
    ]


def _decision(row: Any) -> Decision:
    evidence: dict[str, Any] = row.evidence
    return Decision(
        id=row.id,
        kind=DecisionKind(row.kind),
        speaker_id=row.speaker_id,
        other_id=row.other_id,
        is_undone=row.undone_at is not None,
        occurrence_ids=frozenset(evidence.get("occurrences", ())),
        picked=read_descriptions(evidence.get("picked", ())),
        rest=read_descriptions(evidence.get("rest", ())),
        last_occurrence_id=row.last_occurrence_id,
    )


def read_descriptions(stored: Sequence[Sequence[str | None]]) -> tuple[Dated, ...]:
    """Descriptions with the dates between which they were seen, as a decision keeps them."""
    return tuple(Dated(str(text), _moment(a), _moment(b)) for text, a, b in stored)


def _moment(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored)


def write_descriptions(descriptions: Iterable[tuple[str, datetime | None]]) -> list[list[Any]]:
    """The same for keeping, each description once."""
    seen: dict[str, list[datetime]] = {}
    for text, at in descriptions:
        seen.setdefault(text, []).extend([at] if at is not None else [])
    return [
        [text, min(dates).isoformat() if dates else None, max(dates).isoformat() if dates else None]
        for text, dates in sorted(seen.items())
    ]

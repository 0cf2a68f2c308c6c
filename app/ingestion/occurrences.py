"""Writing the occurrences of one article version and finding their statements."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.extraction import EXTRACTOR_VERSION
from app.extraction.types import Act
from app.extraction.wording import statement_text
from app.ingestion.corrections import Candidate, Stored, match
from app.ingestion.counts import Touched
from app.ingestion.drafts import Draft, hash_text
from app.ingestion.locks import LockClass, lock
from app.ingestion.sources import resolve_sources
from app.ingestion.speakers import OneText, resolve_speakers
from app.ingestion.statements import (
    Key,
    Place,
    add_topics,
    clear_topics,
    find_or_create,
    relink,
)
from app.ingestion.topics import resolve_topics
from app.models import Occurrence, OccurrenceSource, StatementSpeaker, among
from app.text_fragments import text_fragment


@dataclass(frozen=True, slots=True)
class Placed:
    """An article version as its occurrences need it."""

    article_id: int
    version: int
    publisher_id: int | None
    published_at: datetime | None
    text_sha256: bytes
    is_new: bool

    @property
    def place(self) -> Place:
        """What links its occurrences to those of other articles."""
        return Place(self.published_at, self.text_sha256)


@dataclass(slots=True)
class _Writer:
    """The ids that the drafts of one article need, looked up together."""

    connection: Connection
    placed: Placed
    sources: dict[str, int]
    topics: dict[Any, int]
    touched: Touched

    def values(self, draft: Draft) -> dict[str, Any]:
        """An occurrence's columns, but for its statement."""
        attribution = draft.attribution
        return {
            "article_id": self.placed.article_id,
            "version": self.placed.version,
            "spans": draft.spans,
            "selectors": list(draft.selectors),
            "fragment": text_fragment(s["exact"] for s in draft.selectors),
            "folded_hash": draft.folded_hash,
            "mention": draft.mention,
            "mention_span": list(attribution.mention[0]) if attribution.mention else None,
            "speaker_description": draft.description,
            "cue": draft.cue,
            "kind": attribution.kind,
            "act": attribution.act,
            "medium": attribution.medium,
            "said_on": attribution.said_on,
            "confidence": attribution.confidence,
            "extractor_version": EXTRACTOR_VERSION,
            "withdrawn": False,
            "publisher_id": self.placed.publisher_id,
            "published_at": self.placed.published_at,
        }

    def insert(self, candidate: Candidate) -> int:
        """A new occurrence of a new or a known statement; gives the statement's id."""
        key = _key(candidate)
        statement_id = find_or_create(self.connection, key, self.placed.place, candidate.draft)
        occurrence_id = self.connection.execute(
            insert(Occurrence)
            .values(statement_id=statement_id, **self.values(candidate.draft))
            .returning(Occurrence.id)
        ).scalar_one()
        self._link(occurrence_id, statement_id, candidate.draft)
        return statement_id

    def update(self, candidate: Candidate, stored: Stored) -> int:
        """An occurrence found again in a corrected article keeps its row and its statement."""
        self.touched.topics |= clear_topics(
            self.connection, stored.statement_id, stored.occurrence_id
        )
        self.connection.execute(
            update(Occurrence)
            .where(Occurrence.id == stored.occurrence_id)
            .values(self.values(candidate.draft))
        )
        statement_id = relink(
            self.connection,
            _key(candidate),
            self.placed.place,
            candidate.draft,
            stored.statement_id,
        )
        self._link(stored.occurrence_id, statement_id, candidate.draft)
        return statement_id

    def _link(self, occurrence_id: int, statement_id: int, draft: Draft) -> None:
        self.connection.execute(
            delete(OccurrenceSource).where(OccurrenceSource.occurrence_id == occurrence_id)
        )
        via = dict.fromkeys(self.sources[n] for n in draft.attribution.via if n in self.sources)
        if via:
            self.connection.execute(
                insert(OccurrenceSource),
                [
                    {"occurrence_id": occurrence_id, "position": position, "source_id": source_id}
                    for position, source_id in enumerate(via)
                ],
            )
        add_topics(
            self.connection, statement_id, {self.topics[tag]: tag.score for tag in draft.topics}
        )


def write_occurrences(connection: Connection, placed: Placed, drafts: Sequence[Draft]) -> Touched:
    """Store the drafts of an article version; gives the ids of all that was touched.

    Call it under the article's lock and locks on every name in the drafts.
    """
    touched = Touched()
    speakers = resolve_speakers(
        connection,
        (s for d in drafts for s in d.attribution.speakers),
        OneText(placed.text_sha256, None if placed.is_new else placed.article_id),
        touched.renamed,
    )
    writer = _Writer(
        connection,
        placed,
        resolve_sources(connection, (name for d in drafts for name in d.attribution.via)),
        resolve_topics(connection, (tag for d in drafts for tag in d.topics)),
        touched,
    )
    candidates = [
        Candidate(d, tuple(dict.fromkeys(speakers[s] for s in d.attribution.speakers)))
        for d in drafts
    ]
    stored = [] if placed.is_new else _stored(connection, placed.article_id)
    _lock_statements(connection, candidates, stored)
    matched = match(stored, candidates)
    vanished = {s.occurrence_id for s in stored} - {s.occurrence_id for s in matched.values()}
    _withdraw(connection, vanished)
    touched.statements |= {s.statement_id for s in stored}
    for i, candidate in enumerate(candidates):
        again = matched.get(i)
        statement_id = writer.update(candidate, again) if again else writer.insert(candidate)
        touched.statements.add(statement_id)
    return touched


def _key(candidate: Candidate) -> Key:
    draft = candidate.draft
    is_thought = draft.attribution.act is Act.THOUGHT
    return Key(candidate.speaker_ids, draft.folded_hash, is_thought)


def _lock_statements(
    connection: Connection, candidates: Sequence[Candidate], stored: Sequence[Stored]
) -> None:
    keys = [_key(candidate) for candidate in candidates]
    keys += [Key(tuple(s.speaker_ids), s.folded_hash, is_thought=False) for s in stored]
    lock(connection, LockClass.STATEMENT, [key.lock_key() for key in keys])


def _withdraw(connection: Connection, occurrence_ids: Collection[int]) -> None:
    connection.execute(
        update(Occurrence).where(among(Occurrence.id, occurrence_ids)).values(withdrawn=True)
    )


def _stored(connection: Connection, article_id: int) -> list[Stored]:
    speaker_ids = (
        select(func.array_agg(StatementSpeaker.speaker_id))
        .where(StatementSpeaker.statement_id == Occurrence.statement_id)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(
            Occurrence.id,
            Occurrence.statement_id,
            Occurrence.selectors,
            Occurrence.kind,
            Occurrence.withdrawn,
            speaker_ids.label("speaker_ids"),
        ).where(Occurrence.article_id == article_id)
    )
    stored = []
    for row in rows:
        words = statement_text([s["exact"] for s in row.selectors], row.kind)
        stored.append(
            Stored(
                occurrence_id=row.id,
                statement_id=row.statement_id,
                speaker_ids=frozenset(row.speaker_ids or ()),
                text=words,
                folded_hash=hash_text(words),
                withdrawn=row.withdrawn,
            )
        )
    return stored

"""Writing the occurrences of one article version and finding their statements."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.extraction import EXTRACTOR_VERSION
from app.extraction.types import Act
from app.extraction.wording import statement_text
from app.ingestion.bridging import join_same, keys_of, merge_unnamed, same_statements
from app.ingestion.clusters import Cluster
from app.ingestion.corrections import Candidate, Changes, Stored, compare, match
from app.ingestion.counts import Counts, refresh_statements
from app.ingestion.creation import NewStatement, create
from app.ingestion.drafts import Draft, hash_text
from app.ingestion.locks import LockClass, lock
from app.ingestion.nearness import Wording
from app.ingestion.origins import add_sources
from app.ingestion.rows import as_json, insert_rows, new_ids
from app.ingestion.search import refresh_search, said_by
from app.ingestion.sources import resolve_sources
from app.ingestion.speakers import OneText, keep_evidence, resolve_speakers
from app.ingestion.statements import (
    Key,
    Place,
    add_topics,
    clear_topics,
    components,
    find_linked,
    join,
)
from app.ingestion.topics import resolve_topics
from app.models import (
    Occurrence,
    OccurrenceSource,
    OccurrenceSpeaker,
    Statement,
    StatementSpeaker,
    among,
)
from app.text_fragments import text_fragment

_UPDATE = """
    UPDATE occurrence o SET version = n.version, spans = n.spans, selectors = n.selectors,
        fragment = n.fragment, folded_hash = n.folded_hash, mention = n.mention,
        mention_span = n.mention_span, speaker_description = n.speaker_description, cue = n.cue,
        kind = n.kind, act = n.act, medium = n.medium, said_on = n.said_on,
        confidence = n.confidence, extractor_version = n.extractor_version,
        withdrawn = n.withdrawn, publisher_id = n.publisher_id, published_at = n.published_at
    FROM json_populate_recordset(NULL::occurrence, %s::json) n WHERE o.id = n.id
"""


@dataclass(frozen=True, slots=True)
class Placed:
    """An article version as its occurrences need it."""

    article_id: int
    version: int
    publisher_id: int | None
    published_at: datetime | None
    language: str | None
    text_sha256: bytes
    cluster: Cluster
    is_new: bool

    @property
    def _texts(self) -> tuple[bytes, ...]:
        """The hashes of its text and of its copies'."""
        return (self.text_sha256, *self.cluster.texts)

    @property
    def text(self) -> OneText:
        """What its unnamed speakers belong to."""
        return OneText(self._texts, None if self.is_new else self.article_id, self.published_at)

    @property
    def place(self) -> Place:
        """What links its occurrences to those of other articles."""
        return Place(self.published_at, self._texts)


def write_occurrences(connection: Connection, placed: Placed, drafts: Sequence[Draft]) -> Changes:
    """Store the drafts of an article version, bring all counts up to date; gives what is new.

    Call it under the article's lock and locks on every name in the drafts. The last thing a
    transaction does: rows that others want too are changed at the end, in the order of their ids.
    """
    renamed: set[int] = set()
    counts = Counts(connection)
    bridge = placed.cluster.id if placed.cluster.bridged else None
    known = merge_unnamed(connection, bridge, counts) if bridge is not None else set()
    names = (s for d in drafts for s in d.attribution.speakers)
    speakers = resolve_speakers(connection, names, placed.text, renamed)
    candidates = [
        Candidate(
            d,
            tuple(dict.fromkeys(speakers[s].found_id for s in d.attribution.speakers)),
            tuple(dict.fromkeys(speakers[s].speaker_id for s in d.attribution.speakers)),
        )
        for d in drafts
    ]
    stored = [] if placed.is_new else _stored(connection, placed.article_id)
    _lock_statements(connection, candidates, stored, bridge)
    if bridge is not None:
        known |= join_same(connection, bridge, counts)
    matched = match(stored, candidates, placed.version)
    # What is found again stays with whom it is of, whatever a person decided about it.
    candidates = [
        replace(c, speaker_ids=matched[i].speaker_ids) if i in matched else c
        for i, c in enumerate(candidates)
    ]
    counts.before({s.statement_id for s in stored})
    _revise(connection, placed, candidates, stored, matched)
    writer = _Writer(connection, placed, candidates, matched)
    known |= writer.find_statements(counts) | {s.statement_id for s in stored}
    occurrence_of = writer.write(counts)
    said = [(occurrence_of[i], draft.attribution.speakers) for i, draft in enumerate(drafts)]
    keep_evidence(connection, said, speakers, {hit.occurrence_id for hit in matched.values()})
    refresh_statements(connection, known)
    refresh_search(connection, known | said_by(connection, renamed) - set(writer.new))
    counts.apply(known)
    return compare(stored, candidates, matched)


def _values(placed: Placed, draft: Draft) -> dict[str, Any]:
    """An occurrence's columns, but for its id and its statement."""
    attribution = draft.attribution
    return {
        "article_id": placed.article_id,
        "version": placed.version,
        "spans": draft.spans,
        "selectors": draft.selectors,
        "fragment": text_fragment(s["exact"] for s in draft.selectors),
        "folded_hash": draft.folded_hash,
        "mention": draft.mention,
        "mention_span": attribution.mention[0] if attribution.mention else None,
        "speaker_description": draft.description,
        "cue": draft.cue,
        "kind": attribution.kind,
        "act": attribution.act,
        "medium": attribution.medium,
        "said_on": attribution.said_on,
        "confidence": attribution.confidence,
        "extractor_version": EXTRACTOR_VERSION,
        "withdrawn": False,
        "publisher_id": placed.publisher_id,
        "published_at": placed.published_at,
    }


def _revise(
    connection: Connection,
    placed: Placed,
    candidates: Sequence[Candidate],
    stored: Sequence[Stored],
    matched: dict[int, Stored],
) -> None:
    """What was stored of a corrected article: found again as it stands now, or withdrawn."""
    if not stored:
        return
    again = {s.occurrence_id for s in matched.values()}
    # All of it first: then what is found again can take any place in the text.
    connection.execute(
        update(Occurrence)
        .where(among(Occurrence.id, {s.occurrence_id for s in stored}))
        .values(withdrawn=True)
    )
    clear_topics(connection, {s.statement_id for s in matched.values()})
    connection.execute(delete(OccurrenceSource).where(among(OccurrenceSource.occurrence_id, again)))
    rows = [
        {"id": hit.occurrence_id, **_values(placed, candidates[i].draft)}
        for i, hit in matched.items()
    ]
    connection.exec_driver_sql(_UPDATE, (as_json(rows),))


class _Writer:
    """Gives the drafts of an article their statements, and writes what is new of both."""

    def __init__(
        self,
        connection: Connection,
        placed: Placed,
        candidates: Sequence[Candidate],
        matched: dict[int, Stored],
    ) -> None:
        self._connection = connection
        self._placed = placed
        self._candidates = candidates
        self._matched = matched
        # Drafts of one key are one statement: they stand in the same text.
        self._groups: dict[Any, list[int]] = {}
        for i, candidate in enumerate(candidates):
            self._groups.setdefault(_key(candidate).identity, []).append(i)
        self._statement_of: dict[int, int] = {}  # by index
        self.new: dict[int, NewStatement] = {}

    def find_statements(self, counts: Counts) -> set[int]:
        """Find or name the statement of every draft, join those that one bridges; gives the old."""
        wordings = [
            Wording(who, self._candidates[i[0]].draft.text, folded_hash, is_thought)
            for (who, folded_hash, is_thought), i in self._groups.items()
        ]
        linked = find_linked(self._connection, wordings, self._placed.place)
        for ids, indices in zip(linked, self._groups.values(), strict=True):
            ids.update(self._matched[i].statement_id for i in indices if i in self._matched)
        whole = components(linked)
        counts.before(whole)
        survivor = {i: min(ids) for i, ids in whole.items()}
        for oldest in set(survivor.values()):
            join(self._connection, whole[oldest])
        fresh = iter(new_ids(self._connection, Statement, sum(not ids for ids in linked)))
        for ids, indices in zip(linked, self._groups.values(), strict=True):
            statement_id = survivor[min(ids)] if ids else next(fresh)
            self._statement_of.update(dict.fromkeys(indices, statement_id))
            if not ids:
                self.new[statement_id] = self._new(indices)
        return set(survivor.values())

    def _new(self, indices: Sequence[int]) -> NewStatement:
        first = self._candidates[indices[0]]
        return NewStatement(
            first.draft.text,
            first.draft.attribution.kind,
            first.draft.attribution.act,
            first.speaker_ids,
            occurrences=len(indices),
        )

    def write(self, counts: Counts) -> dict[int, int]:
        """Write the new statements and occurrences, the via chains and the topics.

        Gives the occurrence of every draft, by index.
        """
        placed = self._placed
        create(
            self._connection,
            self.new,
            placed.published_at,
            placed.language,
            has_publisher=placed.publisher_id is not None,
        )
        unplaced = [i for i in range(len(self._candidates)) if i not in self._matched]
        ids = new_ids(self._connection, Occurrence, len(unplaced))
        occurrence_of = dict(zip(unplaced, ids, strict=True))
        insert_rows(
            self._connection,
            Occurrence,
            [
                {
                    "id": occurrence_of[i],
                    "statement_id": self._statement_of[i],
                    **_values(placed, self._candidates[i].draft),
                }
                for i in unplaced
            ],
        )
        occurrence_of.update((i, hit.occurrence_id) for i, hit in self._matched.items())
        self._write_via(occurrence_of)
        add_sources(self._connection, self.new)
        topics = self._write_topics()
        counts.add(self.new, topics)
        return occurrence_of

    def _write_via(self, occurrence_of: dict[int, int]) -> None:
        drafts = [c.draft for c in self._candidates]
        sources = resolve_sources(
            self._connection, (name for d in drafts for name in d.attribution.via)
        )
        rows = [
            {"occurrence_id": occurrence_of[i], "position": position, "source_id": source_id}
            for i, draft in enumerate(drafts)
            for position, source_id in enumerate(
                dict.fromkeys(sources[n] for n in draft.attribution.via if n in sources)
            )
        ]
        insert_rows(self._connection, OccurrenceSource, rows)

    def _write_topics(self) -> dict[tuple[int, int], float]:
        """Gives the scores by statement and topic."""
        drafts = [c.draft for c in self._candidates]
        topics = resolve_topics(self._connection, (tag for d in drafts for tag in d.topics))
        scores: dict[tuple[int, int], float] = {}
        for i, draft in enumerate(drafts):
            for tag in draft.topics:
                key = self._statement_of[i], topics[tag]
                scores[key] = max(tag.score, scores.get(key, 0.0))
        add_topics(self._connection, scores, self._placed.published_at)
        return scores


def _key(candidate: Candidate) -> Key:
    draft = candidate.draft
    is_thought = draft.attribution.act is Act.THOUGHT
    return Key(candidate.speaker_ids, draft.folded_hash, is_thought)


def _lock_statements(
    connection: Connection,
    candidates: Sequence[Candidate],
    stored: Sequence[Stored],
    bridge: int | None,
) -> None:
    keys = [_key(candidate) for candidate in candidates]
    keys += [Key(s.speaker_ids, s.folded_hash, is_thought=False) for s in stored]
    if bridge is not None:
        keys += keys_of(same_statements(connection, bridge))
    lock(connection, LockClass.STATEMENT, [key.lock_key() for key in keys])


def _stored(connection: Connection, article_id: int) -> list[Stored]:
    speaker_ids = (
        select(
            func.array_agg(
                aggregate_order_by(StatementSpeaker.speaker_id, StatementSpeaker.position.asc())
            )
        )
        .where(StatementSpeaker.statement_id == Occurrence.statement_id)
        .scalar_subquery()
    )
    found_ids = (
        select(func.array_agg(OccurrenceSpeaker.speaker_id))
        .where(OccurrenceSpeaker.occurrence_id == Occurrence.id)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(
            Occurrence.id,
            Occurrence.statement_id,
            Occurrence.selectors,
            Occurrence.kind,
            Occurrence.withdrawn,
            Occurrence.version,
            Occurrence.spans,
            speaker_ids.label("speaker_ids"),
            found_ids.label("found_ids"),
        ).where(Occurrence.article_id == article_id)
    )
    stored = []
    for row in rows:
        words = statement_text([s["exact"] for s in row.selectors], row.kind)
        stored.append(
            Stored(
                occurrence_id=row.id,
                statement_id=row.statement_id,
                found_ids=frozenset(row.found_ids or ()),
                speaker_ids=tuple(row.speaker_ids or ()),
                text=words,
                folded_hash=hash_text(words),
                withdrawn=row.withdrawn,
                version=row.version,
                spans=tuple((start, end) for start, end in row.spans),
            )
        )
    return stored

"""Moving what was said to other speakers, and working out anew what is one statement.

For decisions of people: call it under the lock that keeps all other writers away. A statement's id
goes with its first occurrence, so what comes apart again has the ids that it had.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy import Connection, delete, select, update

from app.extraction.topics import TopicTag, TopicTagger
from app.extraction.types import Act, Kind
from app.extraction.wording import statement_text
from app.ingestion.counts import Counts, refresh_statements
from app.ingestion.decisions import Said, standing_for
from app.ingestion.linking import Pair, Place, partition
from app.ingestion.nearness import keep_near
from app.ingestion.rows import as_json, insert_rows, new_ids
from app.ingestion.search import refresh_search
from app.ingestion.statements import CHAIN_GAP, add_topics
from app.ingestion.topics import resolve_topics
from app.models import (
    Article,
    ArticleVersion,
    NearWording,
    Occurrence,
    OccurrenceSpeaker,
    Statement,
    StatementSource,
    StatementSpeaker,
    StatementTopic,
    among,
)

_PLACES = """
    SELECT o.id, o.statement_id, coalesce(o.home_id, o.statement_id) AS home_id, o.article_id,
        coalesce(int8send(a.text_cluster_id), v.text_sha256) AS text_sha256,
        o.folded_hash, o.kind, o.act, o.published_at,
        jsonb_path_query_array(o.selectors, '$[*].exact') AS exacts
    FROM occurrence o JOIN article a ON a.id = o.article_id
    JOIN article_version v ON v.article_id = o.article_id AND v.n = o.version
    WHERE o.statement_id = ANY(%s) ORDER BY o.id
"""
# Statements of just these speakers with an occurrence that others may be linked to.
_TARGETS = """
    SELECT DISTINCT s.id FROM json_to_recordset(%(groups)s::json)
        AS g(speakers bigint[], hashes bytea[], first timestamptz, last timestamptz)
    JOIN statement_speaker l ON l.speaker_id = g.speakers[1]
    JOIN statement s ON s.id = l.statement_id AND s.merged_into_id IS NULL
    JOIN occurrence o ON o.statement_id = s.id
        AND (o.folded_hash = ANY(g.hashes)
             OR o.published_at BETWEEN g.first - %(gap)s AND g.last + %(gap)s)
    WHERE NOT s.id = ANY(%(known)s) AND g.speakers = ARRAY(
        SELECT speaker_id FROM statement_speaker WHERE statement_id = s.id ORDER BY speaker_id)
"""
_MOVE = """
    UPDATE occurrence o SET home_id = coalesce(o.home_id, o.statement_id),
        statement_id = n.statement_id
    FROM json_to_recordset(%s::json) AS n(id bigint, statement_id bigint) WHERE o.id = n.id
"""
# Those that pointed at what points elsewhere now, remembering where to; what points elsewhere now;
# what stands for itself again; those that had pointed at it.
_POINT = (
    """
    UPDATE statement s SET home_id = coalesce(s.home_id, s.merged_into_id),
        merged_into_id = n.new, updated_at = clock_timestamp()
    FROM json_to_recordset(%(merged)s::json) AS n(old bigint, new bigint)
    WHERE s.merged_into_id = n.old
    """,
    """
    UPDATE statement s SET merged_into_id = n.new, updated_at = clock_timestamp()
    FROM json_to_recordset(%(merged)s::json) AS n(old bigint, new bigint) WHERE s.id = n.old
    """,
    """
    UPDATE statement SET merged_into_id = NULL
    WHERE id = ANY(%(ids)s) AND merged_into_id IS NOT NULL
    """,
    """
    UPDATE statement SET merged_into_id = home_id, updated_at = clock_timestamp()
    WHERE home_id = ANY(%(ids)s) AND merged_into_id <> home_id
    """,
)
_OWNERS = """
    SELECT coalesce(home_id, statement_id) AS id, min(id) AS owner FROM occurrence
    WHERE home_id = ANY(%(ids)s) OR (home_id IS NULL AND statement_id = ANY(%(ids)s))
    GROUP BY 1
"""


def reassign(connection: Connection, occurrence_ids: Collection[int]) -> set[int]:
    """Give occurrences to whom the decisions in force say that they belong; gives the statements.

    Statements join and part as their speakers do; all counts are right afterwards.
    """
    moved = set(
        connection.scalars(
            select(Occurrence.statement_id).where(among(Occurrence.id, occurrence_ids))
        )
    )
    if not moved:
        return set()
    places = _places(connection, moved)
    targets = _targets(connection, places, moved)
    places += _places(connection, targets)
    parts, near = partition(places, _undone(connection, places))
    keep_near(connection, near)
    # Statements that were only looked at are left alone.
    changed = [part for part in parts if not {p.statement_id for p in part} <= targets]
    return _Rewriting(connection, changed).write()


def _places(connection: Connection, statement_ids: Collection[int]) -> list[Place]:
    rows = connection.exec_driver_sql(_PLACES, (sorted(statement_ids),)).all()
    who = _speakers_now(connection, [row.id for row in rows])
    return [
        Place(
            occurrence_id=row.id,
            statement_id=row.statement_id,
            home_id=row.home_id,
            article_id=row.article_id,
            text_sha256=bytes(row.text_sha256),
            folded_hash=bytes(row.folded_hash),
            words=statement_text(row.exacts, Kind(row.kind)),
            is_thought=row.act == Act.THOUGHT,
            published_at=row.published_at,
            speaker_ids=who.get(row.id, ()),
        )
        for row in rows
    ]


def _speakers_now(
    connection: Connection, occurrence_ids: Collection[int]
) -> dict[int, tuple[int, ...]]:
    """Whose each occurrence is, by the decisions in force."""
    if not occurrence_ids:
        return {}
    rows = connection.execute(
        select(
            OccurrenceSpeaker.occurrence_id,
            OccurrenceSpeaker.speaker_id,
            OccurrenceSpeaker.description,
            Occurrence.published_at,
        )
        .join(Occurrence, Occurrence.id == OccurrenceSpeaker.occurrence_id)
        .where(among(OccurrenceSpeaker.occurrence_id, occurrence_ids))
        .order_by(OccurrenceSpeaker.occurrence_id, OccurrenceSpeaker.position)
    ).all()
    standing = standing_for(connection, {row.speaker_id for row in rows})
    found: dict[int, dict[int, None]] = {}
    for row in rows:
        said = Said(row.occurrence_id, row.description, row.published_at)
        who = standing.speaker_of(row.speaker_id, said)
        found.setdefault(row.occurrence_id, {}).setdefault(who)
    return {occurrence_id: tuple(who) for occurrence_id, who in found.items()}


def _targets(connection: Connection, places: Sequence[Place], known: Collection[int]) -> set[int]:
    """The statements, beyond those known, that these occurrences may be linked to now."""
    groups: dict[frozenset[int], list[Place]] = {}
    for place in places:
        if place.speaker_ids:
            groups.setdefault(frozenset(place.speaker_ids), []).append(place)
    rows = []
    for speakers, same in groups.items():
        dates = [p.published_at for p in same if p.published_at is not None]
        rows.append(
            {
                "speakers": speakers,
                "hashes": list({p.folded_hash for p in same}),
                "first": min(dates) if dates else None,
                "last": max(dates) if dates else None,
            }
        )
    if not rows:
        return set()
    values = {"groups": as_json(rows), "known": sorted(known), "gap": CHAIN_GAP}
    return {row[0] for row in connection.exec_driver_sql(_TARGETS, values)}


def _undone(connection: Connection, places: Iterable[Place]) -> set[Pair]:
    hashes = {place.folded_hash for place in places}
    rows = connection.execute(
        select(NearWording.folded_hash, NearWording.other_hash).where(
            NearWording.folded_hash.in_(hashes), NearWording.undone_at.is_not(None)
        )
    )
    return {(bytes(row.folded_hash), bytes(row.other_hash)) for row in rows}


class _Rewriting:
    """Statements brought in line with the parts that occurrences make now."""

    def __init__(self, connection: Connection, parts: Sequence[list[Place]]) -> None:
        places = [place for part in parts for place in part]
        self._connection = connection
        self._parts = parts
        self._before: dict[int, set[int]] = {}  # occurrences by statement
        for place in places:
            self._before.setdefault(place.statement_id, set()).add(place.occurrence_id)
        self._owners = self._find_owners({place.home_id for place in places})
        self._founded: dict[int, int] = {}  # statements that are new, by their first occurrence

    def _find_owners(self, statement_ids: set[int]) -> dict[int, list[int]]:
        """The statements of which each occurrence is the first, ascending."""
        rows = self._connection.exec_driver_sql(_OWNERS, {"ids": sorted(statement_ids)})
        owned: dict[int, list[int]] = {}
        for row in rows:
            owned.setdefault(row.owner, []).append(row.id)
        return {owner: sorted(ids) for owner, ids in owned.items()}

    def write(self) -> set[int]:
        ids = self._name_parts()
        live = set(ids)
        counts = Counts(self._connection)
        counts.before(set(self._before))
        self._create(ids)
        self._move(ids)
        self._point(ids)
        self._clear(set(self._before) - live)
        self._write_speakers(ids)
        self._write_topics(ids)
        refresh_statements(self._connection, live)
        refresh_search(self._connection, live)
        counts.apply(live)
        return live

    def _name_parts(self) -> list[int]:
        """The id of each part's statement: the oldest that one of its occurrences founded."""
        owned = [
            [i for place in part for i in self._owners.get(place.occurrence_id, ())]
            for part in self._parts
        ]
        fresh = iter(new_ids(self._connection, Statement, sum(not one for one in owned)))
        ids = []
        for part, one in zip(self._parts, owned, strict=True):
            if not one:
                self._founded[part[0].occurrence_id] = next(fresh)
            ids.append(min(one) if one else self._founded[part[0].occurrence_id])
        return ids

    def _create(self, ids: Sequence[int]) -> None:
        insert_rows(
            self._connection,
            Statement,
            [
                # What else it shows is brought up to date with the others'.
                {
                    "id": statement_id,
                    "text": part[0].words,
                    "kind": Kind.DIRECT,
                    "act": Act.SPEECH,
                    "occurrence_count": 0,
                    "article_count": 0,
                    "publisher_count": 0,
                    "search": "",
                    "withdrawn": False,
                    "updated_at": datetime.now(UTC),
                }
                for statement_id, part in zip(ids, self._parts, strict=True)
                if statement_id == self._founded.get(part[0].occurrence_id)
            ],
        )

    def _move(self, ids: Sequence[int]) -> None:
        rows = [
            {"id": place.occurrence_id, "statement_id": statement_id}
            for statement_id, part in zip(ids, self._parts, strict=True)
            for place in part
            if place.statement_id != statement_id
        ]
        self._connection.exec_driver_sql(_MOVE, (as_json(rows),))
        self._connection.execute(
            update(Occurrence)
            .where(among(Occurrence.id, self._founded))
            .values(home_id=Occurrence.statement_id)
        )

    def _point(self, ids: Sequence[int]) -> None:
        """Statements whose first occurrence is elsewhere now point there; others come back."""
        merged = [
            {"old": old, "new": statement_id}
            for statement_id, part in zip(ids, self._parts, strict=True)
            for place in part
            for old in self._owners.get(place.occurrence_id, ())
            if old != statement_id
        ]
        for query in _POINT:
            self._connection.exec_driver_sql(query, {"merged": as_json(merged), "ids": list(ids)})

    def _clear(self, emptied: Collection[int]) -> None:
        """Statements that no occurrence is left to have no links."""
        for link in (StatementSpeaker, StatementTopic, StatementSource):
            self._connection.execute(delete(link).where(among(link.statement_id, emptied)))

    def _write_speakers(self, ids: Sequence[int]) -> None:
        self._connection.execute(
            delete(StatementSpeaker).where(among(StatementSpeaker.statement_id, ids))
        )
        insert_rows(
            self._connection,
            StatementSpeaker,
            [
                {"statement_id": statement_id, "speaker_id": speaker_id, "position": position}
                for statement_id, part in zip(ids, self._parts, strict=True)
                for position, speaker_id in enumerate(part[0].speaker_ids)
            ],
        )

    def _write_topics(self, ids: Sequence[int]) -> None:
        """Topics of the statements that have other occurrences now, found in the texts again."""
        changed = {
            statement_id: part
            for statement_id, part in zip(ids, self._parts, strict=True)
            if {p.occurrence_id for p in part} != self._before.get(statement_id)
        }
        if not changed:
            return
        self._connection.execute(
            delete(StatementTopic).where(among(StatementTopic.statement_id, changed))
        )
        statement_of = {p.occurrence_id: i for i, part in changed.items() for p in part}
        tags = _tags(self._connection, statement_of)
        topics = resolve_topics(self._connection, (tag for one in tags.values() for tag in one))
        scores: dict[tuple[int, int], float] = {}
        for occurrence_id, one in tags.items():
            for tag in one:
                key = statement_of[occurrence_id], topics[tag]
                scores[key] = max(tag.score, scores.get(key, 0.0))
        add_topics(self._connection, scores)


def _tags(
    connection: Connection, occurrence_ids: Collection[int]
) -> dict[int, tuple[TopicTag, ...]]:
    """The topics of occurrences, by id, as ingestion finds them."""
    rows = connection.execute(
        select(Occurrence.id, Occurrence.spans, Article.title, ArticleVersion.text)
        .join(Article, Article.id == Occurrence.article_id)
        .join(
            ArticleVersion,
            (ArticleVersion.article_id == Occurrence.article_id)
            & (ArticleVersion.n == Occurrence.version),
        )
        .where(among(Occurrence.id, occurrence_ids))
        .order_by(Occurrence.article_id, Occurrence.version, Occurrence.id)
    )
    found: dict[int, tuple[TopicTag, ...]] = {}
    for _, same in groupby(rows, key=lambda row: (row.text, row.title)):
        tagger = None
        for row in same:
            tagger = tagger or TopicTagger(row.text, row.title)
            found[row.id] = tagger.tag([(a, b) for a, b in row.spans])
    return found

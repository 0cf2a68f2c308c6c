"""One statement or two: which statement an occurrence belongs to (design.md section 3).

Occurrences with the same speakers and the same folded text are linked where their dates lie at
most 14 days apart, or where they stand in the same text or in copies of it (see `clusters`);
those of nearly the same wording (see `nearness`) where their dates do. A statement is a connected
component of these links, so the outcome does not depend on the order of arrival. Components only
grow: a corrected date or text can join statements, but a statement is never split without a person.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, or_, select, update

from app.ingestion.driver import fetch
from app.ingestion.nearness import Wording, find_near
from app.ingestion.rows import as_json, insert_rows
from app.models import Occurrence, Statement, StatementSpeaker, StatementTopic, among

CHAIN_GAP = timedelta(days=14)
_HIGHER = (
    "ON CONFLICT (statement_id, topic_id)"
    " DO UPDATE SET score = greatest(statement_topic.score, excluded.score)"
)
# Of each key the statements with an occurrence in the same text or near in time: greatest and
# least stand on the columns' side, so that no date is too early or too late to reckon with.
# LATERAL with OFFSET 0 has PostgreSQL look each key up in the index. It takes any JSON for a
# hundred rows, and would rather read whole tables, which grow.
_LINKED = """
    SELECT DISTINCT g.n, f.id
    FROM json_to_recordset(%(keys)s::json)
        AS g(n int, speakers bigint[], folded_hash bytea, is_thought boolean)
    CROSS JOIN LATERAL (
        SELECT s.id, o.published_at, v.text_sha256
        FROM occurrence o
        JOIN statement s ON s.id = o.statement_id AND s.merged_into_id IS NULL
        JOIN article_version v ON v.article_id = o.article_id AND v.n = o.version
        WHERE o.folded_hash = g.folded_hash AND (o.act = 'thought') = g.is_thought
        OFFSET 0
    ) f
    WHERE g.speakers = ARRAY(
        SELECT speaker_id FROM statement_speaker WHERE statement_id = f.id ORDER BY speaker_id)
    AND (f.text_sha256 = ANY(%(texts)s)
         OR g.speakers <> '{}' AND f.published_at IS NOT NULL AND %(at)s::timestamptz IS NOT NULL
         AND greatest(f.published_at, %(at)s) - least(f.published_at, %(at)s) <= %(gap)s)
"""


@dataclass(frozen=True, slots=True)
class Key:
    """What two occurrences must share to be one statement: speakers and folded text.

    A thought never is one with an utterance: it would hide it.
    """

    speaker_ids: tuple[int, ...]
    folded_hash: bytes
    is_thought: bool

    @property
    def identity(self) -> tuple[frozenset[int], bytes, bool]:
        """The same for two keys that differ in the order of their speakers."""
        return frozenset(self.speaker_ids), self.folded_hash, self.is_thought

    def lock_key(self) -> bytes:
        """What to lock before deciding about this key.

        Speakers alone: after corrections a statement can hold several wordings, and the same
        speakers' names are locked already. Nobody's words are locked by the words.
        """
        ids = ",".join(map(str, sorted(set(self.speaker_ids))))
        return ids.encode() if ids else self.folded_hash


@dataclass(frozen=True, slots=True)
class Place:
    """What links an occurrence to others of its key: its date, its text and the copies of that."""

    published_at: datetime | None
    texts: tuple[bytes, ...]


def find_linked(
    connection: Connection, wordings: Sequence[Wording], place: Place
) -> list[set[int]]:
    """For each wording the statements that an occurrence of it at `place` is linked to.

    Call it under the locks of the keys.
    """
    linked = find_near(connection, wordings, place.published_at, CHAIN_GAP)
    keys = [
        {
            "n": n,
            "speakers": w.speaker_ids,
            "folded_hash": w.folded_hash,
            "is_thought": w.is_thought,
        }
        for n, w in enumerate(wordings)
    ]
    if keys:
        values = {
            "keys": as_json(keys),
            "texts": list(place.texts),
            "at": place.published_at,
            "gap": CHAIN_GAP,
        }
        for n, statement_id in fetch(connection, _LINKED, values):
            linked[n].add(statement_id)
    return linked


def components(linked: Iterable[Collection[int]]) -> dict[int, set[int]]:
    """Of every statement those that it becomes one with, itself among them."""
    found: dict[int, set[int]] = {}
    for ids in linked:
        whole = set(ids).union(*(found.get(i, ()) for i in ids))
        found.update(dict.fromkeys(whole, whole))
    return found


def join(connection: Connection, statement_ids: Collection[int]) -> int:
    """Make one statement of several: the oldest id survives and the others point to it."""
    survivor, *others = sorted(statement_ids)
    if others:
        connection.execute(
            update(Occurrence)
            .where(among(Occurrence.statement_id, others))
            .values(statement_id=survivor)
        )
        _move_topics(connection, survivor, others)
        connection.execute(
            delete(StatementSpeaker).where(among(StatementSpeaker.statement_id, others))
        )
        connection.execute(
            update(Statement)
            .where(or_(among(Statement.id, others), among(Statement.merged_into_id, others)))
            .values(merged_into_id=survivor, updated_at=func.clock_timestamp())
        )
    return survivor


def _move_topics(connection: Connection, survivor: int, others: Sequence[int]) -> None:
    moved = connection.execute(
        delete(StatementTopic)
        .where(among(StatementTopic.statement_id, others))
        .returning(StatementTopic.topic_id, StatementTopic.score)
    )
    scores: dict[tuple[int, int], float] = {}
    for row in moved:
        key = survivor, row.topic_id
        scores[key] = max(row.score, scores.get(key, 0.0))
    add_topics(connection, scores)


def clear_topics(connection: Connection, statement_ids: Collection[int]) -> None:
    """Forget the topics of those of these statements that stand in one occurrence only."""
    places = (
        select(func.count())
        .where(Occurrence.statement_id == StatementTopic.statement_id)
        .scalar_subquery()
    )
    connection.execute(
        delete(StatementTopic).where(among(StatementTopic.statement_id, statement_ids), places == 1)
    )


def add_topics(
    connection: Connection,
    scores: Mapping[tuple[int, int], float],
    published_at: datetime | None = None,
) -> None:
    """Give statements topics, by both ids; where one has it already, the higher score stays.

    `published_at` dates the links that are new.
    """
    rows = [
        {
            "statement_id": statement_id,
            "topic_id": topic_id,
            "score": score,
            "first_published_at": published_at,
        }
        for (statement_id, topic_id), score in sorted(scores.items())
    ]
    insert_rows(connection, StatementTopic, rows, _HIGHER)

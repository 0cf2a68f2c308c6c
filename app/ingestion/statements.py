"""One statement or two: which statement an occurrence belongs to (design.md section 3).

Occurrences with the same speakers and the same folded text are linked where their dates lie at
most 14 days apart, or where they stand in the same text; those of nearly the same wording (see
`nearness`) where their dates do. A statement is a connected component
of these links, so the outcome does not depend on the order of arrival. Components only grow: a
corrected date or text can join statements, but a statement is never split without a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.extraction.types import Act
from app.ingestion.drafts import Draft
from app.ingestion.nearness import Wording, find_near, has_speakers
from app.models import (
    Article,
    ArticleVersion,
    Occurrence,
    Statement,
    StatementSpeaker,
    StatementTopic,
)

CHAIN_GAP = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Key:
    """What two occurrences must share to be one statement: speakers and folded text.

    A thought never is one with an utterance: it would hide it.
    """

    speaker_ids: tuple[int, ...]
    folded_hash: bytes
    is_thought: bool

    def lock_key(self) -> bytes:
        """What to lock before deciding about this key.

        Speakers alone: after corrections a statement can hold several wordings, and the same
        speakers' names are locked already. Nobody's words are locked by the words.
        """
        ids = ",".join(map(str, sorted(set(self.speaker_ids))))
        return ids.encode() if ids else self.folded_hash


@dataclass(frozen=True, slots=True)
class Place:
    """What links an occurrence to others of its key: its date and its text."""

    published_at: datetime | None
    text_sha256: bytes


def find_or_create(connection: Connection, key: Key, place: Place, draft: Draft) -> int:
    """The statement for an occurrence at `place`; joins those that it bridges.

    Call it under the key's lock. The older id survives a join.
    """
    linked = _all_linked(connection, key, place, draft)
    if not linked:
        return _create(connection, key, draft)
    return join(connection, linked)


def relink(connection: Connection, key: Key, place: Place, draft: Draft, statement_id: int) -> int:
    """The same for an occurrence that already belongs to a statement and whose place changed."""
    return join(connection, {*_all_linked(connection, key, place, draft), statement_id})


def _all_linked(connection: Connection, key: Key, place: Place, draft: Draft) -> set[int]:
    wording = Wording(draft.text, key.folded_hash, key.is_thought)
    near = find_near(connection, key.speaker_ids, place.published_at, wording, CHAIN_GAP)
    return _linked(connection, key, place) | near


def _linked(connection: Connection, key: Key, place: Place) -> set[int]:
    query = (
        select(Statement.id)
        .distinct()
        .join(Occurrence, Occurrence.statement_id == Statement.id)
        .join(Article, Article.id == Occurrence.article_id)
        .join(
            ArticleVersion,
            and_(
                ArticleVersion.article_id == Occurrence.article_id,
                ArticleVersion.n == Occurrence.version,
            ),
        )
        .where(Occurrence.folded_hash == key.folded_hash, Statement.merged_into_id.is_(None))
        .where((Occurrence.act == Act.THOUGHT) == key.is_thought)
        .where(has_speakers(key.speaker_ids))
        .where(_near(key, place))
    )
    return set(connection.scalars(query))


def _near(key: Key, place: Place) -> ColumnElement[bool]:
    same_text = ArticleVersion.text_sha256 == place.text_sha256
    if not key.speaker_ids or place.published_at is None:
        return same_text
    # On the column's side, so that no date is too early or too late to reckon with.
    apart = func.greatest(Occurrence.published_at, place.published_at) - func.least(
        Occurrence.published_at, place.published_at
    )
    near = and_(Occurrence.published_at.is_not(None), apart <= CHAIN_GAP)
    return or_(same_text, near)


def _create(connection: Connection, key: Key, draft: Draft) -> int:
    statement_id = connection.execute(
        insert(Statement)
        .values(
            text=draft.text,
            kind=draft.attribution.kind,
            act=draft.attribution.act,
        )
        .returning(Statement.id)
    ).scalar_one()
    if key.speaker_ids:
        connection.execute(
            insert(StatementSpeaker),
            [
                {"statement_id": statement_id, "speaker_id": speaker_id, "position": position}
                for position, speaker_id in enumerate(dict.fromkeys(key.speaker_ids))
            ],
        )
    return statement_id


def join(connection: Connection, statement_ids: set[int]) -> int:
    """Make one statement of several: the oldest id survives and the others point to it."""
    survivor, *others = sorted(statement_ids)
    if others:
        connection.execute(
            update(Occurrence)
            .where(Occurrence.statement_id.in_(others))
            .values(statement_id=survivor)
        )
        _move_topics(connection, survivor, others)
        connection.execute(
            delete(StatementSpeaker).where(StatementSpeaker.statement_id.in_(others))
        )
        connection.execute(
            update(Statement)
            .where(or_(Statement.id.in_(others), Statement.merged_into_id.in_(others)))
            .values(merged_into_id=survivor, updated_at=func.clock_timestamp())
        )
    return survivor


def _move_topics(connection: Connection, survivor: int, others: Sequence[int]) -> None:
    moved = connection.execute(
        delete(StatementTopic)
        .where(StatementTopic.statement_id.in_(others))
        .returning(StatementTopic.topic_id, StatementTopic.score)
    )
    add_topics(connection, survivor, {row.topic_id: row.score for row in moved})


def clear_topics(connection: Connection, statement_id: int, occurrence_id: int) -> set[int]:
    """Forget the topics of a statement that stands nowhere but in this occurrence; gives them."""
    elsewhere = (
        select(Occurrence.id)
        .where(Occurrence.statement_id == statement_id, Occurrence.id != occurrence_id)
        .exists()
    )
    return set(
        connection.scalars(
            delete(StatementTopic)
            .where(StatementTopic.statement_id == statement_id, ~elsewhere)
            .returning(StatementTopic.topic_id)
        )
    )


def add_topics(connection: Connection, statement_id: int, scores: dict[int, float]) -> None:
    """Give a statement topics by id; where it has one already, the higher score stays."""
    if not scores:
        return
    row = insert(StatementTopic)
    connection.execute(
        row.on_conflict_do_update(
            index_elements=[StatementTopic.statement_id, StatementTopic.topic_id],
            set_={"score": func.greatest(StatementTopic.score, row.excluded.score)},
        ),
        [
            {"statement_id": statement_id, "topic_id": topic_id, "score": score}
            for topic_id, score in sorted(scores.items())
        ],
    )

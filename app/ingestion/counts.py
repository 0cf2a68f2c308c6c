"""The counts and dates that every answer shows: kept here, so that no query has to count."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute

from app.extraction.types import Act, Kind
from app.extraction.wording import statement_text
from app.ingestion.origins import refresh_sources
from app.ingestion.search import refresh_search, said_by
from app.models import (
    Occurrence,
    Speaker,
    Statement,
    StatementSpeaker,
    StatementTopic,
    Topic,
    among,
)

_STATEMENTS = text("""
    UPDATE statement s SET
        occurrence_count = c.occurrences, article_count = c.articles,
        publisher_count = c.publishers, first_published_at = c.first,
        withdrawn = c.occurrences = 0, updated_at = clock_timestamp()
    FROM (
        SELECT i.id, count(o.id) FILTER (WHERE live) AS occurrences,
               count(DISTINCT o.article_id) FILTER (WHERE live) AS articles,
               count(DISTINCT o.publisher_id) FILTER (WHERE live) AS publishers,
               coalesce(min(o.published_at) FILTER (WHERE live), min(o.published_at)) AS first
        FROM unnest(CAST(:ids AS bigint[])) AS i(id)
        LEFT JOIN LATERAL (
            SELECT *, NOT withdrawn AS live FROM occurrence WHERE statement_id = i.id
        ) o ON true
        GROUP BY i.id
    ) c
    WHERE s.id = c.id AND s.merged_into_id IS NULL
""")


@dataclass(slots=True)
class Touched:
    """What a transaction changed: statements, and topics that a statement no longer has.

    `renamed` are speakers who are known by new words: searches must find what they said before.
    """

    statements: set[int] = field(default_factory=set)
    topics: set[int] = field(default_factory=set)
    renamed: set[int] = field(default_factory=set)


def refresh(connection: Connection, touched: Touched) -> None:
    """Bring the statements', their speakers' and their topics' counts up to date.

    The last thing a transaction does: rows that others want too are locked in the order of ids.
    """
    ids = sorted(touched.statements)
    if not ids:
        return
    connection.execute(_STATEMENTS, {"ids": ids})
    _refresh_wording(connection, ids)
    refresh_sources(connection, ids)
    refresh_search(connection, touched.statements | said_by(connection, touched.renamed))
    _refresh_links(connection, StatementSpeaker.speaker_id, Speaker, ids)
    _refresh_links(connection, StatementTopic.topic_id, Topic, ids, touched.topics)


def _refresh_wording(connection: Connection, ids: list[int]) -> None:
    """Text, kind and act of a statement are those of its first live occurrence."""
    first = (
        select(Occurrence.statement_id, Occurrence.selectors, Occurrence.kind, Occurrence.act)
        .ext(distinct_on(Occurrence.statement_id))
        .where(among(Occurrence.statement_id, ids))
        .order_by(
            Occurrence.statement_id,
            Occurrence.withdrawn,
            Occurrence.published_at.nulls_last(),
            Occurrence.id,
        )
        .subquery()
    )
    rows = connection.execute(
        select(first, Statement.text, Statement.kind.label("old_kind"), Statement.act.label("old"))
        .join(Statement, Statement.id == first.c.statement_id)
        .where(Statement.merged_into_id.is_(None))
    )
    for row in rows.all():
        kind, act = Kind(row.kind), Act(row.act)
        words = statement_text([s["exact"] for s in row.selectors], kind)
        if (words, kind, act) != (row.text, row.old_kind, row.old):
            connection.execute(
                update(Statement)
                .where(Statement.id == row.statement_id)
                .values(text=words, kind=kind, act=act)
            )


def _refresh_links(
    connection: Connection,
    other: InstrumentedAttribute[int],
    counted: type[Speaker | Topic],
    ids: list[int],
    more: Collection[int] = (),
) -> None:
    """Dates of the links between these statements and `counted` rows, and those rows' counts."""
    link = other.class_
    connection.execute(
        update(link)
        .where(among(link.statement_id, ids), Statement.id == link.statement_id)
        .values(first_published_at=Statement.first_published_at)
    )
    touched = or_(
        counted.id.in_(select(other).where(among(link.statement_id, ids))), among(counted.id, more)
    )
    # Locked in a query of its own: the count below then sees all that was committed before.
    connection.execute(
        select(counted.id).where(touched).order_by(counted.id).with_for_update(key_share=True)
    )
    shown = (
        select(func.count())
        .select_from(link)
        .join(Statement, Statement.id == link.statement_id)
        .where(other == counted.id, ~Statement.withdrawn, Statement.merged_into_id.is_(None))
        .where(Statement.act != Act.THOUGHT)
        .scalar_subquery()
    )
    connection.execute(update(counted).where(touched).values(statement_count=shown))

"""The counts and dates that every answer shows: kept here, so that no query has to count."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute

from app.extraction.types import Act, Kind
from app.extraction.wording import statement_text
from app.ingestion.creation import NewStatement
from app.ingestion.driver import fetch
from app.ingestion.origins import refresh_sources
from app.ingestion.rows import as_json
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


_DATES = tuple(
    f"""
    UPDATE {link} l SET first_published_at = s.first_published_at FROM statement s
    WHERE s.id = l.statement_id AND s.id = ANY(%s)
        AND l.first_published_at IS DISTINCT FROM s.first_published_at
    """  # noqa: S608 names of our tables
    for link in ("statement_speaker", "statement_topic")
)
_SHOWN = "NOT s.withdrawn AND s.merged_into_id IS NULL AND s.act <> 'thought'"
# How many of some statements each speaker and each topic has, as their counts count.
_TALLY = " UNION ALL ".join(
    f"""
    SELECT '{counted}', l.{counted}_id, count(*) FROM statement_{counted} l
    JOIN statement s ON s.id = l.statement_id
    WHERE l.statement_id = ANY(%(ids)s) AND {_SHOWN} GROUP BY 2
    """  # noqa: S608 names of our tables
    for counted in ("speaker", "topic")
)
# Locked in the order of ids; what others committed meanwhile is in the row that is added to.
_ADD = """
    WITH more AS (
        SELECT t.id, d.n FROM {table} t JOIN json_to_recordset(%s::json) AS d(id bigint, n int)
            ON d.id = t.id ORDER BY t.id FOR NO KEY UPDATE OF t)
    UPDATE {table} t SET {column} = t.{column} + more.n FROM more WHERE t.id = more.id
"""


def add_counts(connection: Connection, table: str, column: str, more: Mapping[int, int]) -> None:
    """Add to a column of counts, by id."""
    rows = [{"id": i, "n": n} for i, n in sorted(more.items()) if n]
    if rows:
        query = _ADD.format(table=table, column=column)
        fetch(connection, query, (as_json(rows),))


class Counts:
    """How many statements speakers and topics have, kept by what an article adds and takes.

    To count them anew would take longer with every article. Whoever holds the locks of the
    statements sees the same before and after as everybody else will.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._seen: set[int] = set()
        self._more: Counter[tuple[str, int]] = Counter()

    def before(self, statement_ids: Collection[int]) -> None:
        """Note what these statements count for, before they change."""
        self._more.subtract(self._tally(set(statement_ids) - self._seen))
        self._seen.update(statement_ids)

    def add(
        self,
        statements: Mapping[int, NewStatement],
        topics: Iterable[tuple[int, int]],
    ) -> None:
        """Note new statements, by id; `topics` are links (statement, topic), of others too."""
        shown = {i: new for i, new in statements.items() if new.is_shown}
        self._more.update(("speaker", who) for new in shown.values() for who in new.speaker_ids)
        self._more.update(("topic", topic) for i, topic in topics if i in shown)

    def apply(self, statement_ids: Collection[int]) -> None:
        """Add what there is more of now, with these statements as they have become."""
        self._more.update(self._tally(set(statement_ids)))
        for table in ("speaker", "topic"):
            more = {i: n for (counted, i), n in self._more.items() if counted == table}
            add_counts(self._connection, table, "statement_count", more)

    def _tally(self, ids: set[int]) -> Counter[tuple[str, int]]:
        if not ids:
            return Counter()
        rows = fetch(self._connection, _TALLY, {"ids": sorted(ids)})
        return Counter({(counted, i): n for counted, i, n in rows})


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
    refresh_statements(connection, ids)
    refresh_search(connection, touched.statements | said_by(connection, touched.renamed))
    _recount(connection, StatementSpeaker.speaker_id, Speaker, ids)
    _recount(connection, StatementTopic.topic_id, Topic, ids, touched.topics)


def refresh_statements(connection: Connection, statement_ids: Collection[int]) -> None:
    """Bring the statements' own counts, dates, wordings and sources up to date."""
    ids = sorted(statement_ids)
    if not ids:
        return
    connection.execute(_STATEMENTS, {"ids": ids})
    _refresh_wording(connection, ids)
    refresh_sources(connection, ids)
    for query in _DATES:
        fetch(connection, query, (ids,))


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


def _recount(
    connection: Connection,
    other: InstrumentedAttribute[int],
    counted: type[Speaker | Topic],
    ids: list[int],
    more: Collection[int] = (),
) -> None:
    """Count the statements of what these statements are linked with, and of `more`."""
    link = other.class_
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

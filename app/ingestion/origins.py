"""Which sources a statement came from, place by place: kept for lists."""

from collections.abc import Collection

from sqlalchemy import Connection, delete

from app.ingestion.driver import fetch
from app.models import StatementSource, among

# A place that has moved to another statement takes its rows along.
_FIND = """
    INSERT INTO statement_source
        (occurrence_id, source_id, statement_id, published_at, via, withdrawn)
    SELECT o.id, f.source_id, o.statement_id, o.published_at, bool_or(f.via), o.withdrawn
    FROM occurrence o CROSS JOIN LATERAL (
        SELECT o.publisher_id AS source_id, false AS via WHERE o.publisher_id IS NOT NULL
        UNION ALL SELECT source_id, true FROM occurrence_source WHERE occurrence_id = o.id
        UNION ALL SELECT k.source_id, false
        FROM statement_speaker l JOIN speaker k ON k.id = l.speaker_id
        WHERE l.statement_id = o.statement_id AND k.source_id IS NOT NULL
    ) f
    WHERE o.statement_id = ANY(%s)
    GROUP BY o.id, f.source_id ORDER BY o.id, f.source_id
    ON CONFLICT (occurrence_id, source_id) DO UPDATE SET statement_id = excluded.statement_id,
        published_at = excluded.published_at, via = excluded.via, withdrawn = excluded.withdrawn
"""


def refresh_sources(connection: Connection, statement_ids: Collection[int]) -> None:
    """Bring the sources of these statements up to date: publishers, via, outlets that speak."""
    if not statement_ids:
        return
    connection.execute(
        delete(StatementSource).where(among(StatementSource.statement_id, statement_ids))
    )
    add_sources(connection, statement_ids)


def add_sources(connection: Connection, statement_ids: Collection[int]) -> None:
    """The same for statements that have none yet."""
    if statement_ids:
        fetch(connection, _FIND, (sorted(statement_ids),))

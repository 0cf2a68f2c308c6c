"""Which sources a statement came from, with its earliest place from each: kept for lists."""

from collections.abc import Collection

from sqlalchemy import Connection, delete

from app.models import StatementSource, among

_FIND = """
    INSERT INTO statement_source (statement_id, source_id, occurrence_id, first_published_at)
    SELECT DISTINCT ON (o.statement_id, f.source_id)
        o.statement_id, f.source_id, o.id, o.published_at
    FROM occurrence o CROSS JOIN LATERAL (
        SELECT o.publisher_id AS source_id WHERE o.publisher_id IS NOT NULL
        UNION ALL SELECT source_id FROM occurrence_source WHERE occurrence_id = o.id
        UNION ALL SELECT k.source_id FROM statement_speaker l JOIN speaker k ON k.id = l.speaker_id
        WHERE l.statement_id = o.statement_id AND k.source_id IS NOT NULL
    ) f
    WHERE o.statement_id = ANY(%s) AND NOT o.withdrawn
    ORDER BY o.statement_id, f.source_id, o.published_at NULLS LAST, o.id
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
        connection.exec_driver_sql(_FIND, (sorted(statement_ids),))

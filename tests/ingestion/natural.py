"""All that is stored, by natural keys: equal where two databases say the same."""

from typing import Any

from sqlalchemy import Engine, text

_TABLES = {
    "statements": "SELECT text, kind, act, language, first_published_at, occurrence_count,"
    " article_count, publisher_count, withdrawn, strip(search)::text FROM statement"
    " WHERE merged_into_id IS NULL ORDER BY 1, 2, 3, 5, 6",
    "who": "SELECT s.text, s.first_published_at, l.position, k.slug, l.first_published_at"
    " FROM statement_speaker l JOIN statement s ON s.id = l.statement_id"
    " JOIN speaker k ON k.id = l.speaker_id ORDER BY 1, 2, 3, 4",
    "topics": "SELECT s.text, s.first_published_at, t.code, l.score, l.first_published_at"
    " FROM statement_topic l JOIN statement s ON s.id = l.statement_id"
    " JOIN topic t ON t.id = l.topic_id ORDER BY 1, 2, 3, 4",
    "sources": "SELECT s.text, s.first_published_at, k.slug, l.published_at, l.via, l.withdrawn"
    " FROM statement_source l JOIN statement s ON s.id = l.statement_id"
    " JOIN source k ON k.id = l.source_id ORDER BY 1, 2, 3, 4, 5, 6",
    "speakers": "SELECT slug, name, kind, description, statement_count, found_name FROM speaker"
    " WHERE merged_into_id IS NULL ORDER BY 1",
    "aliases": "SELECT k.slug, a.folded, a.alias, a.inherited FROM speaker_alias a"
    " JOIN speaker k ON k.id = a.speaker_id ORDER BY 1, 2",
    "descriptions": "SELECT k.slug, d.folded, d.first_seen, d.last_seen"
    " FROM speaker_description d JOIN speaker k ON k.id = d.speaker_id ORDER BY 1, 2",
    "found": "SELECT a.origin, o.spans, l.position, k.slug, l.name, l.description, l.why"
    " FROM occurrence_speaker l JOIN occurrence o ON o.id = l.occurrence_id"
    " JOIN article a ON a.id = o.article_id JOIN speaker k ON k.id = l.speaker_id"
    " ORDER BY 1, 2, 3",
    "topic counts": "SELECT code, statement_count FROM topic WHERE scheme = 'entity' ORDER BY 1",
}
_GROUPS = (
    "SELECT array_agg(a.origin || o.spans::text || o.withdrawn ORDER BY a.origin, o.spans)"
    " FROM occurrence o JOIN article a ON a.id = o.article_id GROUP BY o.statement_id ORDER BY 1"
)
_SHOWN = "NOT s.withdrawn AND s.merged_into_id IS NULL AND s.act <> 'thought'"
_WRONG_COUNTS = " UNION ALL ".join(
    f"SELECT '{table}', t.id FROM {table} t WHERE t.statement_count <> (SELECT count(*)"
    f" FROM statement_{table} l JOIN statement s ON s.id = l.statement_id"
    f" WHERE l.{table}_id = t.id AND {_SHOWN})"
    for table in ("speaker", "topic")
) + (
    " UNION ALL SELECT 'statement', s.id FROM statement s WHERE s.merged_into_id IS NULL"
    " AND (s.occurrence_count, s.article_count) <> (SELECT count(*),"
    " count(DISTINCT article_id) FROM occurrence o WHERE o.statement_id = s.id"
    " AND NOT o.withdrawn)"
    " UNION ALL SELECT 'merged', s.id FROM statement s JOIN statement t"
    " ON t.id = s.merged_into_id WHERE t.merged_into_id IS NOT NULL"
    " UNION ALL SELECT 'emptied', o.id FROM occurrence o JOIN statement s"
    " ON s.id = o.statement_id WHERE s.merged_into_id IS NOT NULL"
)


def state(engine: Engine) -> dict[str, list[Any]]:
    """Every table that ingestion and decisions write, without ids and times of writing."""
    with engine.connect() as connection:
        found = {
            name: [tuple(row) for row in connection.execute(text(query))]
            for name, query in _TABLES.items()
        }
        found["groups"] = list(connection.scalars(text(_GROUPS)))
    return found


def wrong_counts(engine: Engine) -> list[tuple[Any, ...]]:
    """Rows whose stored counts are not what counting gives, and pointers that lead nowhere."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(_WRONG_COUNTS))]

"""What a database holds, by natural keys: equal for two that went other ways to the same."""

from sqlalchemy import text

from app.db import make_engine

NATURAL = {
    "statements": "SELECT text, kind, act, occurrence_count, article_count, publisher_count,"
    " withdrawn FROM statement WHERE merged_into_id IS NULL ORDER BY 1, 2, 3, 4",
    "speakers": "SELECT name, slug, kind, statement_count FROM speaker ORDER BY slug",
    "occurrences": "SELECT a.origin, o.spans, o.mention, s.text FROM occurrence o"
    " JOIN article a ON a.id = o.article_id JOIN statement s ON s.id = o.statement_id"
    " ORDER BY 1, 2, 3",
    "via": "SELECT a.origin, o.spans, s.name, v.position FROM occurrence_source v"
    " JOIN occurrence o ON o.id = v.occurrence_id JOIN article a ON a.id = o.article_id"
    " JOIN source s ON s.id = v.source_id ORDER BY 1, 2, 4",
    "topics": "SELECT s.text, t.code FROM statement_topic st JOIN statement s ON"
    " s.id = st.statement_id JOIN topic t ON t.id = st.topic_id ORDER BY 1, 2",
    "versions": "SELECT a.origin, v.n, v.text FROM article_version v"
    " JOIN article a ON a.id = v.article_id ORDER BY 1, 2",
}


def state(url: str) -> dict[str, list[tuple[object, ...]]]:
    """The rows of every table, without ids and moments, in order."""
    engine = make_engine(url)
    with engine.connect() as connection:
        found = {
            name: [tuple(row) for row in connection.execute(text(query))]
            for name, query in NATURAL.items()
        }
    engine.dispose()
    return found

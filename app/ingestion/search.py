"""What statements are found by: their words and their speakers' names, stemmed, kept in a row.

The SQL function `onrecord_search` of the migrations makes it; here is when.
"""

from collections.abc import Collection

from sqlalchemy import Connection, text

_SEARCH = text("""
    UPDATE statement s SET language = f.language,
        search = onrecord_search(f.language, s.text, f.names)
    FROM (
        SELECT i.id,
            (SELECT a.language FROM occurrence o JOIN article a ON a.id = o.article_id
             WHERE o.statement_id = i.id
             ORDER BY o.withdrawn, o.published_at, o.id LIMIT 1) AS language,
            ARRAY(SELECT n.alias FROM statement_speaker l
                  JOIN speaker_alias n ON n.speaker_id = l.speaker_id
                  WHERE l.statement_id = i.id ORDER BY l.position, n.alias) AS names
        FROM unnest(CAST(:ids AS bigint[])) AS i(id)
    ) f WHERE s.id = f.id
""")
_SAID_BY = text("""
    SELECT DISTINCT statement_id FROM statement_speaker
    WHERE speaker_id = ANY(CAST(:ids AS bigint[])) ORDER BY statement_id
""")


def refresh_search(connection: Connection, statement_ids: Collection[int]) -> None:
    """Bring the language and the search words of these statements up to date."""
    if not statement_ids:
        return
    connection.execute(_SEARCH, {"ids": sorted(statement_ids)})


def said_by(connection: Connection, speaker_ids: Collection[int]) -> set[int]:
    """The statements of these speakers: what to refresh when they are known by new words."""
    return set(connection.scalars(_SAID_BY, {"ids": sorted(speaker_ids)})) if speaker_ids else set()

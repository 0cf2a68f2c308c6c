"""Two clusters of copies that an article has made one: what their texts have in common is one too.

Unnamed speakers belong to one text, and so do words of nobody known: in the copies of one text the
same ones are the same, whichever copy came first.
"""

from collections.abc import Iterable

from sqlalchemy import Connection

from app.db import AnyRow
from app.ingestion.counts import Counts
from app.ingestion.driver import fetch, fetch_first
from app.ingestion.rows import as_json
from app.ingestion.statements import Key, join

# Unnamed speakers of one name in a cluster, the oldest first.
_SPEAKERS = """
    SELECT array_agg(DISTINCT k.id ORDER BY k.id) AS ids
    FROM article a JOIN occurrence o ON o.article_id = a.id
    JOIN occurrence_speaker e ON e.occurrence_id = o.id
    JOIN speaker k ON k.id = e.speaker_id AND k.merged_into_id IS NULL
    JOIN speaker_alias n ON n.speaker_id = k.id
    WHERE a.text_cluster_id = %s AND k.kind IN ('group', 'unnamed')
    GROUP BY k.kind, n.folded HAVING count(DISTINCT k.id) > 1 ORDER BY 1
"""
_SAID_BY = "SELECT DISTINCT statement_id FROM statement_speaker WHERE speaker_id = ANY(%s)"
_PAIRS = "json_to_recordset(%s::json) AS p(old bigint, new bigint)"
_MERGE = (
    f"""
    DELETE FROM statement_speaker l USING {_PAIRS} WHERE l.speaker_id = p.old AND EXISTS (
        SELECT FROM statement_speaker t
        WHERE t.statement_id = l.statement_id AND t.speaker_id = p.new)
    """,  # noqa: S608 a constant of ours
    f"UPDATE statement_speaker l SET speaker_id = p.new FROM {_PAIRS} WHERE l.speaker_id = p.old",  # noqa: S608
    f"UPDATE occurrence_speaker e SET speaker_id = p.new FROM {_PAIRS} WHERE e.speaker_id = p.old",  # noqa: S608
    f"UPDATE speaker k SET merged_into_id = p.new FROM {_PAIRS} WHERE k.id = p.old",  # noqa: S608
)
# Statements of a cluster that nobody named has made, with the same words and the same speakers.
_SAME = """
    SELECT f.folded_hash, f.is_thought, f.speakers, array_agg(DISTINCT f.id) AS ids
    FROM (
        SELECT s.id, o.folded_hash, o.act = 'thought' AS is_thought, ARRAY(
            SELECT speaker_id FROM statement_speaker WHERE statement_id = s.id ORDER BY 1
        ) AS speakers
        FROM article a JOIN occurrence o ON o.article_id = a.id
        JOIN statement s ON s.id = o.statement_id AND s.merged_into_id IS NULL
        WHERE a.text_cluster_id = %s
    ) f GROUP BY 1, 2, 3 HAVING count(DISTINCT f.id) > 1 ORDER BY min(f.id)
"""


def merge_unnamed(connection: Connection, cluster_id: int, counts: Counts) -> set[int]:
    """Make one of the unnamed speakers that a cluster has twice; gives what they said."""
    found = [row.ids for row in fetch(connection, _SPEAKERS, (cluster_id,))]
    pairs = {old: ids[0] for ids in found for old in ids[1:]}
    if not pairs:
        return set()
    everybody = sorted({*pairs, *pairs.values()})
    said = set(fetch_first(connection, _SAID_BY, (everybody,)))
    counts.before(said)
    rows = as_json([{"old": old, "new": new} for old, new in sorted(pairs.items())])
    for query in _MERGE:
        fetch(connection, query, (rows,))
    return said


def same_statements(connection: Connection, cluster_id: int) -> list[AnyRow]:
    """The statements of a cluster that are one, in groups."""
    return fetch(connection, _SAME, (cluster_id,))


def keys_of(groups: Iterable[AnyRow]) -> list[Key]:
    """What to lock before they are joined."""
    return [Key(tuple(g.speakers), bytes(g.folded_hash), g.is_thought) for g in groups]


def join_same(connection: Connection, cluster_id: int, counts: Counts) -> set[int]:
    """Join them, under their locks; gives the survivors."""
    groups = same_statements(connection, cluster_id)
    counts.before({i for group in groups for i in group.ids})
    gone: dict[int, int] = {}
    for group in groups:
        ids = {gone.get(i, i) for i in group.ids}
        survivor = join(connection, ids)
        gone.update(dict.fromkeys(ids - {survivor}, survivor))
    return set(gone.values()) - set(gone)

"""Syndicated copies: articles of several publishers that print the same text, cut or added to.

Two articles are linked where the texts are the same, or where most of the shorter one stands in
the other, word for word, their publishers are not the same and they are dated at most a week
apart (or not at all). A `text_cluster` is a connected component of these links, so it does not
depend on the order of arrival; the older id survives where an article bridges two. Clusters only
grow. What one publisher prints twice, a page's furniture or a live blog as it goes on, is no copy.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Connection

from app.db import AnyRow
from app.ingestion.driver import fetch, fetch_first
from app.ingestion.locks import LockClass, lock
from app.ingestion.shingles import Hashes, bands, contained, likely, shingles, signature

_SHARE = 0.6  # of the shorter text's shingles
_LEAST = 40  # shingles that both have: a longer quotation alone is no copy
_REACH = "7 days"
_LIKELY = 0.3  # by the signatures: less is not looked at
_KEEP = """
    WITH kept AS (
        INSERT INTO text_signature (article_id, bands, signature, size)
        VALUES (%(id)s, %(bands)s, %(signature)s, %(size)s)
        ON CONFLICT (article_id) DO UPDATE SET bands = excluded.bands,
            signature = excluded.signature, size = excluded.size)
    SELECT text_cluster_id FROM article WHERE id = %(id)s
"""
_LIKE = f"""
    SELECT a.id, a.version, a.text_cluster_id, a.source_id, a.url, v.text_sha256, s.signature,
        s.size
    FROM text_signature s JOIN article a ON a.id = s.article_id
    JOIN article_version v ON v.article_id = a.id AND v.n = a.version
    WHERE s.bands && %(bands)s::int[] AND a.id <> %(id)s
        AND (v.text_sha256 = %(text_sha256)s
             OR (a.source_id = %(publisher)s) IS NOT TRUE
             AND (a.published_at IS NULL OR %(at)s::timestamptz IS NULL
                  OR a.published_at BETWEEN %(at)s::timestamptz - interval '{_REACH}'
                     AND %(at)s::timestamptz + interval '{_REACH}'))
    ORDER BY a.id
"""  # noqa: S608 a constant of ours
_TEXT = "SELECT text FROM article_version WHERE article_id = %s AND n = %s"
_JOIN = """
    UPDATE article SET text_cluster_id = %(cluster)s
    WHERE id = ANY(%(articles)s) OR text_cluster_id = ANY(%(others)s)
"""
_TEXTS = """
    SELECT DISTINCT v.text_sha256 FROM article a
    JOIN article_version v ON v.article_id = a.id WHERE a.text_cluster_id = %s
"""


@dataclass(frozen=True, slots=True)
class Printed:
    """An article as it is compared with others; `is_new` where it was not there before."""

    article_id: int
    is_new: bool
    publisher_id: int | None
    url: str | None
    published_at: datetime | None
    text_sha256: bytes


@dataclass(frozen=True, slots=True)
class Cluster:
    """The copies of a text. `id` is None where there is but one.

    `texts` are the hashes of all their texts, earlier versions too. `bridged` where the article
    made one of two or more that there were, so that what they say has to be gone through.
    """

    id: int | None
    texts: tuple[bytes, ...]
    bridged: bool = False


class Signature:
    """What a text is found by."""

    def __init__(self, text: str) -> None:
        self.shingles = shingles(text)
        self.least = signature(self.shingles)
        self.bands = bands(self.least) if len(self.shingles) else []

    def lock(self, connection: Connection) -> None:
        """Hold all bands: two copies that are written at once wait for each other."""
        lock(connection, LockClass.TEXT, [f"band {n} {b}" for n, b in enumerate(self.bands)])


def find_cluster(connection: Connection, printed: Printed, signed: Signature) -> Cluster:
    """Keep an article's signature, and put it into one cluster with its copies.

    Call it under the signature's lock.
    """
    values = {
        "id": printed.article_id,
        "bands": signed.bands,
        "signature": signed.least.tobytes(),
        "size": len(signed.shingles),
    }
    (own,) = fetch_first(connection, _KEEP, values)
    copies = _copies(connection, printed, signed)
    known = {row.text_cluster_id for row in copies} | {own}
    clusters = sorted(cluster for cluster in known if cluster is not None)
    alone = [row.id for row in copies if row.text_cluster_id is None]
    if not copies and not clusters:
        return Cluster(None, (printed.text_sha256,))
    cluster = clusters[0] if clusters else _new_cluster(connection)
    others = clusters[1:]
    if copies:
        articles = [printed.article_id, *alone]
        joined = {"cluster": cluster, "articles": articles, "others": others}
        fetch(connection, _JOIN, joined)
        fetch(connection, "DELETE FROM text_cluster WHERE id = ANY(%s)", (others,))
    texts = fetch(connection, _TEXTS, (cluster,))
    was_apart = own is None and not printed.is_new
    bridged = len(clusters) + len(alone) + was_apart > 1
    return Cluster(cluster, tuple(bytes(row.text_sha256) for row in texts), bridged)


def _new_cluster(connection: Connection) -> int:
    query = "INSERT INTO text_cluster DEFAULT VALUES RETURNING id"
    return int(fetch_first(connection, query)[0])


def _copies(connection: Connection, printed: Printed, own: Signature) -> list[AnyRow]:
    """The articles that print this text, one of each cluster that there is."""
    found: list[AnyRow] = []
    seen: set[int] = set()
    compared: dict[bytes, bool] = {printed.text_sha256: True}
    for row in _candidates(connection, printed, own):
        text_sha256 = bytes(row.text_sha256)
        if row.text_cluster_id in seen:
            continue
        if text_sha256 not in compared:
            (text,) = fetch_first(connection, _TEXT, (row.id, row.version))
            compared[text_sha256] = _is_copy(own.shingles, shingles(text))
        if compared[text_sha256]:
            found.append(row)
            if row.text_cluster_id is not None:
                seen.add(row.text_cluster_id)
    return found


def _candidates(connection: Connection, printed: Printed, own: Signature) -> list[AnyRow]:
    """Those that a band and the signature speak for."""
    values = {
        "bands": own.bands,
        "id": printed.article_id,
        "text_sha256": printed.text_sha256,
        "publisher": printed.publisher_id,
        "at": printed.published_at,
    }
    rows = [r for r in fetch(connection, _LIKE, values) if _may_copy(r, printed)]
    if not rows:
        return []
    shares = likely(
        own.least, len(own.shingles), [r.signature for r in rows], [r.size for r in rows]
    )
    return [row for row, share in zip(rows, shares, strict=True) if share >= _LIKELY]


def is_copy(one: str, other: str) -> bool:
    """Whether most of the shorter text stands in the other."""
    return _is_copy(shingles(one), shingles(other))


def _is_copy(one: Hashes, other: Hashes) -> bool:
    share, both = contained(one, other)
    return share >= _SHARE and both >= _LEAST


def is_likely(one: str, other: str) -> bool:
    """Whether the signatures of two texts would have them compared."""
    a, b = Signature(one), Signature(other)
    if not any(band in b.bands for band in a.bands):
        return False
    (share,) = likely(a.least, len(a.shingles), [b.least.tobytes()], [len(b.shingles)])
    return share >= _LIKELY


def _may_copy(row: AnyRow, printed: Printed) -> bool:
    """Whether the texts are the same, or else the hosts not, where a publisher is not known."""
    if bytes(row.text_sha256) == printed.text_sha256:
        return True
    if row.source_id is not None and printed.publisher_id is not None:
        return True
    return _host(row.url) is None or _host(row.url) != _host(printed.url)


def _host(url: str | None) -> str | None:
    return urlsplit(url).hostname if url else None

"""Writing one article: the row, its text, its statements. One transaction, all or nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, update

from app.db import AnyRow
from app.extraction import EXTRACTOR_VERSION
from app.ingestion.clusters import Printed, Signature, find_cluster
from app.ingestion.counts import add_counts
from app.ingestion.documents import Document
from app.ingestion.drafts import Draft
from app.ingestion.driver import fetch, fetch_first
from app.ingestion.locks import LockClass, lock, lock_as_writer
from app.ingestion.metadata import Metadata
from app.ingestion.names import lock_key
from app.ingestion.occurrences import Placed, write_occurrences
from app.ingestion.repeats import Asked, find_repeats
from app.ingestion.sources import canonical_source, resolve_sources
from app.models import Article, Outcome

_OWN_COLUMNS = ("title", "url", "byline", "published_at", "language")
_ARTICLE = """
    INSERT INTO article (source_id, origin, title, url, byline, published_at, language)
    VALUES (%(source_id)s, %(origin)s, %(title)s, %(url)s, %(byline)s, %(published_at)s,
        %(language)s)
    RETURNING id
"""
# The same text with other metadata is no new version.
_VERSION = """
    INSERT INTO article_version (article_id, n, origin, text, text_sha256, raw_sha256,
        extractor_version)
    VALUES (%(article_id)s, %(n)s, %(origin)s, %(text)s, %(text_sha256)s, %(raw_sha256)s,
        %(extractor_version)s)
    ON CONFLICT (article_id, n) DO UPDATE SET raw_sha256 = excluded.raw_sha256,
        origin = excluded.origin, extractor_version = excluded.extractor_version
"""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a document."""

    article_id: int
    outcome: Outcome


def find_repeat(
    connection: Connection, origin: str, given: Metadata, raw_sha256: bytes
) -> int | None:
    """The article that already holds these bytes and all that is `given`, or None."""
    return find_repeats(connection, [Asked(origin, given, raw_sha256)])[0].repeated_id


def write_article(connection: Connection, document: Document, drafts: Sequence[Draft]) -> Written:
    """Store the document and its statements; an exact repeat changes nothing.

    A text that changed under the same URL or origin becomes a new version: statements found
    again keep their rows, what vanished is withdrawn. The caller's transaction holds all of it.
    """
    lock_as_writer(connection)
    origin, given, raw_sha256 = document.origin, document.given, document.raw_sha256
    url = document.metadata.url
    lock(connection, LockClass.ARTICLE, filter(None, (origin, url, raw_sha256)))
    (found,) = find_repeats(connection, [Asked(origin, given, raw_sha256, url)])
    if found.repeated_id is not None:
        return Written(found.repeated_id, Outcome.UNCHANGED)
    known = found.article
    signature = Signature(document.text)
    signature.lock(connection)
    lock_names(connection, document.metadata.publisher, drafts)
    placed = _write_text(connection, document, known, signature)
    write_occurrences(connection, placed, drafts)
    _count_articles(connection, placed.publisher_id, known.source_id if known else None)
    return Written(placed.article_id, Outcome.INGESTED if placed.is_new else Outcome.UPDATED)


def lock_names(connection: Connection, publisher: str | None, drafts: Sequence[Draft]) -> None:
    """Hold every name that these drafts may find or create a row for."""
    names = {publisher} if publisher else set()
    keys: set[str] = set()
    for draft in drafts:
        names.update(draft.attribution.via)
        for speaker in draft.attribution.speakers:
            names.update((speaker.name, *speaker.aliases))
        keys.update(f"topic:{tag.code}" for tag in draft.topics)
    keys |= {lock_key(name) for name in names} | {lock_key(canonical_source(n)) for n in names}
    lock(connection, LockClass.NAME, keys)


def _write_text(
    connection: Connection, document: Document, known: AnyRow | None, signature: Signature
) -> Placed:
    """The article and version rows; `known` is the article as it was, where there is one."""
    text_sha256 = hashlib.sha256(document.text.encode()).digest()
    values = _columns(connection, document, known, text_sha256)
    if known is None:
        n = 1
        (article_id,) = fetch_first(connection, _ARTICLE, values)
    else:
        article_id = known.id
        n = known.version + (known.text_sha256 != text_sha256)
        connection.execute(
            update(Article).where(Article.id == article_id).values(**values, version=n)
        )
    version = {
        "article_id": article_id,
        "n": n,
        "origin": document.origin,
        "text": document.text,
        "text_sha256": text_sha256,
        "raw_sha256": document.raw_sha256,
        "extractor_version": EXTRACTOR_VERSION,
    }
    fetch(connection, _VERSION, version)
    printed = Printed(
        article_id=article_id,
        is_new=known is None,
        publisher_id=values["source_id"],
        url=values["url"],
        published_at=values["published_at"],
        text_sha256=text_sha256,
    )
    return Placed(
        article_id=article_id,
        version=n,
        publisher_id=values["source_id"],
        published_at=values["published_at"],
        language=values["language"],
        text_sha256=text_sha256,
        cluster=find_cluster(connection, printed, signature),
        is_new=known is None,
    )


def _columns(
    connection: Connection, document: Document, known: AnyRow | None, text_sha256: bytes
) -> dict[str, Any]:
    """The article's columns. What is not said again about a known article stays as it was."""
    metadata = document.metadata
    if known is not None:
        stored = {name: getattr(known, name) for name in _OWN_COLUMNS}
        before = Metadata.model_construct(**stored)
        same_text = known.text_sha256 == text_sha256
        found = before.over(document.found) if same_text else document.found.over(before)
        metadata = document.given.over(found)
    publisher_id = known.source_id if known is not None else None
    publisher = document.given.publisher or (
        document.found.publisher if publisher_id is None else None
    )
    if publisher:
        publisher_id = resolve_sources(connection, [publisher]).get(publisher)
    columns = {name: getattr(metadata, name) for name in _OWN_COLUMNS}
    return columns | {"source_id": publisher_id, "origin": document.origin}


def _count_articles(connection: Connection, publisher: int | None, before: int | None) -> None:
    """Keep the publishers' counts, by source id, where an article came or went."""
    if publisher != before:
        more = {publisher: 1, before: -1}
        add_counts(
            connection, "source", "article_count", {i: n for i, n in more.items() if i is not None}
        )

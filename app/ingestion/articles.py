"""Writing one article: the row, its text, its statements. One transaction, all or nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.ingestion.counts import refresh
from app.ingestion.documents import Document
from app.ingestion.drafts import Draft
from app.ingestion.locks import LockClass, lock
from app.ingestion.names import lock_key
from app.ingestion.occurrences import Placed, write_occurrences
from app.ingestion.sources import canonical_source, resolve_sources
from app.models import Article, ArticleVersion, Outcome, Source

_NEWEST = and_(ArticleVersion.article_id == Article.id, ArticleVersion.n == Article.version)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a document."""

    article_id: int
    outcome: Outcome


def find_repeat(
    connection: Connection, origin: str, url: str | None, raw_sha256: bytes
) -> int | None:
    """The article whose newest version is an exact repeat of these bytes, or None.

    The article of the same URL or origin decides; where there is none, any other will do: the
    same bytes with the same metadata under another name are no second article.
    """
    known = _find(connection, origin, url)
    if known is not None:
        return known.id if known.raw_sha256 == raw_sha256 else None
    return connection.scalar(
        select(Article.id)
        .join(ArticleVersion, _NEWEST)
        .where(ArticleVersion.raw_sha256 == raw_sha256)
        .order_by(Article.id)
        .limit(1)
    )


def _find(
    connection: Connection, origin: str, url: str | None
) -> Row[int, int, int | None, bytes, bytes] | None:
    """The article of this URL, else the one read from this origin under no other URL."""
    here = Article.origin == origin
    same = or_(Article.url == url, and_(here, Article.url.is_(None))) if url else here
    return connection.execute(
        select(
            Article.id,
            Article.version,
            Article.source_id,
            ArticleVersion.text_sha256,
            ArticleVersion.raw_sha256,
        )
        .join(ArticleVersion, _NEWEST)
        .where(same)
        .order_by(Article.url.is_(None), Article.id.desc())
        .limit(1)
    ).one_or_none()


def write_article(connection: Connection, document: Document, drafts: Sequence[Draft]) -> Written:
    """Store the document and its statements; an exact repeat changes nothing.

    A text that changed under the same URL or origin becomes a new version: statements found
    again keep their rows, what vanished is withdrawn. The caller's transaction holds all of it.
    """
    lock(connection, LockClass.ARTICLE, filter(None, (document.origin, document.url)))
    repeat = find_repeat(connection, document.origin, document.url, document.raw_sha256)
    if repeat is not None:
        return Written(repeat, Outcome.UNCHANGED)
    lock(connection, LockClass.NAME, _lock_keys(document, drafts))
    placed, old_publisher = _write_text(connection, document)
    touched = write_occurrences(connection, placed, drafts)
    refresh(connection, touched)
    _refresh_publishers(connection, {placed.publisher_id, old_publisher})
    return Written(placed.article_id, Outcome.INGESTED if placed.is_new else Outcome.UPDATED)


def _lock_keys(document: Document, drafts: Sequence[Draft]) -> set[str]:
    names = {document.publisher} if document.publisher else set()
    keys: set[str] = set()
    for draft in drafts:
        names.update(draft.attribution.via)
        names.update(speaker.name for speaker in draft.attribution.speakers)
        keys.update(f"topic:{tag.code}" for tag in draft.topics)
    return (
        keys | {lock_key(name) for name in names} | {lock_key(canonical_source(n)) for n in names}
    )


def _write_text(connection: Connection, document: Document) -> tuple[Placed, int | None]:
    """The article and version rows; gives them with the publisher that the article had before."""
    text_sha256 = hashlib.sha256(document.text.encode()).digest()
    publisher_id = None
    if document.publisher:
        publisher_id = resolve_sources(connection, [document.publisher]).get(document.publisher)
    values = {
        "source_id": publisher_id,
        "url": document.url,
        "origin": document.origin,
        "title": document.title,
        "byline": document.byline,
        "published_at": document.published_at,
        "language": document.language,
    }
    known = _find(connection, document.origin, document.url)
    if known is None:
        n = 1
        article_id = connection.execute(
            insert(Article).values(values).returning(Article.id)
        ).scalar_one()
    else:
        article_id = known.id
        n = known.version + (known.text_sha256 != text_sha256)
        connection.execute(
            update(Article).where(Article.id == article_id).values(**values, version=n)
        )
    row = insert(ArticleVersion).values(
        article_id=article_id,
        n=n,
        text=document.text,
        text_sha256=text_sha256,
        raw_sha256=document.raw_sha256,
    )
    connection.execute(
        # The same text with other metadata is no new version.
        row.on_conflict_do_update(
            index_elements=[ArticleVersion.article_id, ArticleVersion.n],
            set_={"raw_sha256": row.excluded.raw_sha256},
        )
    )
    placed = Placed(
        article_id, n, publisher_id, document.published_at, text_sha256, is_new=known is None
    )
    return placed, known.source_id if known else None


def _refresh_publishers(connection: Connection, source_ids: set[int | None]) -> None:
    ids = sorted(i for i in source_ids if i is not None)
    connection.execute(
        select(Source.id)
        .where(Source.id.in_(ids))
        .order_by(Source.id)
        .with_for_update(key_share=True)
    )
    count = (
        select(func.count())
        .where(Article.source_id == Source.id)
        .correlate(Source)
        .scalar_subquery()
    )
    connection.execute(update(Source).where(Source.id.in_(ids)).values(article_count=count))

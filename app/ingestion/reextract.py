"""Reading stored articles again with the extractor installed now.

The newest text of each article is matched to what an older extractor found in it, as a corrected
article is to its earlier version: what is found again keeps its ids, what people decided stands.
One transaction an article, and each says by which extractor it was read: who was interrupted goes
on where it ended.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, and_, func, select, update
from sqlalchemy.exc import DBAPIError

from app.db import AnyRow, AnySelect, is_gone, translate_errors
from app.errors import InputRejectedError
from app.extraction import EXTRACTOR_VERSION
from app.ingestion.articles import lock_names
from app.ingestion.clusters import Printed, Signature, find_cluster
from app.ingestion.corrections import Changes
from app.ingestion.drafts import Draft
from app.ingestion.extractors import Extractors
from app.ingestion.locks import LockClass, lock, lock_as_writer
from app.ingestion.metadata import Metadata
from app.ingestion.occurrences import Placed, write_occurrences
from app.ingestion.prepared import describe_fault
from app.ingestion.raw import Raw
from app.ingestion.retrying import retried
from app.ingestion.stopping import Stopping
from app.ingestion.topics import ensure_concepts
from app.models import Article, ArticleVersion, Source, among

log = logging.getLogger(__name__)

_BATCH = 50  # articles whose texts are loaded at once
_EXAMPLES = 5  # of each kind of change that a report shows
_NEWEST = and_(ArticleVersion.article_id == Article.id, ArticleVersion.n == Article.version)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which articles to read again; none that the installed extractor has read, unless `all`.

    `since` is the date of publication, or of reading where there is none; `version` the extractor
    that read them last.
    """

    since: datetime | None = None
    article_ids: tuple[int, ...] = ()
    version: str | None = None
    all: bool = False


@dataclass(slots=True)
class Reextracted:
    """What reading again changed: statements by what became of them, with the first of each."""

    articles: int = 0
    kept: int = 0
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    failures: list[tuple[int, str]] = field(default_factory=list)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, changes: Changes) -> None:
        """Count the changes of one article."""
        self.articles += 1
        self.kept += changes.kept
        self.new += len(changes.new)
        self.changed += len(changes.changed)
        self.withdrawn += len(changes.withdrawn)
        for kind, texts in (
            ("new", changes.new),
            ("changed", tuple(f"{before} → {after}" for before, after in changes.changed)),
            ("withdrawn", changes.withdrawn),
        ):
            shown = self.examples.setdefault(kind, [])
            shown += texts[: _EXAMPLES - len(shown)]


Progress = Callable[[int, int, int], None]  # article, how many are done, of how many


def reextract(
    engine: Engine,
    wanted: Wanted,
    *,
    processes: int = 0,
    threads: int = 1,
    dry_run: bool = False,
    progress: Progress = lambda article_id, done, total: None,
) -> Reextracted:
    """Read articles again and store what the extractor finds now; gives what changed.

    Extraction runs in so many `processes`, with 0 in this one. A dry run works everything out,
    and stores nothing. An article that fails is told and left as it was. Safe beside ingestion and
    other runs. Raises DatabaseUnavailableError; what was done stays, and running again goes on.
    """
    report = Reextracted()
    with translate_errors(), Stopping() as stopping:
        with engine.begin() as connection:
            if not dry_run:
                ensure_concepts(connection)
            counted = select(func.count()).select_from(_ids(wanted).subquery())
            total = connection.execute(counted).scalar_one()
        for row, prepared in _prepared(engine, wanted, processes, threads):
            with stopping.in_hand():
                _write(engine, row, prepared, report, dry_run=dry_run)
                progress(row.id, report.articles + len(report.failures), total)
    return report


def _ids(wanted: Wanted) -> AnySelect:
    query = select(Article.id).join(ArticleVersion, _NEWEST)
    read_by = ArticleVersion.extractor_version
    if not wanted.all:
        query = query.where(read_by.is_distinct_from(EXTRACTOR_VERSION))
    if wanted.version is not None:
        query = query.where(read_by == wanted.version)
    if wanted.since is not None:
        seen = func.coalesce(Article.published_at, ArticleVersion.seen_at)
        query = query.where(seen >= wanted.since)
    return query.where(among(Article.id, wanted.article_ids)) if wanted.article_ids else query


def _prepared(
    engine: Engine, wanted: Wanted, processes: int, threads: int
) -> Iterator[tuple[AnyRow, "Future[Sequence[Draft]]"]]:
    """The articles in the order of their ids, each with the drafts to come."""
    extractors = Extractors(processes, threads)
    most = 2 * max(1, processes)
    waiting: deque[tuple[AnyRow, Future[Sequence[Draft]]]] = deque()
    pool = ThreadPoolExecutor(max(1, processes))
    try:
        for row in _rows(engine, wanted):
            waiting.append((row, pool.submit(_drafts, extractors, row)))
            if len(waiting) >= most:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        pool.shutdown(cancel_futures=True)
        extractors.close()


def _drafts(extractors: Extractors, row: AnyRow) -> Sequence[Draft]:
    known = Metadata.model_construct(
        title=row.title,
        publisher=row.publisher,
        byline=row.byline,
        url=row.url,
        published_at=row.published_at,
        language=row.language,
    )
    raw = Raw(row.origin, f"article {row.id}", row.text.encode(), known)
    return extractors.prepare(raw).drafts


def _rows(engine: Engine, wanted: Wanted) -> Iterator[AnyRow]:
    after = 0
    while True:
        ids = _ids(wanted).where(Article.id > after).order_by(Article.id).limit(_BATCH)
        with engine.connect() as connection:
            rows = connection.execute(
                _articles().where(Article.id.in_(ids)).order_by(Article.id)
            ).all()
        if not rows:
            return
        yield from rows
        after = rows[-1].id


def _articles() -> AnySelect:
    return (
        select(
            Article.id,
            Article.origin,
            Article.title,
            Article.byline,
            Article.url,
            Article.published_at,
            Article.language,
            Article.source_id,
            Article.version,
            Source.name.label("publisher"),
            ArticleVersion.text,
            ArticleVersion.text_sha256,
            ArticleVersion.raw_sha256,
        )
        .join(ArticleVersion, _NEWEST)
        .outerjoin(Source, Source.id == Article.source_id)
    )


def _write(
    engine: Engine,
    row: AnyRow,
    prepared: "Future[Sequence[Draft]]",
    report: Reextracted,
    *,
    dry_run: bool,
) -> None:
    try:
        drafts = prepared.result()
        changes = retried(lambda: _write_once(engine, row, drafts, dry_run=dry_run))
    except InputRejectedError as error:
        report.failures.append((row.id, error.detail))
    except Exception as error:
        if isinstance(error, DBAPIError) and is_gone(error):
            raise
        # A fault of ours must not cost the rest; it is told, with its trace.
        log.exception("reading article %d again failed", row.id)
        report.failures.append((row.id, describe_fault(error)))
    else:
        report.add(changes)


def _write_once(engine: Engine, row: AnyRow, drafts: Sequence[Draft], *, dry_run: bool) -> Changes:
    with engine.connect() as connection, connection.begin() as transaction:
        changes = _write_article(connection, row, drafts)
        if dry_run:
            transaction.rollback()
    return changes


def _write_article(connection: Connection, row: AnyRow, drafts: Sequence[Draft]) -> Changes:
    lock_as_writer(connection)
    lock(connection, LockClass.ARTICLE, filter(None, (row.origin, row.url, row.raw_sha256)))
    now = connection.execute(_articles().where(Article.id == row.id)).one()
    if now != row:
        # Corrected meanwhile, and so read by whoever stored that: not by older drafts.
        return Changes()
    signature = Signature(row.text)
    signature.lock(connection)
    lock_names(connection, now.publisher, drafts)
    printed = Printed(
        article_id=row.id,
        is_new=False,
        publisher_id=row.source_id,
        url=row.url,
        published_at=row.published_at,
        text_sha256=bytes(row.text_sha256),
    )
    placed = Placed(
        article_id=row.id,
        version=row.version,
        publisher_id=row.source_id,
        published_at=row.published_at,
        language=row.language,
        text_sha256=bytes(row.text_sha256),
        cluster=find_cluster(connection, printed, signature),
        is_new=False,
    )
    changes = write_occurrences(connection, placed, drafts)
    connection.execute(
        update(ArticleVersion)
        .where(ArticleVersion.article_id == row.id, ArticleVersion.n == row.version)
        .values(extractor_version=EXTRACTOR_VERSION)
    )
    return changes

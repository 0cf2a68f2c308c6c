"""A run of ingestion over many inputs: each article in its own transaction, each outcome kept."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, func, insert, update
from sqlalchemy.exc import DBAPIError

from app.db import is_gone, translate_errors
from app.errors import InputRejectedError
from app.extraction import EXTRACTOR_VERSION, extract
from app.extraction.types import Attribution
from app.ingestion.articles import Written, find_repeat, write_article
from app.ingestion.documents import Document, storable
from app.ingestion.drafts import make_drafts
from app.ingestion.inputs import read_inputs
from app.ingestion.metadata import Metadata
from app.ingestion.parsing import parse
from app.ingestion.raw import Raw, Unreadable
from app.ingestion.topics import ensure_concepts
from app.models import IngestItem, IngestRun, Outcome

log = logging.getLogger(__name__)

_TRIES = 3
# SQLSTATEs that say "not your fault, do it again": serialization failure, deadlock, and a
# name that somebody else took meanwhile.
_AGAIN = ("40001", "40P01", "23505")


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one input; `reason` is set where it failed."""

    input: str
    outcome: Outcome
    reason: str | None = None
    article_id: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did."""

    run_id: int
    items: tuple[Item, ...]

    def count(self, outcome: Outcome) -> int:
        """How many inputs had this outcome."""
        return sum(item.outcome is outcome for item in self.items)

    @property
    def failures(self) -> list[Item]:
        """The inputs that failed, each with its reason."""
        return [item for item in self.items if item.outcome is Outcome.FAILED]


Progress = Callable[[Item, int, int | None], None]


def ingest(
    engine: Engine,
    paths: Iterable[Path],
    *,
    metadata: Metadata | None = None,
    max_bytes: int = 5_000_000,
    progress: Progress = lambda item, done, total: None,
) -> Report:
    """Ingest the files that `paths` name (folders are searched for `.txt`), in order.

    A bad input fails alone, with its reason. `progress` is called after each input with the
    item, how many are done and how many there are (None: not known yet). Raises
    DatabaseUnavailableError when the database goes away: what was done stays, and running it
    again carries on.
    """
    items: list[Item] = []
    with translate_errors():
        run_id = _begin(engine)
        for found in read_inputs(paths, metadata or Metadata(), max_bytes):
            item = _ingest(engine, found)
            _keep(engine, run_id, item)
            items.append(item)
            progress(item, len(items), None)
        _finish(engine, run_id, items)
    return Report(run_id, tuple(items))


def _ingest(engine: Engine, raw: Raw | Unreadable) -> Item:
    if isinstance(raw, Unreadable):
        return Item(raw.name, Outcome.FAILED, raw.reason)
    try:
        written = _known(engine, raw) or _write(engine, parse(raw))
    except InputRejectedError as error:
        return Item(raw.name, Outcome.FAILED, error.detail)
    except Exception as error:
        if isinstance(error, DBAPIError) and is_gone(error):
            raise
        # A fault of ours must not cost the rest of the batch; it is told, with its trace.
        log.exception("ingesting %r failed", raw.name)
        return Item(raw.name, Outcome.FAILED, f"{type(error).__name__}: {_first_line(error)}")
    return Item(raw.name, written.outcome, article_id=written.article_id)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "")[:300]


def _known(engine: Engine, raw: Raw) -> Written | None:
    with engine.connect() as connection:
        article_id = find_repeat(connection, raw.origin, raw.metadata, raw.sha256)
    return None if article_id is None else Written(article_id, Outcome.UNCHANGED)


def _write(engine: Engine, document: Document) -> Written:
    drafts = make_drafts(document, extract_from(document))
    for attempt in range(1, _TRIES + 1):
        try:
            with engine.begin() as connection:
                return write_article(connection, document, drafts)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _AGAIN or attempt == _TRIES:
                raise
            log.warning("writing %s again: %s", document.origin, _first_line(error))
    raise AssertionError("the loop returns or raises")


def extract_from(document: Document) -> list[Attribution]:
    """The attributions in a document, in the light of what is known about it."""
    known = document.metadata
    return extract(
        document.text,
        title=known.title,
        publisher=known.publisher,
        published_at=known.published_at,
    )


def _begin(engine: Engine) -> int:
    with engine.begin() as connection:
        ensure_concepts(connection)
        return connection.execute(
            insert(IngestRun).values(extractor_version=EXTRACTOR_VERSION).returning(IngestRun.id)
        ).scalar_one()


def _keep(engine: Engine, run_id: int, item: Item) -> None:
    with engine.begin() as connection:
        connection.execute(
            insert(IngestItem).values(
                run_id=run_id,
                input=storable(item.input),
                outcome=item.outcome,
                reason=storable(item.reason) if item.reason else None,
                article_id=item.article_id,
            )
        )


def _finish(engine: Engine, run_id: int, items: Iterable[Item]) -> None:
    counts = Counter(item.outcome.value for item in items)
    with engine.begin() as connection:
        connection.execute(
            update(IngestRun)
            .where(IngestRun.id == run_id)
            .values(finished_at=func.clock_timestamp(), counts=dict(counts))
        )

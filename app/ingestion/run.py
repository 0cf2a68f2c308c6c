"""A run of ingestion over many inputs: each article in its own transaction, each outcome kept."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, func, insert, update
from sqlalchemy.exc import DBAPIError

from app.db import is_gone, translate_errors
from app.extraction import EXTRACTOR_VERSION
from app.ingestion.articles import Written
from app.ingestion.inputs import Reading, read_inputs
from app.ingestion.items import Item, keep_items, write_with_item
from app.ingestion.metadata import Metadata
from app.ingestion.pipeline import Pipeline, Repeated, Result
from app.ingestion.prepared import Failed, Prepared, describe_fault
from app.ingestion.raw import Raw, Unmodified, Unreadable
from app.ingestion.retrying import retried
from app.ingestion.stopping import Stopping
from app.ingestion.topics import ensure_concepts
from app.models import IngestRun, Outcome

log = logging.getLogger(__name__)

# Items that wait to be written together, and for how many seconds.
_BATCH, _PATIENCE = 500, 2.0
_TOLD = 1000  # failures that a report names; the database has all


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did: how many inputs had each outcome, and the first thousand that failed."""

    run_id: int
    counts: Counter[Outcome] = field(default_factory=Counter)
    failures: list[Item] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many inputs there were."""
        return self.counts.total()

    def count(self, outcome: Outcome) -> int:
        """How many inputs had this outcome."""
        return self.counts[outcome]


Progress = Callable[[Item, int, int | None], None]


def ingest(
    engine: Engine,
    inputs: Iterable[str | Path],
    *,
    metadata: Metadata | None = None,
    reading: Reading | None = None,
    processes: int | None = None,
    threads: int = 1,
    progress: Progress = lambda item, done, total: None,
) -> Report:
    """Ingest what the inputs name: paths, patterns, folders, URLs, `-`.

    `reading` says how; `metadata` will do where that is all there is to say. A bad input fails
    alone, with its reason. Extraction runs in as many `processes` (None: one a processor), each
    with `threads`; a few articles, or one process, are done here, in order. `progress` is called
    after each article with the item, how many are done and how many there are (None: not known
    yet). A signal ends the run after the article in hand. Raises DatabaseUnavailableError when
    the database goes away: what was done stays, and running it again carries on.
    """
    found = read_inputs(inputs, reading or Reading(metadata or Metadata()))
    return ingest_all(engine, found, processes=processes, threads=threads, progress=progress)


def ingest_all(
    engine: Engine,
    inputs: Iterable[Raw | Unreadable | Unmodified],
    *,
    processes: int | None = None,
    threads: int = 1,
    progress: Progress = lambda item, done, total: None,
) -> Report:
    """The same for what a reader gives."""
    with translate_errors():
        run = _Run(engine)
        with Stopping() as stopping, Pipeline(engine, inputs, processes, threads) as results:
            try:
                for result in results:
                    with stopping.in_hand():
                        item = run.take(result)
                        progress(item, run.report.total, results.total)
            except (KeyboardInterrupt, SystemExit):
                run.keep()
                raise
        run.finish()
    return run.report


class _Run:
    """A run in the database: takes results one by one, and writes down what became of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: list[Item] = []
        self._kept_at = time.monotonic()
        with engine.begin() as connection:
            ensure_concepts(connection)
            run_id = connection.execute(
                insert(IngestRun)
                .values(extractor_version=EXTRACTOR_VERSION)
                .returning(IngestRun.id)
            ).scalar_one()
        self.report = Report(run_id)

    def take(self, result: Result) -> Item:
        """Write an article; what is not to be written is noted, in a while."""
        if isinstance(result, Prepared):
            item = self._write(result)
        else:
            item = _item_of(result)
            self._waiting.append(item)
        self.report.counts[item.outcome] += 1
        if item.outcome is Outcome.FAILED and len(self.report.failures) < _TOLD:
            self.report.failures.append(item)
        late = time.monotonic() - self._kept_at > _PATIENCE
        if late or item.outcome is Outcome.FAILED or len(self._waiting) >= _BATCH:
            self.keep()
        return item

    def _write(self, prepared: Prepared) -> Item:
        def write() -> Written:
            with self._engine.begin() as connection:
                return write_with_item(connection, self.report.run_id, prepared)

        try:
            written = retried(write, prepared.name)
        except Exception as error:
            if isinstance(error, DBAPIError) and is_gone(error):
                raise
            log.exception("writing %s failed", ascii(prepared.name))
            item = Item(prepared.name, Outcome.FAILED, describe_fault(error))
            self._waiting.append(item)
            return item
        return Item(prepared.name, written.outcome, article_id=written.article_id)

    def keep(self) -> None:
        """Write down the items that wait, and how many there are of each outcome."""
        counts = {outcome.value: n for outcome, n in self.report.counts.items()}
        with self._engine.begin() as connection:
            keep_items(connection, self.report.run_id, self._waiting)
            connection.execute(
                update(IngestRun).where(IngestRun.id == self.report.run_id).values(counts=counts)
            )
        self._waiting.clear()
        self._kept_at = time.monotonic()

    def finish(self) -> None:
        """Say that the run has come to its end."""
        self.keep()
        with self._engine.begin() as connection:
            connection.execute(
                update(IngestRun)
                .where(IngestRun.id == self.report.run_id)
                .values(finished_at=func.clock_timestamp())
            )


def _item_of(result: Failed | Repeated | Unreadable | Unmodified) -> Item:
    if isinstance(result, Unmodified):
        return Item(result.name, Outcome.UNCHANGED)
    if isinstance(result, Repeated):
        return Item(result.name, Outcome.UNCHANGED, article_id=result.article_id)
    if isinstance(result, Failed) and result.trace:
        log.error("preparing %s failed: %s", ascii(result.name), result.trace)
    return Item(result.name, Outcome.FAILED, result.reason)

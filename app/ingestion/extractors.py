"""Processes that parse and extract: the part of ingestion that is work for a processor.

The tagger lets other threads run, the rules do not: in the process of the API they would hold up
every read.
"""

import logging
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import wait

from app.errors import TooBusyError
from app.extraction.tagger import use_threads
from app.ingestion.documents import Document
from app.ingestion.drafts import Draft, make_drafts
from app.ingestion.parsing import parse
from app.ingestion.preparing import extract_from
from app.ingestion.raw import Raw

log = logging.getLogger(__name__)

_WAITING = 4  # articles for each process, the one in hand included


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that is to be written of an article. Goes from process to process."""

    document: Document
    drafts: list[Draft]


def prepare(raw: Raw) -> Prepared:
    """Parse and extract. Raises InputRejectedError for what holds no text."""
    document = parse(raw)
    return Prepared(document, make_drafts(document, extract_from(document)))


class Extractors:
    """So many processes at most, started when first needed; with 0 it is done by the caller.

    Who finds too many waiting is sent away after `patience` seconds; None: waits for ever.
    """

    def __init__(self, processes: int, threads: int = 1, *, patience: float | None = None) -> None:
        self._processes = processes
        self._threads = threads
        self._patience = patience
        self._pool: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()
        self._room = threading.BoundedSemaphore(_WAITING * max(1, processes))

    def prepare(self, raw: Raw) -> Prepared:
        """Parse and extract, in another process.

        Raises InputRejectedError for what holds no text, TooBusyError where too many wait.
        """
        if not self._room.acquire(timeout=self._patience):
            raise TooBusyError("as many articles are being read as this server allows; try later")
        try:
            return self._prepare(raw) if self._processes else prepare(raw)
        finally:
            self._room.release()

    def _prepare(self, raw: Raw) -> Prepared:
        pool = self._started()
        try:
            return pool.submit(prepare, raw).result()
        except BrokenProcessPool:
            # Killed from outside, or out of memory: once more, in a process of its own making.
            log.warning("a process that extracts died; trying %s again", ascii(raw.name))
            return self._started(instead_of=pool).submit(prepare, raw).result()

    def _started(self, instead_of: ProcessPoolExecutor | None = None) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None or self._pool is instead_of:
                self._pool = ProcessPoolExecutor(
                    self._processes,
                    # A fork of a process with threads can stand still for ever.
                    mp_context=multiprocessing.get_context("spawn"),
                    initializer=_begin,
                    initargs=(self._threads,),
                )
            return self._pool

    def close(self) -> None:
        """End the processes; what is in hand is finished."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown()
                self._pool = None


def _begin(threads: int) -> None:
    """What a process of the pool does first."""
    # A signal to the group is for the parent, which lets the article in hand be finished.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    use_threads(threads)


def _end_with_parent() -> None:
    """A parent that is killed says no goodbye, and its children would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)

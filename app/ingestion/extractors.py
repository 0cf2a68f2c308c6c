"""So many processes that prepare articles, shared by all who post them or do jobs.

The tagger lets other threads run, the rules do not: in the process of the API they would hold up
every read.
"""

import logging
import threading
from queue import LifoQueue

from app.errors import InputRejectedError, TooBusyError
from app.ingestion.extractor import Extractor
from app.ingestion.prepared import Failed, Prepared
from app.ingestion.raw import Raw

log = logging.getLogger(__name__)

_WAITING = 4  # articles for each process, the one in hand included


class Extractors:
    """So many processes at most, each started when first needed; with 0 the caller does it.

    Who finds too many waiting is sent away after `patience` seconds; None: waits for ever.
    """

    def __init__(self, processes: int, threads: int = 1, *, patience: float | None = None) -> None:
        self._patience = patience
        self._room = threading.BoundedSemaphore(_WAITING * max(1, processes))
        self._all = [Extractor(threads) for _ in range(processes)]
        self._idle: LifoQueue[Extractor] = LifoQueue()  # the last one used is started already
        for extractor in self._all:
            self._idle.put(extractor)

    def prepare(self, raw: Raw) -> Prepared:
        """Parse and extract.

        Raises InputRejectedError for what cannot be ingested, TooBusyError where too many wait,
        RuntimeError for a fault of ours.
        """
        if not self._room.acquire(timeout=self._patience):
            raise TooBusyError("as many articles are being read as this server allows; try later")
        try:
            found = self._prepare(raw) if self._all else _prepare_here(raw)
        finally:
            self._room.release()
        if isinstance(found, Prepared):
            return found
        if found.trace is None:
            raise InputRejectedError(found.reason)
        log.error("preparing %s failed: %s", ascii(raw.name), found.trace)
        raise RuntimeError(found.reason)

    def _prepare(self, raw: Raw) -> Prepared | Failed:
        extractor = self._idle.get()
        try:
            return extractor.prepare(raw)
        finally:
            self._idle.put(extractor)

    def close(self) -> None:
        """End the processes."""
        for extractor in self._all:
            extractor.__exit__()


def _prepare_here(raw: Raw) -> Prepared | Failed:
    # Where other processes extract, this one need not hold 30 MB of what parses pages.
    from app.ingestion.preparing import prepare  # noqa: PLC0415

    return prepare(raw)

"""Reading, preparing and writing at once: a thread reads, processes prepare, the caller writes.

Between them stand bounded channels, so whoever is slowest sets the pace and memory stays flat.
What comes out is in no particular order, and none of it is lost: each input gives one result.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from types import TracebackType

from sqlalchemy import Engine

from app.extraction.tagger import use_threads
from app.ingestion.channel import Channel, ChannelClosedError
from app.ingestion.extractor import Extractor
from app.ingestion.prepared import Failed, Prepared
from app.ingestion.preparing import prepare
from app.ingestion.raw import Raw, Unmodified, Unreadable
from app.ingestion.repeats import Asked, find_repeats

# What is read at most before it is looked up, in articles, bytes and seconds.
_BATCH, _HEAVY, _PATIENCE = 200, 8_000_000, 0.25
# Articles that wait before other processes are worth their start: a second, and the model's memory.
_BACKLOG = 8
_WAITING, _WEIGHT = 512, 32_000_000  # between two threads: results, bytes


@dataclass(frozen=True, slots=True)
class Repeated:
    """An article that is there already."""

    name: str
    article_id: int


Result = Prepared | Failed | Repeated | Unreadable | Unmodified
_Read = Raw | Repeated | Unreadable | Unmodified


def default_processes() -> int:
    """One for each processor that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Pipeline:
    """The results of inputs, to be iterated over once, inside `with`.

    With one process, and as long as no more than a few articles wait, the caller's own prepares.
    """

    def __init__(
        self,
        engine: Engine,
        inputs: Iterable[Raw | Unreadable | Unmodified],
        processes: int | None = None,
        threads: int = 1,
    ) -> None:
        self._engine = engine
        self._inputs = inputs
        self._processes = default_processes() if processes is None else processes
        self._extraction_threads = threads
        self._read: Channel[_Read] = Channel(_WAITING, _WEIGHT)
        self._done: Channel[Result] = Channel(_WAITING, _WEIGHT, self._processes)
        self._threads: list[threading.Thread] = []
        self._extractors: list[Extractor] = []
        self._count = 0
        self.total: int | None = None  # inputs, once all have been read

    def __enter__(self) -> "Pipeline":
        self._start(self._read_all)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._read.close()
        self._done.close()
        for extractor in self._extractors:
            extractor.close()
        for thread in self._threads[1:]:  # not the reader, who may wait for a slow server
            thread.join()

    def _start(self, work: Callable[[], None]) -> None:
        # A daemon: one that waits for a slow server does not keep the program from ending.
        thread = threading.Thread(target=self._guard, args=(work,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _guard(self, work: Callable[[], None]) -> None:
        try:
            work()
        except ChannelClosedError:
            return
        except BaseException as error:
            self._read.close(error)
            self._done.close(error)

    def __iter__(self) -> Iterator[Result]:
        """One result an input, in the order of the inputs where nothing but this process works."""
        use_threads(self._extraction_threads)
        for found in self._read:
            yield prepare(found) if isinstance(found, Raw) else found
            if self._processes > 1 and self._read.count(Raw) >= _BACKLOG:
                break
        else:
            return
        for _ in range(self._processes):
            extractor = Extractor(self._extraction_threads)
            self._extractors.append(extractor)
            self._start(partial(self._prepare_all, extractor))
        yield from self._done

    def _prepare_all(self, extractor: Extractor) -> None:
        with extractor:
            for found in self._read:
                self._done.put(extractor.prepare(found) if isinstance(found, Raw) else found)
        self._done.end()

    def _read_all(self) -> None:
        batch: list[Raw | Unreadable | Unmodified] = []
        weight, since = 0, time.monotonic()
        for found in self._inputs:
            batch.append(found)
            weight += _weight(found)
            late = time.monotonic() - since > _PATIENCE
            if len(batch) >= _BATCH or weight >= _HEAVY or late:
                self._look_up(batch)
                batch, weight, since = [], 0, time.monotonic()
        self._look_up(batch)
        self.total = self._count
        self._read.end()

    def _look_up(self, batch: list[Raw | Unreadable | Unmodified]) -> None:
        """Hand on what was read, with the articles that are there already told apart."""
        raws = [found for found in batch if isinstance(found, Raw)]
        repeats: dict[int, int] = {}
        if raws:
            asked = [Asked(raw.origin, raw.metadata, raw.sha256) for raw in raws]
            with self._engine.connect() as connection:
                found = find_repeats(connection, asked)
            repeats = {
                id(raw): known.repeated_id
                for raw, known in zip(raws, found, strict=True)
                if known.repeated_id is not None
            }
        self._count += len(batch)
        for one in batch:
            repeated = repeats.get(id(one))
            if repeated is None:
                self._read.put(one, _weight(one))
            else:
                self._read.put(Repeated(one.name, repeated))


def _weight(found: Raw | Unreadable | Unmodified) -> int:
    return len(found.content) if isinstance(found, Raw) else 0

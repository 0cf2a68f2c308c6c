"""Ingestion of made-up articles, beside one process that only extracts them, in the same run.

    python -m benchmarks.ingest [--articles 2000] [--pages 0] [--rounds 3] [--processes N]
        [--memory 10000]

Prints articles a second of both and their ratio: rounds of so many new articles, in turn with
the extraction of a sample of the same ones, so that whatever else the machine does hits both; how
much faster a second pass over the same input is; with --pages the same for HTML files, beside one
process that finds the text in them first; and, with --memory, the resident memory of all
our processes while that many go in. On a machine that others use too the processor time tells
more than the clock: "as if alone" is how many times one extraction process this would be were
the processors ours, if none ever stood still. A PostgreSQL of its own, with its ordinary settings,
under the system's folder for temporary files.
"""

import argparse
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
from sqlalchemy import Engine, text

from app.db import make_engine
from app.embedded import embedded_postgres
from app.ingestion.documents import Document
from app.ingestion.drafts import make_drafts
from app.ingestion.items import Item
from app.ingestion.metadata import Metadata
from app.ingestion.pipeline import default_processes
from app.ingestion.preparing import extract_from, prepare
from app.ingestion.raw import Form, Raw
from app.ingestion.run import ingest
from app.migrate import migrate
from benchmarks.news import article
from benchmarks.pages import page

SAMPLE = 100  # articles that the one process extracts before and after each round
STEPS = (100, 300, 1000, 3000, 10_000, 30_000)  # articles after which memory is read


def line(number: int, seed: int = 1) -> str:
    """An article as a line of NDJSON."""
    return json.dumps(article(number, seed), ensure_ascii=False) + "\n"


def document(number: int, seed: int) -> Document:
    """The same as a parser gives it."""
    made = article(number, seed)
    text = str(made.pop("text"))
    return Document(made["url"], b"", text, Metadata.model_validate(made))


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds an article: by the clock, and of processors."""

    clock: float
    processor: float

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(self.clock + other.clock, self.processor + other.processor)


@dataclass(frozen=True, slots=True)
class Lines:
    """Articles as lines of NDJSON; alone, their text is there already."""

    name = "articles"

    def write(self, folder: Path, numbers: range) -> Path:
        """What is to be ingested."""
        path = folder / f"{numbers.start}.ndjson"
        path.write_text("".join(map(line, numbers)), encoding="utf-8")
        return path

    def works(self, numbers: range) -> list[Callable[[], object]]:
        """What one process does that finds statements and their topics and nothing else."""
        documents = [document(number, 1) for number in numbers]
        return [partial(find, one) for one in documents]


@dataclass(frozen=True, slots=True)
class Pages:
    """Articles as HTML files; alone, their text has to be found."""

    name = "pages"

    def write(self, folder: Path, numbers: range) -> Path:
        """What is to be ingested."""
        path = folder / f"pages-{numbers.start}"
        path.mkdir()
        for number in numbers:
            (path / f"{number}.html").write_text(page(number), encoding="utf-8")
        return path

    def works(self, numbers: range) -> list[Callable[[], object]]:
        """What one process does that finds texts, statements and topics and nothing else."""
        raws = [
            Raw(f"file:///{number}.html", str(number), page(number).encode(), form=Form.HTML)
            for number in numbers
        ]
        return [partial(prepare, raw) for raw in raws]


def find(document: Document) -> None:
    """The statements and topics of a document."""
    make_drafts(document, extract_from(document))


def alone(kind: Lines | Pages, numbers: range) -> Taken:
    """What one process takes for these, while nothing else is done."""
    works = kind.works(numbers)
    start, processor = time.perf_counter(), time.process_time()
    for work in works:
        work()
    clock, processor = time.perf_counter() - start, time.process_time() - processor
    return Taken(clock / len(works), processor / len(works))


def processor_seconds(postmaster: psutil.Process) -> float:
    """Of this process, of those that it started and that have ended, and of PostgreSQL."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    server = postmaster.cpu_times()
    total = time.process_time() + ended.ru_utime + ended.ru_stime + sum(server[:4])
    live = sum(sum(child.cpu_times()[:2]) for child in postmaster.children())
    return float(total + live)


def whole(engine: Engine, path: Path, processes: int, postmaster: psutil.Process) -> Taken:
    """What the whole pipeline takes over a file or a folder, its start and end left in."""
    start, processor = time.perf_counter(), processor_seconds(postmaster)
    report = ingest(engine, [path], processes=processes)
    if report.failures:
        raise SystemExit(f"failed: {report.failures[0]}")
    clock = time.perf_counter() - start
    used = processor_seconds(postmaster) - processor
    return Taken(clock / report.total, used / report.total)


def measure_speed(
    engine: Engine, folder: Path, kind: Lines | Pages, count: int, rounds: int, processes: int
) -> None:
    """Print a round a line, then the medians."""
    pid = int((folder / "postgres" / "postmaster.pid").read_text().split()[0])
    postmaster = psutil.Process(pid)
    ratios, alone_ratios, start, size = [], [], 0, count // rounds
    alone(kind, range(10))
    for _ in range(rounds):
        numbers = range(start, start + size)
        path = kind.write(folder, numbers)
        before = alone(kind, numbers[:SAMPLE])
        taken = whole(engine, path, processes, postmaster)
        both = before + alone(kind, numbers[-SAMPLE:])
        one = Taken(both.clock / 2, both.processor / 2)
        again = whole(engine, path, processes, postmaster)
        ratios.append(one.clock / taken.clock)
        alone_ratios.append(processes * one.processor / taken.processor)
        start += size
        print(
            f"{size} {kind.name}: pipeline {1 / taken.clock:5.1f}/s, {taken.processor * 1e3:.0f} ms"
            f" of processors   extraction alone {1 / one.clock:5.1f}/s,"
            f" {one.processor * 1e3:.0f} ms   {ratios[-1]:.2f} times, as if alone"
            f" {alone_ratios[-1]:.2f}   second pass {1 / again.clock:,.0f}/s,"
            f" {taken.clock / again.clock:.0f} times   load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    print(
        f"median {statistics.median(ratios):.2f} times one extraction process"
        f" ({min(ratios):.2f} to {max(ratios):.2f}), as if alone"
        f" {statistics.median(alone_ratios):.2f}; {processes} processes"
    )


def resident() -> tuple[float, float]:
    """MB of this process, and of those that it started, PostgreSQL left out."""
    own = psutil.Process()
    others = [child for child in own.children() if "app.ingestion.extractor" in child.cmdline()]
    return own.memory_info().rss / 1e6, sum(child.memory_info().rss for child in others) / 1e6


def measure_memory(engine: Engine, folder: Path, count: int, processes: int) -> None:
    """Print the resident memory while so many articles go in."""

    path = folder / "many.ndjson"
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            file.write(line(number, 2))
    start = time.perf_counter()

    def progress(item: Item, done: int, total: int | None) -> None:
        if done in STEPS or done == count:
            own, others = resident()
            rate = done / (time.perf_counter() - start)
            print(f"{done:6} articles: {own:.0f} + {others:.0f} MB, {rate:.1f}/s", flush=True)

    ingest(engine, [path], processes=processes, progress=progress)


@contextmanager
def database() -> Iterator[tuple[Engine, Path]]:
    """An empty database of this version on a server of its own, and its folder."""
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder)) as url:
        engine = make_engine(url)
        migrate(engine)
        yield engine, Path(folder)
        with engine.connect() as connection:
            statements = connection.scalar(text("SELECT count(*) FROM statement"))
            articles = connection.scalar(text("SELECT count(*) FROM article"))
        print(f"{articles} articles, {statements} statements")
        engine.dispose()


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--pages", type=int, default=0, help="pages, 0 leaves them out")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=default_processes())
    parser.add_argument("--memory", type=int, default=0, help="articles, 0 leaves it out")
    arguments = parser.parse_args()
    kinds = ((Lines(), arguments.articles), (Pages(), arguments.pages))
    for kind, count in kinds:
        if count:
            with database() as (engine, folder):
                measure_speed(engine, folder, kind, count, arguments.rounds, arguments.processes)
    if arguments.memory:
        with database() as (engine, folder):
            measure_memory(engine, folder, arguments.memory, arguments.processes)


if __name__ == "__main__":
    main()

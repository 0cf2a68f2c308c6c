"""Ingestion of made-up articles, beside one process that only extracts them, in the same run.

    python -m benchmarks.ingest [--articles 2000] [--rounds 3] [--processes N] [--memory 10000]

Prints articles a second of both and their ratio: rounds of so many new articles, in turn with
the extraction of a sample of the same ones, so that whatever else the machine does hits both; how
much faster a second pass over the same input is; and, with --memory, the resident memory of all
our processes while that many go in. A PostgreSQL of its own, with its ordinary settings, under
the system's folder for temporary files.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from sqlalchemy import Engine, text

from app.db import make_engine
from app.embedded import embedded_postgres
from app.ingestion.documents import Document
from app.ingestion.metadata import Metadata
from app.ingestion.pipeline import default_processes
from app.ingestion.preparing import extract_from
from app.ingestion.raw import Raw
from app.ingestion.run import Item, ingest_all
from app.migrate import migrate
from benchmarks.news import article

SAMPLE = 100  # articles that the one process extracts before and after each round
STEPS = (100, 300, 1000, 3000, 10_000, 30_000)  # articles after which memory is read


def raw(number: int, seed: int) -> Raw:
    """An article as a reader gives it."""
    made = article(number, seed)
    content = str(made.pop("text")).encode()
    url = made["url"]
    return Raw(url, url, content, Metadata.model_validate(made))


def document(number: int, seed: int) -> Document:
    """The same as a parser gives it."""
    read = raw(number, seed)
    return Document(read.origin, read.sha256, read.content.decode(), read.metadata)


def extraction_alone(numbers: range, seed: int) -> float:
    """Seconds an article of one process that extracts and does nothing else."""
    documents = [document(number, seed) for number in numbers]
    start = time.perf_counter()
    for one in documents:
        extract_from(one)
    return (time.perf_counter() - start) / len(documents)


def whole(engine: Engine, inputs: list[Raw], processes: int) -> float:
    """Seconds an article of the whole pipeline, its start and end left in."""
    start = time.perf_counter()
    report = ingest_all(engine, inputs, processes=processes)
    if report.failures:
        raise SystemExit(f"failed: {report.failures[0]}")
    return (time.perf_counter() - start) / len(inputs)


def measure_speed(engine: Engine, count: int, rounds: int, processes: int) -> None:
    """Print a round a line, then the medians."""
    sizes = [count // rounds] * rounds
    ratios, alone_all, whole_all, start = [], [], [], 0
    extraction_alone(range(10), 0)
    for size in sizes:
        numbers = range(start, start + size)
        inputs = [raw(number, 1) for number in numbers]
        before = extraction_alone(numbers[:SAMPLE], 1)
        taken = whole(engine, inputs, processes)
        after = extraction_alone(numbers[-SAMPLE:], 1)
        alone = (before + after) / 2
        again = whole(engine, inputs, processes)
        ratios.append(alone / taken)
        alone_all.append(alone)
        whole_all.append(taken)
        start += size
        print(
            f"{size} articles: pipeline {1 / taken:6.1f}/s   extraction alone {1 / alone:6.1f}/s"
            f"   {alone / taken:.2f} times   second pass {1 / again:,.0f}/s,"
            f" {taken / again:.0f} times as fast   load {os.getloadavg()[0]:.1f}"
        )
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(
        f"median: {1 / statistics.median(whole_all):.1f}/s, {statistics.median(ratios):.2f} times"
        f" one extraction process ({spread}), {processes} processes"
    )


def resident() -> tuple[float, float]:
    """MB of this process, and of those that it started, PostgreSQL left out."""
    own = psutil.Process()
    others = [child for child in own.children() if "app.ingestion.extractor" in child.cmdline()]
    return own.memory_info().rss / 1e6, sum(child.memory_info().rss for child in others) / 1e6


def measure_memory(engine: Engine, count: int, processes: int) -> None:
    """Print the resident memory while so many articles go in."""

    def inputs() -> Iterator[Raw]:
        for number in range(count):
            yield raw(number, 2)

    start = time.perf_counter()

    def progress(item: Item, done: int, total: int | None) -> None:
        if done in STEPS or done == count:
            own, others = resident()
            rate = done / (time.perf_counter() - start)
            print(f"{done:6} articles: {own:.0f} + {others:.0f} MB, {rate:.1f}/s", flush=True)

    ingest_all(engine, inputs(), processes=processes, progress=progress)


@contextmanager
def database() -> Iterator[Engine]:
    """An empty database of this version on a server of its own."""
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder)) as url:
        engine = make_engine(url)
        migrate(engine)
        yield engine
        with engine.connect() as connection:
            statements = connection.scalar(text("SELECT count(*) FROM statement"))
            articles = connection.scalar(text("SELECT count(*) FROM article"))
        print(f"{articles} articles, {statements} statements")
        engine.dispose()


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=default_processes())
    parser.add_argument("--memory", type=int, default=0, help="articles, 0 leaves it out")
    arguments = parser.parse_args()
    if arguments.articles:
        with database() as engine:
            measure_speed(engine, arguments.articles, arguments.rounds, arguments.processes)
    if arguments.memory:
        with database() as engine:
            measure_memory(engine, arguments.memory, arguments.processes)


if __name__ == "__main__":
    main()

"""How far a run of ingestion is: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from app.cli.console import err, log, plain
from app.ingestion.inputs import is_url, list_inputs
from app.ingestion.items import Item
from app.ingestion.run import Progress

_EVERY = 10.0  # seconds from line to line
_ONE_EACH = {".txt", ".html", ".htm"}
_ONE_A_LINE = {".ndjson", ".jsonl"}
_BLOCK = 1 << 20


def count_articles(inputs: Iterable[str | Path]) -> int | None:
    """How many articles the inputs hold; None where it takes reading them to know."""
    total = 0
    for named in list_inputs(inputs):
        path = Path(named)
        suffix = path.suffix.lower()
        if suffix in _ONE_A_LINE and path.is_file():
            total += _count_lines(path)
        elif suffix in _ONE_EACH and not is_url(named):
            total += 1
        else:
            return None
    return total


def _count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(_BLOCK), b""))


@contextmanager
def shown_progress(expected: int | None, doing: str = "ingesting") -> Iterator[Progress]:
    """What to call after each input; it shows the rate and the time left where it knows them."""
    started = time.monotonic()
    told_at = started
    bar = Bar(
        TextColumn(doing),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:.1f}/s"),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=err,
        disable=not err.is_terminal,
    )
    task = bar.add_task("", total=expected, rate=0.0)

    def progress(item: Item, done: int, total: int | None) -> None:
        nonlocal told_at
        now, whole = time.monotonic(), total if total is not None else expected
        rate = done / max(now - started, 1e-3)
        bar.update(
            task, completed=done, total=whole, rate=rate, description=plain(Path(item.input).name)
        )
        if not err.is_terminal and (now - told_at > _EVERY or done == total):
            told_at = now
            left = "" if whole is None else f" of {whole}, {max(0, whole - done) / rate:.0f} s left"
            log.info("%d%s, %.1f a second", done, left, rate)

    with bar:
        yield progress

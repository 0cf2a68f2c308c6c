"""Readers: from what was named on the command line to the bytes of articles."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.ingestion.inputs.files import list_files, read_file
from app.ingestion.inputs.reading import Input, Kind, Reading, Result, Web
from app.ingestion.inputs.walk import read, read_url

__all__ = ["Kind", "Reading", "Result", "Web", "list_inputs", "read_inputs", "read_url"]


def read_inputs(inputs: Iterable[str | Path], reading: Reading) -> Iterator[Result]:
    """Every article in the inputs, one at a time; what cannot be read comes with its reason.

    An input is a path, a pattern, a folder, an http(s) URL, or `-` for standard input.
    """
    for named in list_inputs(inputs):
        if is_url(named):
            yield from read_url(str(named), reading)
        elif str(named) == "-":
            yield from read(Input("", "-", sys.stdin.buffer, reading.given), reading)
        else:
            yield from read_file(Path(named), reading)


def list_inputs(inputs: Iterable[str | Path]) -> list[str | Path]:
    """The inputs one by one: URLs and `-` as given, and the files that the others mean."""
    found: dict[str | Path, None] = {}
    for named in inputs:
        as_given = is_url(named) or str(named) == "-"
        found.update(dict.fromkeys([named] if as_given else list_files([Path(named)])))
    return list(found)


def is_url(named: str | Path) -> bool:
    """Whether an input is to be fetched. A Path never is: it has lost a slash of `https://`."""
    return isinstance(named, str) and named.lower().startswith(("http://", "https://"))

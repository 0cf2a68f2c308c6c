"""Readers: from what was named on the command line to the bytes of articles."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from app.errors import InputRejectedError
from app.ingestion.inputs.files import list_files, read_raw
from app.ingestion.metadata import Metadata
from app.ingestion.raw import Raw, Unreadable


def read_inputs(
    paths: Iterable[Path], given: Metadata, max_bytes: int
) -> Iterator[Raw | Unreadable]:
    """Every article in the inputs, one at a time; what cannot be read comes with its reason."""
    for path in list_files(paths):
        try:
            yield read_raw(path, given, max_bytes)
        except InputRejectedError as error:
            yield Unreadable(str(path), error.detail)

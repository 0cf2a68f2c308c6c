"""Files, folders of them, and patterns."""

import glob
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.errors import InputRejectedError
from app.ingestion.inputs.kinds import READ
from app.ingestion.inputs.reading import Input, Reading, Result
from app.ingestion.inputs.walk import read
from app.ingestion.metadata import read_sidecar
from app.ingestion.raw import Unreadable


def list_files(paths: Iterable[Path]) -> list[Path]:
    """The files meant by the paths, in order, each once.

    Files as given; folders searched through for the kinds that are read; patterns (`*`, `?`,
    `[…]`, `**`) looked up. What does not exist is kept, so that it fails by name and not in
    silence.
    """
    found: dict[Path, None] = {}
    for path in paths:
        found.update(dict.fromkeys(_meant(path)))
    return list(found)


def _meant(path: Path) -> Iterable[Path]:
    try:
        if path.is_dir():
            return _inside(path)
        if path.exists() or not glob.has_magic(str(path)):
            return [path]
        matches = sorted(glob.glob(str(path), recursive=True))
        return [p for match in matches for p in _meant(Path(match))] or [path]
    except (OSError, ValueError):  # a name that the file system cannot even look up
        return [path]


def _inside(folder: Path) -> list[Path]:
    return sorted(
        p
        for p in folder.rglob("*")
        if p.suffix.lower() in READ and not p.name.endswith(".meta.json") and p.is_file()
    )


def read_file(path: Path, reading: Reading) -> Iterator[Result]:
    """Every article in the file; metadata given goes before NAME.meta.json beside it."""
    try:
        if path.is_dir():
            raise InputRejectedError("a folder, where a file should be")
        with path.open("rb") as stream:
            given = reading.given.over(read_sidecar(path))
            source = Input(path.resolve().as_uri(), str(path), stream, given)
            found = False
            for result in read(source, reading):
                found = True
                yield result
            if not found:
                raise InputRejectedError("there is no article in it")
    except InputRejectedError as error:
        yield Unreadable(str(path), error.detail)
    except FileNotFoundError:
        yield Unreadable(str(path), "no such file or folder")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        yield Unreadable(str(path), f"cannot be read: {reason}")

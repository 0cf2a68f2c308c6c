"""Text files, and folders of them."""

from collections.abc import Iterable
from pathlib import Path

from app.errors import InputRejectedError
from app.ingestion.metadata import Metadata, read_sidecar
from app.ingestion.raw import Raw


def list_files(paths: Iterable[Path]) -> list[Path]:
    """The `.txt` files meant by the paths: files as given, folders searched through, in order.

    A path that does not exist is kept, so that it fails by name and not in silence.
    """
    found: dict[Path, None] = {}
    for path in paths:
        found.update(dict.fromkeys(_inside(path)))
    return list(found)


def _inside(path: Path) -> list[Path]:
    try:
        if not path.is_dir():
            return [path]
    except OSError:  # a name that the file system cannot even look up
        return [path]
    return sorted(p for p in path.rglob("*") if p.suffix.lower() == ".txt" and p.is_file())


def read_raw(path: Path, given: Metadata, max_bytes: int) -> Raw:
    """The file's bytes and metadata (`given` goes before NAME.meta.json).

    Raises InputRejectedError with the reason: missing, not a .txt file, empty, too large.
    """
    try:
        size = path.stat().st_size
        if path.suffix.lower() != ".txt":
            raise InputRejectedError(f"cannot read {path.suffix or 'such'} files yet, only .txt")
        if size > max_bytes:
            raise InputRejectedError(f"too large: {size:,} bytes, at most {max_bytes:,} are taken")
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputRejectedError("no such file or folder") from None
    except OSError as error:
        raise InputRejectedError(f"cannot be read: {error.strerror}") from error
    if not content.strip():
        raise InputRejectedError("empty: there is no text in it")
    return Raw(path.resolve().as_uri(), str(path), content, given.over(read_sidecar(path)))

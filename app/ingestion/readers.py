"""Readers: from paths to documents."""

import codecs
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from app.errors import InputRejectedError
from app.extraction.credits import find_credits, find_title
from app.ingestion.documents import Document, normalise
from app.ingestion.language import detect_language
from app.ingestion.metadata import MAX_LINE, Metadata, read_sidecar

# Bytes that no text in an 8-bit encoding or UTF-8 holds.
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SNIFF = 4096
_DETECT = 100_000


@dataclass(frozen=True, slots=True)
class Raw:
    """A file's bytes with what is said about it, hashed but not yet parsed."""

    path: Path
    content: bytes
    metadata: Metadata

    @property
    def origin(self) -> str:
        """Where it was read, as a file URI."""
        return self.path.resolve().as_uri()

    @property
    def sha256(self) -> bytes:
        """Over the bytes."""
        return hashlib.sha256(self.content).digest()


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
    return Raw(path, content, given.over(read_sidecar(path)))


def decode(content: bytes) -> str:
    """The text of the bytes: by byte order mark, as UTF-8, or in the encoding detected.

    Raises InputRejectedError naming the position for bytes that are no text.
    """
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _decode_as(content, encoding)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _detect(content, error)
    # NULs are damage where they are rare (they become U+FFFD), the mark of a binary where not.
    if len(_BINARY.findall(content[:_SNIFF])) * 50 > min(len(content), _SNIFF):
        raise InputRejectedError("binary: control characters where text should be")
    return text


def _decode_as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputRejectedError(
            f"not {encoding.upper()} although its first bytes say so: byte {error.start}"
        ) from error


def _detect(content: bytes, error: UnicodeDecodeError) -> str:
    if _BINARY.search(content):
        raise InputRejectedError(f"binary: not UTF-8 at byte {error.start}, and no other text")
    # The neighbourhood of the first odd byte says most; detection is slow on much text.
    at = max(0, error.start - _DETECT // 2)
    best = from_bytes(content[at : at + _DETECT], cp_exclusion=["utf_7"]).best()
    if best is None:
        raise InputRejectedError(f"not UTF-8 at byte {error.start}, and no encoding fits")
    return _decode_as(content, best.encoding)


def parse(raw: Raw) -> Document:
    """The document in the bytes, with title, publisher and language found where not given.

    Raises InputRejectedError with the reason for what holds no text.
    """
    text = normalise(decode(raw.content))
    if not re.search(r"\w", text):
        raise InputRejectedError("empty: there are no words in it")
    found = Metadata(
        title=_line(find_title(text)),
        publisher=_line(find_credits(text).publisher),
        language=detect_language(text),
    )
    return Document(raw.origin, raw.sha256, text, raw.metadata, found)


def _line(found: str | None) -> str | None:
    """What was found in a text, as one short line; what is too long for that is no name."""
    words = " ".join((found or "").split())
    return words if 0 < len(words) <= MAX_LINE and words.isprintable() else None

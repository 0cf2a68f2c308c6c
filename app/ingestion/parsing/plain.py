"""Plain text: its encoding, and what it says about itself."""

import codecs
import re

from charset_normalizer import from_bytes

from app.errors import InputRejectedError
from app.extraction.credits import find_credits, find_title
from app.ingestion.documents import Document, normalise
from app.ingestion.language import detect_language
from app.ingestion.metadata import MAX_LINE, Metadata
from app.ingestion.raw import Raw

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


def parse_text(raw: Raw) -> Document:
    """A plain text. Raises InputRejectedError with the reason for what holds no words."""
    text = normalise(decode(raw.content))
    check_words(text)
    return Document(raw.origin, raw.sha256, text, raw.metadata, said_by(text).over(raw.hints))


def check_words(text: str) -> None:
    """Raise InputRejectedError where there are none."""
    if not re.search(r"\w", text):
        raise InputRejectedError("empty: there are no words in it")


def said_by(text: str) -> Metadata:
    """What a text says about itself: its title, a publisher in its credits, its language."""
    return Metadata(
        title=one_line(find_title(text)),
        publisher=one_line(find_credits(text).publisher),
        language=detect_language(text),
    )


def one_line(found: str | None) -> str | None:
    """What was found in a text, as one short line; what is too long for that is no name."""
    words = " ".join((found or "").split())
    return words if 0 < len(words) <= MAX_LINE and words.isprintable() else None

"""A document as ingestion sees it, whatever it was read from."""

import re
from dataclasses import dataclass
from datetime import datetime

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Document:
    """One article to ingest; what is not known is None, never guessed.

    `origin` names where it was read (a file URI); `text` is normalised; `publisher` is a name as
    given or found; `published_at` carries a zone; `raw_sha256` covers bytes and given metadata.
    """

    origin: str
    raw_sha256: bytes
    text: str
    title: str | None = None
    url: str | None = None
    publisher: str | None = None
    byline: str | None = None
    published_at: datetime | None = None
    language: str | None = None


def normalise(text: str) -> str:
    """The text as stored: BOM dropped, CRLF and CR → LF, NUL and lone surrogates → U+FFFD.

    Nothing else is changed. Offsets count from here on.
    """
    unified = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return _UNSTORABLE.sub("\ufffd", unified)

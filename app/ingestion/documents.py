"""A document as ingestion sees it, whatever it was read from."""

import re
from dataclasses import dataclass, field

from app.ingestion.metadata import Metadata

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Document:
    """One article to ingest; what is not known is None, never guessed.

    `origin` names where it was read (a file URI); `text` is normalised; `raw_sha256` covers the
    bytes. `given` is what was said about it, `found` what the text itself says.
    """

    origin: str
    raw_sha256: bytes
    text: str
    given: Metadata = field(default_factory=Metadata)
    found: Metadata = field(default_factory=Metadata)

    @property
    def metadata(self) -> Metadata:
        """What is known: as given, else as found."""
        return self.given.over(self.found)


def normalise(text: str) -> str:
    """The text as stored: BOM dropped, CRLF and CR → LF, NUL and lone surrogates → U+FFFD.

    Nothing else is changed. Offsets count from here on.
    """
    return storable(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))


def storable(text: str) -> str:
    """The text with what PostgreSQL cannot hold (NUL, lone surrogates) as U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)

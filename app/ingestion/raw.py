"""What readers give and ingestion takes: the bytes of one article, hashed but not yet parsed."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from app.ingestion.metadata import Metadata


class Form(StrEnum):
    """How the bytes of an article are to be parsed."""

    TEXT = "text"
    HTML = "html"  # a page, with its navigation and cookie banners
    CONTENT = "content"  # the HTML of an article alone, as feeds carry it
    JSON = "json"  # one record of a dump, or an IPTC ninjs item
    CSV = "csv"  # two rows: names of the columns, and the article


@dataclass(frozen=True, slots=True)
class Raw:
    """The bytes of one article with what is said about it. Goes from process to process.

    `origin` is the URI it was read from, with a fragment for one article of many in a file;
    `name` is what a person calls it in reports. `metadata` is what a person said and goes before
    what the bytes say; `hints` is what led here (a feed, a sitemap, an archive) and goes after.
    """

    origin: str
    name: str
    content: bytes
    metadata: Metadata = field(default_factory=Metadata)
    form: Form = Form.TEXT
    hints: Metadata = field(default_factory=Metadata)
    charset: str | None = None  # as the HTTP header says
    fields: tuple[tuple[str, str], ...] = ()  # ours and the record's names, where a person said so

    @property
    def sha256(self) -> bytes:
        """Over the bytes, and over the mapping where there is one: it makes another article."""
        digest = hashlib.sha256(self.content)
        if self.fields:
            digest.update(repr(self.fields).encode())
        return digest.digest()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An input, or a part of one, that gave no article, and why.

    `transient` where trying again later may help (a time-out, a server's 503); `retry_after` is
    how many seconds later, where the server says so.
    """

    name: str
    reason: str
    transient: bool = False
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Unmodified:
    """A page whose server says that it is still as it was when it was last stored."""

    name: str

"""How inputs are to be read, and what the readers of each kind take and give."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO

from app.ingestion.fetching.fetcher import Fetcher
from app.ingestion.fetching.visits import Visits
from app.ingestion.metadata import Metadata
from app.ingestion.raw import Raw, Unmodified, Unreadable


class Kind(StrEnum):
    """What an input is; `--as` takes these names."""

    TEXT = "text"
    HTML = "html"
    FEED = "feed"
    OPML = "opml"
    SITEMAP = "sitemap"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"
    WARC = "warc"
    ZIP = "zip"
    GZIP = "gzip"
    ZSTD = "zstd"


@dataclass(frozen=True, slots=True)
class Web:
    """The web as readers reach it. Without `visits` every page is fetched, changed or not."""

    fetcher: Fetcher
    visits: Visits | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How inputs are to be read: `given` metadata, bounds, a kind that overrides what is detected.

    `fields` maps our names to those of a dump's records. Without `web` nothing is fetched.
    """

    given: Metadata = field(default_factory=Metadata)
    max_bytes: int = 5_000_000
    kind: Kind | None = None
    fields: tuple[tuple[str, str], ...] = ()
    web: Web | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """A stream of bytes to be read, with where it came from.

    `origin` is a URI, or "" where the bytes alone say what they are (standard input). `depth`
    counts the archives and lists that led to it.
    """

    origin: str
    name: str
    stream: BinaryIO
    given: Metadata = field(default_factory=Metadata)
    hints: Metadata = field(default_factory=Metadata)
    media_type: str = ""
    charset: str | None = None
    depth: int = 0

    def part(self, fragment: str) -> str:
        """The URI of a part of it."""
        return f"{self.origin}{'&' if '#' in self.origin else '#'}{fragment}" if self.origin else ""


@dataclass(frozen=True, slots=True)
class Link:
    """A page or a further listing to be fetched, with what is said about it where it is linked.

    `modified_at` is when the listing says that it last changed.
    """

    url: str
    hints: Metadata = field(default_factory=Metadata)
    modified_at: datetime | None = None
    is_listing: bool = False


Result = Raw | Unreadable | Unmodified
# What a reader gives: articles, or what is to be read in its turn.
Found = Iterator[Result | Input | Link]

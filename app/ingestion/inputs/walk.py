"""Reading inputs, and what they contain or link to, each with the reader of its kind."""

import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from app.errors import InputRejectedError
from app.ingestion.fetching.failures import FetchError
from app.ingestion.fetching.fetcher import Fetched
from app.ingestion.inputs.dumps import read_csv, read_json, read_ndjson
from app.ingestion.inputs.feeds import read_feed
from app.ingestion.inputs.kinds import HEAD, PACKED, detect
from app.ingestion.inputs.listings import read_opml, read_sitemap
from app.ingestion.inputs.packed import read_gzip, read_zip, read_zstd
from app.ingestion.inputs.reading import Found, Input, Kind, Link, Reading, Result, Web
from app.ingestion.inputs.warcs import read_warc
from app.ingestion.inputs.whole import read_page, read_text
from app.ingestion.metadata import Metadata
from app.ingestion.raw import Raw, Unmodified, Unreadable
from app.ingestion.urls import canonical_url

Reader = Callable[[Input, Reading], Found]
_READERS: dict[Kind, Reader] = {
    Kind.TEXT: read_text,
    Kind.HTML: read_page,
    Kind.FEED: read_feed,
    Kind.OPML: read_opml,
    Kind.SITEMAP: read_sitemap,
    Kind.JSON: read_json,
    Kind.NDJSON: read_ndjson,
    Kind.CSV: read_csv,
    Kind.WARC: read_warc,
    Kind.ZIP: read_zip,
    Kind.GZIP: read_gzip,
    Kind.ZSTD: read_zstd,
}
_ONE_ARTICLE = (Kind.TEXT, Kind.HTML, *PACKED)
_DEEPEST = 4  # archives in archives, lists of lists


def read(source: Input, reading: Reading) -> Iterator[Result]:
    """Every article in the input, one at a time; what cannot be read comes with its reason."""
    try:
        if source.depth > _DEEPEST:
            raise InputRejectedError("too deep: archives in archives, or lists of lists")
        head, stream = _look(source.stream)
        source = replace(source, stream=stream)
        kind = _kind(source, head, reading)
        if kind not in _ONE_ARTICLE and (source.given.url or source.given.title):
            raise InputRejectedError(f"--url and --title describe one article, but this is {kind}")
        for found in _READERS[kind](source, reading):
            yield from _read_found(found, source.depth, reading)
    except InputRejectedError as error:
        yield Unreadable(source.name, error.detail)
    except (OSError, zlib.error, EOFError) as error:
        reason = getattr(error, "strerror", None) or str(error).rpartition(": ")[2]
        yield Unreadable(source.name, f"cannot be read: {reason}")


def _read_found(found: Result | Input | Link, depth: int, reading: Reading) -> Iterator[Result]:
    if isinstance(found, Input):
        yield from read(replace(found, depth=depth + 1), reading)
    elif isinstance(found, Link):
        yield from read_link(found, reading, depth + 1)
    else:
        yield found


def _look(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """The first bytes, and a stream that begins with them."""
    head = stream.read(HEAD)
    if stream.seekable():
        stream.seek(0)
        return head, stream
    return head, io.BufferedReader(_Rejoined(head, stream), 256 * 1024)


class _Rejoined(io.RawIOBase):
    """A stream again with the bytes that were taken off it."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        super().__init__()
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._head:
            found, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            found = self._stream.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)


def _kind(source: Input, head: bytes, reading: Reading) -> Kind:
    if reading.kind is None:
        return detect(source.name, head, source.media_type)
    # What is compressed is so whatever it holds.
    packed = detect("-", head) if head[:1] in (b"\x1f", b"\x28") else None
    return packed if packed in PACKED else reading.kind


def read_url(url: str, reading: Reading) -> Iterator[Result]:
    """Every article at a URL: a page, or what a feed, sitemap or dump there gives and links to.

    What has not changed since it was stored is Unmodified; a feed that has not changed is that
    alone. Call `reading.web.visits.settle()` once all of it has been stored. An Unreadable is
    `transient` where trying again later may help.
    """
    yield from _Page(Link(url, is_listing=True), url, 0).read(reading)


def read_link(link: Link, reading: Reading, depth: int) -> Iterator[Result]:
    """The page or listing that another input links to."""
    if reading.kind not in (None, Kind.HTML, Kind.TEXT):
        reading = replace(reading, kind=None)  # it is the listing's kind that was said
    given = replace(reading, given=_shared(reading.given))
    yield from _Page(link, link.url, depth).read(given)


def _shared(given: Metadata) -> Metadata:
    return given.model_copy(update={"url": None, "title": None})


@dataclass(frozen=True, slots=True)
class _Page:
    """A URL to be read, fetched as it is linked; its canonical form is its article's origin."""

    link: Link
    name: str
    depth: int

    def read(self, reading: Reading) -> Iterator[Result]:
        if reading.web is None:
            yield Unreadable(self.name, "not fetched: reading from the web is switched off")
            return
        try:
            fetched = self._fetch(reading.web)
        except FetchError as error:
            yield Unreadable(self.name, error.detail, error.transient, error.retry_after)
            return
        if fetched is None or fetched.content is None:
            yield Unmodified(self.name)
            return
        yield from self._read_fetched(fetched, fetched.content, reading, reading.web)

    @property
    def _key(self) -> str:
        return canonical_url(self.link.url)

    def _fetch(self, web: Web) -> Fetched | None:
        """The answer; None where the listing says that it is as it was when it was stored."""
        visits, modified_at = web.visits, self.link.modified_at
        if visits and modified_at and visits.is_newer(self._key, modified_at):
            return None
        return web.fetcher.fetch(self.link.url, visits.find(self._key) if visits else None)

    def _read_fetched(
        self, fetched: Fetched, content: bytes, reading: Reading, web: Web
    ) -> Iterator[Result]:
        source = Input(
            origin=self._key,
            name=self.name,
            stream=io.BytesIO(content),
            given=reading.given,
            hints=self.link.hints.model_copy(update={"url": canonical_url(fetched.url)}),
            media_type=fetched.media_type,
            charset=fetched.charset,
            depth=self.depth,
        )
        transient = is_page = False
        for found in self._results(source, content, reading):
            if isinstance(found, Raw) and found.origin == self._key:
                is_page = True
                if web.visits:
                    web.visits.keep_page(self._key, fetched, found.sha256)
            transient |= isinstance(found, Unreadable) and found.transient
            yield found
        if web.visits and not is_page and not transient:
            web.visits.keep_listing(self._key, fetched)

    def _results(self, source: Input, content: bytes, reading: Reading) -> Iterator[Result]:
        if not self.link.is_listing:
            try:
                kind = _kind(source, content[:HEAD], reading)
                if kind not in (Kind.TEXT, Kind.HTML):
                    raise InputRejectedError(f"no page, but {kind}")
            except InputRejectedError as error:
                yield Unreadable(self.name, error.detail)
                return
        yield from read(source, reading)

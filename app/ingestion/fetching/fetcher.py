"""Fetching one URL: bounded in time, size and redirects, politely, where robots.txt allows it."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from app.errors import InputRejectedError
from app.ingestion.expanding import expand_deflate, expand_gzip, read_bounded
from app.ingestion.fetching.addresses import GuardedBackend, check_url
from app.ingestion.fetching.failures import FetchError, FetchLaterError, FetchRefusedError
from app.ingestion.fetching.pacing import Clock, Pacing
from app.ingestion.fetching.robots import KEPT_SECONDS, MOST_BYTES, Robots, parse_robots
from app.settings import Settings

MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_LATER = (408, 425, 429, 500, 502, 503, 504)
_MOST_SITES = 1000  # whose robots.txt is kept
_EXPAND = {"gzip": expand_gzip, "x-gzip": expand_gzip, "deflate": expand_deflate}


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave with a page, to ask later whether it has changed."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """The headers of a conditional request."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer. `url` is where it was found after redirects; `content` is None for a 304."""

    url: str
    content: bytes | None
    media_type: str = ""
    charset: str | None = None
    validators: Validators = field(default_factory=Validators)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one fetch may take."""

    seconds: float = 30.0
    max_bytes: int = 10_000_000
    delay: float = 1.0


class _Transport(httpx.HTTPTransport):
    """httpx's own, whose connections go to checked addresses only, and through no proxy."""

    def __init__(self, *, allow_loopback: bool) -> None:
        super().__init__(trust_env=False)
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=10,
            max_keepalive_connections=5,
            keepalive_expiry=10.0,
            network_backend=GuardedBackend(allow_loopback=allow_loopback),
        )


class Fetcher:
    """Fetches URLs; keeps connections, the sites' robots.txt and when each host was last asked.

    For one thread. Several processes each keep their own pace. Close it, or use it in `with`.
    """

    def __init__(
        self,
        user_agent: str,
        bounds: Bounds | None = None,
        *,
        allow_loopback: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self.bounds = bounds or Bounds()
        self._agent = user_agent
        self._clock = clock or Clock()
        self._pacing = Pacing(self.bounds.delay, self._clock)
        self._robots: dict[str, Robots] = {}
        self._client = httpx.Client(
            transport=_Transport(allow_loopback=allow_loopback),
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"},
            timeout=httpx.Timeout(min(10.0, self.bounds.seconds)),
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def fetch(self, url: str, known: Validators | None = None) -> Fetched:
        """What the URL answers; with `known`, only if it has changed (else `content` is None).

        Raises FetchRefusedError for what is not fetched at all (address, scheme, robots.txt),
        FetchLaterError for what may pass, FetchError for the rest (404, too large, no end of
        redirects).
        """
        return self._follow(url, known or Validators(), self.bounds.max_bytes, obey=True)

    def _follow(self, url: str, known: Validators, most: int, *, obey: bool) -> Fetched:
        for _ in range(MOST_REDIRECTS + 1):
            check_url(url)
            robots = self._robots_of(url) if obey else None
            if robots and not robots.allows(url):
                raise FetchRefusedError("the site's robots.txt does not allow it")
            self._pacing.wait(urlsplit(url).netloc, robots.delay if robots else None)
            found = self._ask(url, known, most)
            if isinstance(found, Fetched):
                return found
            url = found
        raise FetchError(f"more than {MOST_REDIRECTS} redirects")

    def _ask(self, url: str, known: Validators, most: int) -> Fetched | str:
        """The answer, or where it says to look instead."""
        try:
            with self._client.stream("GET", url, headers=known.headers()) as response:
                if response.status_code in _REDIRECTS:
                    return _target(url, response)
                if response.status_code == 304:
                    return Fetched(url, None, validators=known)
                self._check_status(response)
                return Fetched(
                    url=url,
                    content=self._content(response, most),
                    media_type=response.headers.get("Content-Type", "")
                    .split(";")[0]
                    .strip()
                    .lower(),
                    charset=response.charset_encoding,
                    validators=Validators(
                        response.headers.get("ETag"), response.headers.get("Last-Modified")
                    ),
                )
        except httpx.TimeoutException as error:
            raise FetchLaterError("the server did not answer in time") from error
        except httpx.TransportError as error:
            raise FetchLaterError(f"the connection failed: {_one_line(error)}") from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise FetchError(f"cannot be fetched: {_one_line(error)}") from error

    def _check_status(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in _LATER:
            raise FetchLaterError(f"the server answered {status}", _retry_after(response))
        if status != 200:
            raise FetchError(f"the server answered {status}")

    def _content(self, response: httpx.Response, most: int) -> bytes:
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        # Decompressed here, not by httpx: it gives what a chunk expands to at once, however much.
        body = io.BufferedReader(_Body(self._timed(response), most))
        if encoding in ("", "identity"):
            return read_bounded(body, most)
        if encoding not in _EXPAND:
            raise FetchError(f"encoded as {encoding[:40]!r}, which was not asked for")
        return read_bounded(_EXPAND[encoding](body), most)

    def _timed(self, response: httpx.Response) -> Iterator[bytes]:
        end = self._clock.now() + self.bounds.seconds
        for chunk in response.iter_raw():
            if self._clock.now() > end:
                raise FetchLaterError(f"took longer than {self.bounds.seconds:g} seconds")
            yield chunk

    def _robots_of(self, url: str) -> Robots:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        robots = self._robots.get(site)
        if robots is None or self._clock.now() - robots.read_at > KEPT_SECONDS:
            if len(self._robots) >= _MOST_SITES:
                self._robots.pop(next(iter(self._robots)))
            robots = parse_robots(self._robots_txt(site), self._agent, self._clock.now())
            self._robots[site] = robots
        return robots

    def _robots_txt(self, site: str) -> bytes:
        """The file's content; nothing where there is none. RFC 9309: what fails is no leave."""
        try:
            return (
                self._follow(f"{site}/robots.txt", Validators(), MOST_BYTES, obey=False).content
                or b""
            )
        except FetchLaterError as error:
            raise FetchLaterError(f"robots.txt: {error.detail}", error.retry_after) from error
        except FetchRefusedError:
            raise
        except InputRejectedError:
            return b""


class _Body(io.RawIOBase):
    """A response's chunks as a stream."""

    def __init__(self, chunks: Iterator[bytes], most: int) -> None:
        super().__init__()
        self._chunks = chunks
        self._most = most
        self._taken = 0
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            self._rest = next(self._chunks, b"")
            self._taken += len(self._rest)
            if self._taken > self._most:
                raise FetchError(f"too large: more than {self._most:,} bytes")
        found, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(found)] = found
        return len(found)


def _target(url: str, response: httpx.Response) -> str:
    location = response.headers.get("Location")
    if not location:
        raise FetchError(f"the server answered {response.status_code} and not where to")
    try:
        return urljoin(url, str(location))
    except ValueError:
        raise FetchError("redirected to what is not a URL") from None


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds, from either form of the header."""
    value = response.headers.get("Retry-After", "")
    if value.isdecimal():
        return min(float(value[:9]), 86_400.0)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - datetime.now(UTC)).total_seconds(), 0.0), 86_400.0)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def make_fetcher(settings: Settings) -> Fetcher:
    """A fetcher as the settings want it."""
    bounds = Bounds(settings.fetch_seconds, settings.max_text_bytes * 2, settings.fetch_delay)
    return Fetcher(settings.user_agent, bounds, allow_loopback=settings.fetch_loopback)

"""A web server on loopback whose answers tests set, and which keeps what it was asked."""

import gzip
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from app.ingestion.fetching.fetcher import Bounds, Fetcher
from app.ingestion.fetching.pacing import Clock


@dataclass
class Answer:
    """What a path answers. Bodies get an ETag, and a 304 for who has them."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    validated: bool = True


@dataclass
class Site:
    """The server's answers by path, and the requests it had, as (path, status)."""

    url: str
    answers: dict[str, Answer | Callable[[Any], None]] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def add(
        self, path: str, body: str | bytes, media_type: str = "text/html", **headers: str
    ) -> str:
        """Answer the path with this from now on; gives its URL."""
        content = body.encode() if isinstance(body, str) else body
        self.answers[path] = Answer(content, headers={"Content-Type": media_type, **headers})
        return self.url + path

    def count(self, status: int) -> int:
        """How many requests were answered with this status."""
        return sum(s == status for _, s in self.asked)


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.headers.append(dict(self.headers))
            answer = site.answers.get(self.path, Answer(status=404))
            if not isinstance(answer, Answer):
                site.asked.append((self.path, 0))
                answer(self)
                return
            etag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
            status = answer.status
            if answer.validated and self.headers.get("If-None-Match") == etag:
                status = 304
            site.asked.append((self.path, status))
            self.send_response(status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.validated and status in (200, 304):
                self.send_header("ETag", etag)
            body = b"" if status == 304 else answer.body
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    return Handler


@contextmanager
def serving() -> Iterator[Site]:
    """A server that answers until the end of the block."""
    site = Site("")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class FakeTime:
    """A clock that waits for nothing, and keeps how long it was to wait."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Be later at once."""
        self.slept.append(seconds)
        self.at += seconds

    def clock(self) -> Clock:
        """For a fetcher."""
        return Clock(lambda: self.at, self.sleep)


def make_fetcher(time: FakeTime | None = None, *, loopback: bool = True, **bounds: Any) -> Fetcher:
    """A fetcher for tests: it may ask loopback, and waits in no real time."""
    time = time or FakeTime()
    return Fetcher("Tests/1.0", Bounds(**bounds), allow_loopback=loopback, clock=time.clock())


def gzipped(body: bytes) -> bytes:
    """For answers with Content-Encoding: gzip."""
    return gzip.compress(body)

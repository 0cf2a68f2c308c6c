"""ETag, If-None-Match, Cache-Control and HEAD for every answer, as plain ASGI (RFC 9110, 9111)."""

import hashlib
from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Whether the process is well now is nothing to keep.
_NEVER_KEPT = frozenset({"/healthz", "/readyz", "/metrics"})
_OF_THE_BODY = ("Content-Length", "Content-Type")


class _HeadDoneError(Exception):
    """The headers are sent, and nobody wants the rest of a streamed answer."""


def entity_tag(body: bytes) -> str:
    """A weak entity tag of a body: weak, since compression makes other bytes of it."""
    # Processors have instructions for SHA-256: a third of the time of BLAKE2.
    return f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'


def matches(if_none_match: str, tag: str) -> bool:
    """Whether an `If-None-Match` header names this tag; weak comparison."""
    bare = tag.removeprefix("W/")
    given = (one.strip() for one in if_none_match.split(","))
    return any(one == "*" or one.removeprefix("W/") == bare for one in given)


class Conditional:
    """Lets clients keep answers and ask whether they still hold, and answers HEAD as GET.

    Caches may keep an answer but must ask each time (`no-cache`), since what is on record can be
    corrected at any moment; answers to those who show a key are `private`, errors not kept.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        answer = _Answer(scope, send)
        if answer.is_head:
            scope = {**scope, "method": "GET"}
        try:
            await self.app(scope, receive, answer.send)
        except _HeadDoneError:
            return


class _Answer:
    """One answer on its way: its start is held back until its body is known, or known as long."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.is_head = scope["method"] == "HEAD"
        self._send = send
        self._path = scope["path"]
        self._start: Message | None = None
        self._keyed = False
        self._if_none_match = ""
        for name, value in scope["headers"]:
            if name == b"if-none-match":
                self._if_none_match = value.decode("latin-1")
            elif name == b"authorization":
                self._keyed = True

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        start, self._start = self._start, None
        body = message.get("body", b"")
        if start is not None:
            headers = MutableHeaders(scope=start)
            whole = not message.get("more_body", False)
            if self._describe(start["status"], headers, body if whole else None):
                start["status"] = HTTPStatus.NOT_MODIFIED
                for name in _OF_THE_BODY:
                    del headers[name]
                message = {"type": "http.response.body", "body": b""}
            await self._send(start)
        if not self.is_head:
            await self._send(message)
            return
        await self._send({"type": "http.response.body", "body": b""})
        if message.get("more_body", False):
            raise _HeadDoneError

    def _describe(self, status: int, headers: MutableHeaders, body: bytes | None) -> bool:
        """Say how the answer may be kept; gives whether the client has it already."""
        if status != HTTPStatus.OK or self._path in _NEVER_KEPT:
            headers.setdefault("Cache-Control", "no-store")
            return False
        headers.setdefault("Cache-Control", f"{'private' if self._keyed else 'public'}, no-cache")
        if body is None:
            return False
        tag = headers.setdefault("ETag", entity_tag(body))
        return bool(self._if_none_match) and matches(self._if_none_match, tag)

"""Requests that are too large are refused before anything reads them, as plain ASGI."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import problem

# Two hundred ids and fifty names fit many times over.
LONGEST_QUERY = 32_768  # bytes


class _TooLargeError(Exception):
    """A body without a declared length turned out to be too large."""


class Limits:
    """413 for a body over `max_body` bytes, declared or not; 414 for a query over 32 KiB."""

    def __init__(self, app: ASGIApp, max_body: int) -> None:
        self.app = app
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it is too large."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif (length := len(scope["query_string"])) > LONGEST_QUERY:
            detail = f"the query is {length:,} bytes long, at most {LONGEST_QUERY:,}"
            refusal = problem(414, "uri-too-long", "The query is too long", detail)
            await refusal(scope, receive, send)
        elif self._declared(scope) > self._max_body:
            await self._refuse(scope, receive, send)
        else:
            await self._count(scope, receive, send)

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, but not more of its body than the limit."""
        read, begun = 0, False

        async def receive_within() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._max_body:
                raise _TooLargeError
            return message

        async def note_begin(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive_within, note_begin)
        except _TooLargeError:
            if begun:
                raise
            await self._refuse(scope, receive, send)

    @staticmethod
    def _declared(scope: Scope) -> int:
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit():
                return int(value)
        return 0

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = problem(
            413,
            "content-too-large",
            "The body is too large",
            f"the body is over {self._max_body:,} bytes",
            headers={"Connection": "close"},  # the rest of it is not wanted
        )
        await refusal(scope, receive, send)

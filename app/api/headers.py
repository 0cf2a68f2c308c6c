"""What every answer carries, an unexpected error's too, as plain ASGI."""

import logging

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import internal_problem

API_VERSION = "1"
log = logging.getLogger(__name__)


class Headers:
    """Adds `API-Version`, `Vary` and `X-Content-Type-Options` to every HTTP answer.

    An error that nothing else answered becomes a 500 problem here, with the same headers; once
    an answer has begun it can only be broken off, which the server does.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and send the answer with the headers added."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                headers["API-Version"] = API_VERSION
                headers["X-Content-Type-Options"] = "nosniff"
                headers.add_vary_header("Authorization, Accept")
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            if begun:
                raise
            log.exception("%s %r failed", scope["method"], scope["path"])
            await internal_problem()(scope, receive, send_with_headers)

"""What every answer carries, an unexpected error's too, as plain ASGI."""

import logging
import re
import uuid

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import internal_problem

API_VERSION = "1"
# What a client may call its request; anything else gets an id of ours.
_REQUEST_ID = re.compile(rb"[\w.:-]{1,64}")
log = logging.getLogger(__name__)


def request_id(scope: Scope) -> str:
    """The request's id: the client's `X-Request-ID` where it is a plain one, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    return uuid.uuid4().hex


class Headers:
    """Adds what every HTTP answer carries: `API-Version`, `Vary`, `X-Request-ID` and the like.

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
        name = request_id(scope)

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                headers["API-Version"] = API_VERSION
                headers["X-Request-ID"] = name
                headers["X-Content-Type-Options"] = "nosniff"
                if "accept-encoding" not in headers.get("Vary", "").lower():
                    headers.add_vary_header("Accept-Encoding")
                headers.add_vary_header("Authorization, Accept")
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            log.exception("%s %r failed (request %s)", scope["method"], scope["path"], name)
            if begun:
                raise
            await internal_problem()(scope, receive, send_with_headers)

"""Headers that every answer carries, as plain ASGI."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

API_VERSION = "1"


class Headers:
    """Adds `API-Version`, `Vary` and `X-Content-Type-Options` to every HTTP answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and send the answer with the headers added."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["API-Version"] = API_VERSION
                headers["X-Content-Type-Options"] = "nosniff"
                headers.add_vary_header("Authorization, Accept")
            await send(message)

        await self.app(scope, receive, send_with_headers)

"""`GET /statements` in the format that `Accept` asks for, as plain ASGI."""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.formats import FORMATS

_PATH = "/statements"
_JSON = "application/json"
_SUFFIXES = {form.bare_type: form.suffix for form in FORMATS}


def preferred(accept: str) -> str | None:
    """The suffix of the export that an `Accept` header wants more than JSON, or None.

    Weights as in RFC 9110 section 12.5.1; of equal ones the first named wins. What is not known
    here counts for nothing, and a wildcard means JSON.
    """
    best, chosen = 0.0, None
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name != _JSON and "*" not in name and name not in _SUFFIXES:
            continue
        weight = _weight(parameters)
        if weight > best:
            best, chosen = weight, _SUFFIXES.get(name)
    return chosen


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return min(1.0, max(0.0, float(parameter[2:])))
            except ValueError:
                return 0.0
    return 1.0


class Negotiation:
    """Sends a request for `/statements` that prefers another format to that format's path."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "http" and scope["path"].removeprefix(_root(scope)) == _PATH:
            accept = ",".join(
                value.decode("latin-1") for name, value in scope["headers"] if name == b"accept"
            )
            if suffix := preferred(accept):
                scope = {**scope, "path": f"{scope['path']}.{suffix}"}
        await self.app(scope, receive, send)


def _root(scope: Scope) -> str:
    root: str = scope.get("root_path", "")
    return root

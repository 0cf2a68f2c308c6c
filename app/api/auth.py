"""Who asks: keys shown as `Authorization: Bearer`, and what they allow."""

import time
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.types import Scope

from app.api.openapi import problems
from app.errors import ForbiddenError, UnauthorizedError
from app.models import KeyScope
from app.queries.keys import Key, find_key, hash_token

_bearer = HTTPBearer(
    scheme_name="key",
    bearerFormat="onrecord_…",
    description="A key that `onrecord keys create` made.",
    auto_error=False,
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]

_MOST = 10_000  # keys remembered
_TTL = 60.0  # seconds


class KnownKeys:
    """Which tokens were found good lately, so that the rate limiter can count by key.

    It asks before anything looks into the database; a token that nobody has checked counts as
    its address, so that made-up keys are no way round the limit.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[bytes, tuple[int, float]] = {}

    def remember(self, token: str, key_id: int) -> None:
        """Take the token for good for a while."""
        if len(self._seen) >= _MOST:
            self._seen.clear()
        self._seen[hash_token(token)] = (key_id, self._clock() + _TTL)

    def forget(self, token: str) -> None:
        """The token is not good any more."""
        self._seen.pop(hash_token(token), None)

    def find(self, scope: Scope) -> int | None:
        """The id of the key that a request shows, if it is known."""
        for name, value in scope["headers"]:
            if name == b"authorization":
                kind, _, token = value.decode("latin-1").partition(" ")
                found = self._seen.get(hash_token(token.strip()))
                if kind.lower() == "bearer" and found and found[1] > self._clock():
                    return found[0]
        return None


async def require_key(request: Request, credentials: Credentials) -> Key:
    """The key that the request shows. Raises UnauthorizedError where there is no good one."""
    if credentials is None:
        raise UnauthorizedError("show a key: Authorization: Bearer onrecord_…", wrong=False)
    known: KnownKeys = request.app.state.known_keys
    # A connection of its own, given back before the route takes one: who holds one and waits
    # for a second can wait for ever.
    async with request.app.state.engine.connect() as connection:
        key = await find_key(connection, credentials.credentials)
    if key is None:
        known.forget(credentials.credentials)
        raise UnauthorizedError("this key is unknown or revoked", wrong=True)
    known.remember(credentials.credentials, key.id)
    return key


def require(scope: KeyScope) -> Callable[..., Coroutine[Any, Any, Key]]:
    """A dependency: the key shown, if it has the scope. Raises ForbiddenError too."""

    async def required(key: Annotated[Key, Depends(require_key)]) -> Key:
        if scope.value not in key.scopes:
            raise ForbiddenError(scope.value)
        return key

    return required


AnyKey = Annotated[Key, Depends(require_key)]
IngestKey = Annotated[Key, Depends(require(KeyScope.INGEST))]
NEEDS_KEY = problems(401)
NEEDS_SCOPE = problems(401, 403)

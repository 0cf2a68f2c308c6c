"""So many requests a minute for each address or key, as plain ASGI.

The generic cell rate algorithm (ITU-T I.371): one number a caller says when its allowance is
whole again. Headers as in the IETF's "RateLimit header fields for HTTP". Each process counts for
itself.
"""

import ipaddress
import math
import time
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.auth import KnownKeys
from app.api.problems import problem

WINDOW = 60  # seconds
_MOST = 100_000  # callers remembered
# What a balancer asks must not depend on how often it asks.
_FREE = frozenset({"/healthz", "/readyz"})


def caller(scope: Scope) -> str:
    """Who is counted: the client's address, or its /64 network, as one IPv6 host has many."""
    client = scope.get("client")
    if not client:
        return "local"
    try:
        address = ipaddress.ip_address(client[0])
    except ValueError:
        return str(client[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


class Allowance:
    """How many requests each caller has left; `clock` in seconds."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._interval = WINDOW / limit
        self._clock = clock
        self._whole_at: dict[str, float] = {}

    def take(self, who: str) -> tuple[int, float, float]:
        """Count a request: how many are left (-1: refused), seconds until one more, until all."""
        now = self._clock()
        whole_at = max(self._whole_at.get(who, now), now)
        wait = whole_at + self._interval - now - WINDOW
        # A hair's breadth, so that sums of fractions do not cost the last request.
        if wait > 1e-6:
            return -1, wait, whole_at - now
        whole_at += self._interval
        if who not in self._whole_at and len(self._whole_at) >= _MOST:
            self._forget(now)
        self._whole_at[who] = whole_at
        left = math.floor((now + WINDOW - whole_at) / self._interval + 1e-6)
        return left, 0.0, whole_at - now

    def _forget(self, now: float) -> None:
        """Drop whoever has been quiet; if all are busy, those who are nearest to it."""
        by_time = sorted(self._whole_at.items(), key=lambda item: item[1])
        kept = [item for item in by_time if item[1] > now][-_MOST // 2 :]
        self._whole_at = dict(kept)


class RateLimit:
    """429 with `Retry-After` for whoever asks more often; all answers say how many are left."""

    def __init__(self, app: ASGIApp, limit: int, known: KnownKeys) -> None:
        self.app = app
        self._limit = limit
        self._allowance = Allowance(limit)
        self._known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it is one too many."""
        if scope["type"] != "http" or scope["path"] in _FREE:
            await self.app(scope, receive, send)
            return
        key_id = self._known.find(scope)
        who = caller(scope) if key_id is None else f"key {key_id}"
        left, wait, whole = self._allowance.take(who)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["RateLimit-Policy"] = f'"default";q={self._limit};w={WINDOW}'
                headers["RateLimit"] = f'"default";r={max(left, 0)};t={math.ceil(whole)}'
            await send(message)

        if left >= 0:
            await self.app(scope, receive, send_with_headers)
            return
        refusal = problem(
            429,
            "too-many-requests",
            "Too many requests",
            f"at most {self._limit:,} requests a minute; try again in {math.ceil(wait)} s",
            headers={"Retry-After": str(math.ceil(wait)), "Cache-Control": "no-store"},
        )
        await refusal(scope, receive, send_with_headers)

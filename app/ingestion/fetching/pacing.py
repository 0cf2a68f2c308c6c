"""Politeness: a pause between two requests to one host."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

_LONGEST = 30.0  # seconds: what a robots.txt can ask for at most
_MOST_HOSTS = 10_000


@dataclass(slots=True)
class Clock:
    """Time, and waiting; tests give their own, which waits for nothing."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class Pacing:
    """When each host may next be asked; `delay` seconds lie between two requests."""

    delay: float
    clock: Clock
    _next: dict[str, float] = field(default_factory=dict)

    def wait(self, host: str, asked_for: float | None = None) -> None:
        """Return when the host may be asked; `asked_for` is the delay in its robots.txt."""
        now = self.clock.now()
        at = self._next.get(host, now)
        if at > now:
            self.clock.sleep(at - now)
            now = at
        if len(self._next) >= _MOST_HOSTS:
            self._next = {h: t for h, t in self._next.items() if t > now}
        self._next[host] = now + max(self.delay, min(asked_for or 0.0, _LONGEST))

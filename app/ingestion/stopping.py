"""Ctrl-C and SIGTERM while articles are written: the one in hand is finished first."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """Inside `with`, a first signal during `in_hand` waits for its end; a second one does not.

    Only where the main thread writes: no other hears signals.
    """

    def __init__(self) -> None:
        self._before: dict[int, Any] = {}
        self._busy = False
        self._asked: Callable[[], None] | None = None

    def __enter__(self) -> "Stopping":
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._hear) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        def stop() -> None:
            handler = self._before[number]
            if callable(handler):
                handler(number, frame)
            elif handler is not signal.SIG_IGN:
                raise SystemExit(128 + number)

        if self._busy and self._asked is None:
            self._asked = stop
        else:
            stop()

    @contextmanager
    def in_hand(self) -> Iterator[None]:
        """What is done inside is finished before a signal has its way."""
        self._busy = True
        try:
            yield
        finally:
            self._busy = False
            if self._asked is not None:
                self._asked()

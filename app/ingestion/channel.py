"""What one thread hands to another: bounded in number and in weight, so that memory stays flat."""

import threading
from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class ChannelClosedError(Exception):
    """The other side has gone: whatever is in hand is not wanted any more."""


class Channel(Generic[T]):
    """A queue between threads that ends with its last producer, and breaks off for everybody.

    Whoever puts waits while there are `most` items in it, or more than `heaviest` in weight.
    """

    def __init__(self, most: int, heaviest: int, producers: int = 1) -> None:
        self._items: deque[tuple[T, int]] = deque()
        self._changed = threading.Condition()
        self._most, self._heaviest = most, heaviest
        self._weight = 0
        self._producers = producers
        self._closed = False
        self._error: BaseException | None = None

    def put(self, item: T, weight: int = 0) -> None:
        """Add an item. Raises ChannelClosedError where nobody takes it any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._has_room(weight))
            if self._closed:
                raise ChannelClosedError
            self._items.append((item, weight))
            self._weight += weight
            self._changed.notify_all()

    def _has_room(self, weight: int) -> bool:
        if not self._items:
            return True
        return len(self._items) < self._most and self._weight + weight <= self._heaviest

    def __iter__(self) -> Iterator[T]:
        """The items as they come, until all producers have ended; raises what one has raised."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._items or self._closed or not self._producers)
                if self._error is not None:
                    raise self._error
                if self._closed:
                    raise ChannelClosedError
                if not self._items:
                    return
                item, weight = self._items.popleft()
                self._weight -= weight
                self._changed.notify_all()
            yield item

    def count(self, kind: type) -> int:
        """How many items of a kind wait in it."""
        with self._changed:
            return sum(isinstance(item, kind) for item, _ in self._items)

    def end(self) -> None:
        """Say that one producer has no more."""
        with self._changed:
            self._producers -= 1
            self._changed.notify_all()

    def close(self, error: BaseException | None = None) -> None:
        """Break off for everybody; those who take get the error."""
        with self._changed:
            self._error = self._error or error
            self._closed = True
            self._changed.notify_all()

"""The items of a JSON array as bytes, one at a time, however long the array is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from app.errors import InputRejectedError

_CHUNK = 256 * 1024
_MARK = re.compile(rb'\\.|["{}\[\]]', re.DOTALL)
_IN_STRING = re.compile(rb'\\.|"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Item:
    """One item's bytes, or why there are none."""

    number: int
    content: bytes | None
    reason: str | None = None


def split_array(stream: BinaryIO, start: bytes, most: int) -> Iterator[Item]:
    """The items of the array that begins with `start`; one longer than `most` bytes has a reason.

    Finds where items end, and does not parse them. Raises InputRejectedError where the array ends
    too soon.
    """
    splitter = _Splitter(most)
    chunk = start
    while chunk:
        yield from splitter.feed(chunk)
        if splitter.ended:
            return
        chunk = stream.read(_CHUNK)
    raise InputRejectedError(f"the array ends too soon, in or after item {splitter.number}")


class _Splitter:
    """Follows strings and brackets; keeps what has been read of the item at hand."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._depth = 0
        self._in_string = False
        self._item = bytearray()
        self._too_large = False
        self._rest = b""
        self.number = 0
        self.ended = False

    def feed(self, chunk: bytes) -> Iterator[Item]:
        """The items that end in the chunk."""
        data = self._rest + chunk
        # A backslash and what it escapes are read together.
        end = len(data) - 1 if data.endswith(b"\\") else len(data)
        at = 0
        for mark in self._brackets(data, end):
            before = self._depth
            self._depth += 1 if mark[0] in b"{[" else -1
            if self._depth > 2 or (self._depth == 2 and before == 3):
                continue
            # What stands between two items (numbers, strings) ends where the next one begins.
            begins = self._depth > before
            cut = mark.start() if begins or self._depth == 0 else mark.end()
            self._take(data[at:cut])
            at = cut + (before == 0)
            if before:
                yield from self._finish()
            if self._depth == 0:
                self.ended = True
                return
        self._take(data[at:end])
        self._rest = data[end:]

    def _brackets(self, data: bytes, end: int) -> Iterator[re.Match[bytes]]:
        """The brackets outside strings."""
        position = 0
        while mark := (_IN_STRING if self._in_string else _MARK).search(data, position, end):
            position = mark.end()
            if mark[0] == b'"':
                self._in_string = not self._in_string
            elif not mark[0].startswith(b"\\"):
                yield mark

    def _take(self, piece: bytes) -> None:
        self._too_large = self._too_large or len(self._item) + len(piece) > self._most
        if self._too_large:
            self._item.clear()
        else:
            self._item += piece

    def _finish(self) -> Iterator[Item]:
        content = bytes(self._item).strip(b" \t\r\n,")
        too_large, self._too_large = self._too_large, False
        self._item.clear()
        if content or too_large:
            self.number += 1
            reason = f"too large: more than {self._most:,} bytes" if too_large else None
            yield Item(self.number, None if too_large else content, reason)

"""One JSON document that ends with an array of statements, written batch by batch."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import orjson

from app.formats.base import Origin, Statement, Tail


class JsonDocument(ABC):
    """A writer of which a subclass says how the document opens and what a statement becomes."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._first = True

    @abstractmethod
    def begin(self) -> bytes:
        """All that stands before the first statement, the array's bracket too."""

    @abstractmethod
    def _item(self, statement: Statement) -> dict[str, Any]:
        """What stands in the array for a statement."""

    def rows(self, statements: Sequence[Statement]) -> bytes:
        """The statements as items of the array."""
        items = b",\n".join(orjson.dumps(self._item(statement)) for statement in statements)
        lead = b"" if self._first else b",\n"
        self._first = False
        return lead + items

    def end(self, tail: Tail) -> bytes:
        """The closing brackets, without which this is no JSON."""
        return b"]}\n"

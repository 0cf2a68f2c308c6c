"""Statements as newline-delimited JSON, closed by a line that counts them."""

from collections.abc import Sequence

import orjson

from app.formats.base import Origin, Statement, Tail

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE


class NdJson:
    """One statement a line, as in `data` of a list; the last line is `{"_end": {…}}`."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin

    def begin(self) -> bytes:
        """Nothing: the first line is the first statement."""
        return b""

    def rows(self, statements: Sequence[Statement]) -> bytes:
        """One line a statement."""
        return b"".join(orjson.dumps(statement, option=_OPTIONS) for statement in statements)

    def end(self, tail: Tail) -> bytes:
        """The end line. A file without it is not complete."""
        end = {"count": tail.count, "has_more": tail.has_more, "resolved": tail.resolved}
        return orjson.dumps({"_end": end}, option=_OPTIONS)

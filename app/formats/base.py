"""What every format shares: where the answer comes from, how it ends, and how it is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import unquote_plus

Statement = dict[str, Any]  # as the API answers it: times are text in UTC with Z


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an export comes from: the API's base URL without a slash, and this query's own URL."""

    base: str
    query: str = ""  # as in the URL, without the question mark
    made_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def statement(self, statement_id: int) -> str:
        """The URL of a statement."""
        return f"{self.base}/statements/{statement_id}"

    def speaker(self, speaker_id: int) -> str:
        """The URL of a speaker."""
        return f"{self.base}/speakers/{speaker_id}"

    def url(self, suffix: str = "") -> str:
        """The URL of this query in a format, or as JSON where no suffix is given."""
        path = f"{self.base}/statements" + (f".{suffix}" if suffix else "")
        return f"{path}?{self.query}" if self.query else path

    @property
    def title(self) -> str:
        """A title for a feed of this query."""
        return f"On Record: {unquote_plus(self.query)}" if self.query else "On Record"


@dataclass(frozen=True, slots=True)
class Tail:
    """How an export ended: rows written, whether a limit left some out, what names meant."""

    count: int
    has_more: bool
    resolved: dict[str, Any]


class Writer(Protocol):
    """Writes statements in one format, piece by piece, so that no more than one batch is held."""

    def __init__(self, origin: Origin) -> None: ...

    def begin(self) -> bytes:
        """What stands before the first statement."""

    def rows(self, statements: Sequence[Statement]) -> bytes:
        """A batch of statements."""

    def end(self, tail: Tail) -> bytes:
        """What stands after the last statement; without it the export is not complete."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the suffix of its path, its media type, its writer, and what it is."""

    suffix: str
    media_type: str
    writer: type[Writer]
    description: str

    @property
    def bare_type(self) -> str:
        """The media type without parameters, as `Accept` names it."""
        return self.media_type.partition(";")[0]

    @property
    def is_json(self) -> bool:
        """Whether the whole export is one JSON document."""
        return self.media_type.endswith("+json")


def speakers(statement: Statement) -> list[dict[str, Any]]:
    """All who made a statement, in the order of the text."""
    return [s for s in (statement["speaker"], *statement["co_speakers"]) if s]

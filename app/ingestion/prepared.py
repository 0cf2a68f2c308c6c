"""What comes of parsing and extracting an article."""

from dataclasses import dataclass

from app.ingestion.documents import Document
from app.ingestion.drafts import Draft


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that is to be written of an article. Goes from process to process."""

    name: str
    document: Document
    drafts: list[Draft]


@dataclass(frozen=True, slots=True)
class Failed:
    """An article that could not be prepared, and why; `trace` where the fault is ours."""

    name: str
    reason: str
    trace: str | None = None


def describe_fault(error: Exception) -> str:
    """The kind of an error and its first line."""
    return f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')[:300]}"

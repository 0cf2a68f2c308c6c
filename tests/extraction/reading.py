"""How tests read attributions: as the words that a user would see."""

from dataclasses import dataclass

from app.extraction import extract
from app.extraction.types import Attribution, Span


@dataclass(frozen=True)
class Read:
    """An attribution with its spans as words."""

    content: tuple[str, ...]
    speaker: str | None
    mention: str | None
    cue: str | None
    found: Attribution


def words(text: str, spans: tuple[Span, ...]) -> tuple[str, ...]:
    """The words under the spans."""
    return tuple(text[start:end] for start, end in spans)


def read(text: str, **options: object) -> list[Read]:
    """The statements of a text (what is attributed but no statement left out)."""
    return [r for r in read_all(text, **options) if r.found.statement]


def read_all(text: str, **options: object) -> list[Read]:
    """Every attribution of a text."""
    return [
        Read(
            words(text, found.content),
            " and ".join(s.name for s in found.speakers) or None,
            "".join(words(text, found.mention)) or None,
            " ".join(words(text, found.cue)) or None,
            found,
        )
        for found in extract(text, **options)  # type: ignore[arg-type]
    ]


def said(text: str, **options: object) -> list[tuple[str | None, tuple[str, ...]]]:
    """Who said what: pairs of speaker and content."""
    return [(r.speaker, r.content) for r in read(text, **options)]

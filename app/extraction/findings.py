"""What the core finds before anybody is resolved: spans, a cue and how they hang together.

This is the seam behind which a trained tagger can stand in for the rules: whatever gives Findings
gives Attributions.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.extraction.quotes import Quote
from app.extraction.types import Act, Kind, Span

_THAT = re.compile(r"\b(that)\s+\Z", re.IGNORECASE)
_THAT_REACH = 8  # characters


class Construction(StrEnum):
    """How content, cue and speaker are joined in the text."""

    QUOTATION = "quotation"  # a quotation with a cue beside it
    CLAUSE = "clause"  # a clause with or without "that" after its cue
    PARENTHESIS = "parenthesis"  # a clause before or around its cue
    ACCORDING = "according"
    PARTICIPLE = "participle"  # "…, adding that …"
    NOUN = "noun"  # "his claim that …"
    COLON = "colon"  # "Smith: “…”" and "“…” – Smith"
    TURN = "turn"  # a question or an answer of a transcript
    ANAPHORA = "anaphora"  # "This was said by …" about the sentence before
    IMPLICIT = "implicit"  # a quotation with no cue after another one
    OBJECT = "object"  # a noun phrase or an infinitive


@dataclass(frozen=True, slots=True)
class Finding:
    """An attribution with nobody resolved.

    ``sentence`` is the index of the cue's sentence, ``clause`` the span of the cue with its
    subject and modifiers, ``lemma`` the cue's. ``inherits`` says that the speaker is that of the
    finding before, ``shared`` that its subject is that of another clause of the sentence.
    ``nested`` findings stand inside the content of another; ``unsaid`` ones are negated or the
    narrator's own. ``chance`` is that of the content and of the words for its source to be right.
    """

    content: tuple[Span, ...]
    cue: Span | None
    mention: Span | None
    sentence: int
    clause: Span
    lemma: str
    act: Act
    construction: Construction
    statement: bool = True
    nested: bool = False
    inherits: bool = False
    shared: bool = False
    unsaid: bool = False
    chance: float = 1.0

    @property
    def start(self) -> int:
        """Where the finding begins in the text."""
        return min(self.content[0][0], self.clause[0])


def kind_of(text: str, content: Sequence[Span], quotes: Sequence[Quote]) -> Kind:
    """Direct, indirect or mixed, by how much of the content stands in quotation marks.

    ``quotes`` are those that touch the content.
    """
    quoted = plain = 0
    for start, end in content:
        inside = 0
        for quote in quotes:
            low, high = max(start, quote.start), min(end, quote.end)
            if high > low:
                inside += _letters(text, low, high)
        quoted += inside
        plain += _letters(text, start, end) - inside
    if not quoted:
        return Kind.INDIRECT
    return Kind.MIXED if plain > 0 else Kind.DIRECT


def conjunction_before(text: str, start: int) -> Span | None:
    """The span of a "that" right before a place, or None."""
    found = _THAT.search(text, max(0, start - _THAT_REACH), start)
    return found.span(1) if found else None


def _letters(text: str, start: int, end: int) -> int:
    return sum(map(str.isalnum, text[start:end]))

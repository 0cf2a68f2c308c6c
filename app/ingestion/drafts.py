"""Drafts: attributions of one article made ready for the database, before any row is touched."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.extraction.folding import fold
from app.extraction.topics import TopicTag, TopicTagger
from app.extraction.types import Attribution, Span
from app.extraction.wording import statement_text
from app.ingestion.documents import Document

_CONTEXT = 120  # characters of prefix and suffix, at most
# What prose never has, and what no index could hold.
_LONGEST_NAME = 200
_LONGEST_MENTION = 500
_MOST_SPANS = 100


@dataclass(frozen=True, slots=True)
class Draft:
    """One occurrence to be: an attribution with its text, hash, selectors and topics."""

    attribution: Attribution
    text: str
    folded_hash: bytes
    selectors: tuple[dict[str, Any], ...]
    mention: str | None
    cue: str | None
    description: str | None
    topics: tuple[TopicTag, ...]

    @property
    def spans(self) -> list[list[int]]:
        """The content's spans as the database keeps them."""
        return [list(span) for span in self.attribution.content]


def hash_text(text: str) -> bytes:
    """SHA-256 over the folded text: equal for wordings that differ in case, accents and marks."""
    return hashlib.sha256(fold(text).encode()).digest()


def make_selectors(text: str, spans: Iterable[Span]) -> tuple[dict[str, Any], ...]:
    """For each span the W3C text quote and position selectors, as one object."""
    return tuple(
        {
            "exact": text[start:end],
            "prefix": text[max(0, start - _CONTEXT) : start],
            "suffix": text[end : end + _CONTEXT],
            "start": start,
            "end": end,
        }
        for start, end in spans
    )


def make_drafts(document: Document, attributions: Iterable[Attribution]) -> list[Draft]:
    """The statements among the attributions as drafts, each place once, in the text's order."""
    tagger = TopicTagger(document.text, document.metadata.title)
    drafts: dict[tuple[Any, ...], Draft] = {}
    for attribution in attributions:
        if attribution.statement and len(attribution.content) <= _MOST_SPANS:
            draft = _draft(document.text, _with_short_names(attribution), tagger)
            if fold(draft.text):
                drafts.setdefault((attribution.content, draft.mention), draft)
    return list(drafts.values())


def _with_short_names(attribution: Attribution) -> Attribution:
    """The attribution without speakers and sources whose names are too long to be names."""
    speakers = tuple(s for s in attribution.speakers if 0 < len(fold(s.name)) <= _LONGEST_NAME)
    via = tuple(name for name in attribution.via if 0 < len(fold(name)) <= _LONGEST_NAME)
    return replace(attribution, speakers=speakers, via=via)


def _draft(text: str, attribution: Attribution, tagger: TopicTagger) -> Draft:
    selectors = make_selectors(text, attribution.content)
    words = statement_text([s["exact"] for s in selectors], attribution.kind)
    first = attribution.speakers[0] if attribution.speakers else None
    return Draft(
        attribution=attribution,
        text=words,
        folded_hash=hash_text(words),
        selectors=selectors,
        mention=_slice(text, attribution.mention),
        cue=_slice(text, attribution.cue),
        description=first.description if first else None,
        topics=tagger.tag(attribution.content),
    )


def _slice(text: str, spans: Sequence[Span]) -> str | None:
    return " … ".join(text[start:end] for start, end in spans)[:_LONGEST_MENTION] or None

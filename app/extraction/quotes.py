"""Quotation marks: which open, which close, which are apostrophes.

Pairing works a paragraph at a time, so that one mark out of step costs one quotation and never the
article. A quotation left open at the end of a paragraph goes on in the next one where that one
re-opens with a mark (the rule of The Chicago Manual of Style, 13.32) or where its first mark
closes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.extraction.data_files import load_data
from app.extraction.types import Span

_MARK = re.compile(r"[“”„‟«»\"]|``|''|[‘’‚‛'`]")
_DOUBLE_OPEN = frozenset("“„‟") | {"``"}
# A cue inside what would be a quotation shows that its closing mark was forgotten.
_UNCLOSED = re.compile(load_data("lines")["unclosed"])
_MAX_UNCLOSED = 2000
_SINGLE = frozenset("‘’‚‛'`")
_BEFORE_OPENING = frozenset("([{-–—/:…‘'“\"«")
# Words that begin with an apostrophe: a mark before them opens nothing.
_ELIDED = re.compile(r"(?:em|til|tis|twas|cause|bout|n|\d0s|\d\d)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quote:
    """One quoted stretch with its marks: ``text[start:end]``.

    ``paragraph`` is the index of the paragraph it stands in. ``continues`` says that it has no
    closing mark because the quotation goes on in the next quote of the list, ``resumes`` that it
    goes on from the one before.
    """

    start: int
    end: int
    paragraph: int
    single: bool = False
    continues: bool = False
    resumes: bool = False


class _Mark(NamedTuple):
    start: int
    end: int
    text: str
    can_open: bool
    can_close: bool


def _marks(text: str, start: int, end: int) -> list[_Mark]:
    """The quotation marks of a paragraph, apostrophes inside words left out."""
    found = []
    for match in _MARK.finditer(text, start, end):
        before = text[match.start() - 1] if match.start() > start else " "
        after = text[match.end()] if match.end() < end else " "
        if match.group() in _SINGLE and before.isalnum() and after.isalnum():
            continue
        can_open = not after.isspace() and (before.isspace() or before in _BEFORE_OPENING)
        can_close = not before.isspace() and not after.isalnum()
        found.append(_Mark(match.start(), match.end(), match.group(), can_open, can_close))
    return found


def _opens(mark: _Mark, is_open: bool, opener: str, next_closes: bool) -> bool:
    """Whether a double mark opens a quotation, given what is open before it."""
    if mark.text in _DOUBLE_OPEN:
        # German style closes with the mark that English opens with.
        return not (mark.text == "“" and is_open and opener == "„")
    if mark.text in "”»":
        return not is_open and mark.can_open and not mark.can_close
    if mark.text == "«":
        return not (is_open and opener == "»")
    if mark.can_open != mark.can_close:
        return mark.can_open or (not is_open and next_closes)
    return not is_open


class _Pairing:
    """The double quotations of one paragraph: pairs, and what is left open or closed over."""

    def __init__(self, text: str, marks: Sequence[_Mark]) -> None:
        self._text = text
        self.pairs: list[Span] = []
        self.stray_close: _Mark | None = None
        self.stack: list[_Mark] = []
        for at, mark in enumerate(marks):
            self._take(mark, marks[at + 1] if at + 1 < len(marks) else None)

    def _take(self, mark: _Mark, following: _Mark | None) -> None:
        if self.stack and self.stack[-1].text == mark.text and self._reopens(mark):
            return  # a paragraph break was lost: the quotation goes on
        straight = mark.text not in _DOUBLE_OPEN and mark.text not in "”«»"
        next_closes = (
            straight
            and following is not None
            and following.text == mark.text
            and following.can_close
            and not following.can_open
            and bool(self.pairs or self.stray_close)
        )
        opener = self.stack[-1].text if self.stack else ""
        if _opens(mark, bool(self.stack), opener, next_closes):
            if straight and self.stack and self.stack[-1].text == mark.text:
                self.stack.pop()  # the same straight mark twice: the first one was never closed
            self.stack.append(mark)
        elif self.stack:
            self.pairs.append((self.stack.pop().start, mark.end))
        elif self.stray_close is None and not self.pairs:
            self.stray_close = mark

    def _reopens(self, mark: _Mark) -> bool:
        """Whether an opening mark inside an open quotation only takes it up again."""
        start = self.stack[-1].end
        before = self._text[max(start, mark.start - 3) : mark.start].rstrip()
        return (
            mark.can_open
            and not mark.can_close
            and before[-1:] in (".", "!", "?", "…")
            and not _UNCLOSED.search(self._text, start, min(mark.start, start + _MAX_UNCLOSED))
        )

    def left_open(self) -> _Mark | None:
        """The mark of a quotation that runs to the paragraph's end, if one plausibly does."""
        if len(self.stack) != 1:
            return None
        mark = self.stack[0]
        return None if any(start > mark.start for start, _ in self.pairs) else mark


def _outermost(pairs: Iterable[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(pairs, key=lambda pair: (pair[0], -pair[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def _closes_single(text: str, mark: _Mark, end: int, later: bool) -> bool:
    """Whether a single mark closes: the possessive of a plural does not, if a later mark can."""
    if mark.text not in "’'" or not mark.can_close:
        return False
    plural = text[mark.start - 1] in "sS" and mark.end < end - 1 and text[mark.end] == " "
    return not (plural and later and text[mark.end + 1].islower())


def _single_pairs(
    text: str, marks: Sequence[_Mark], doubles: Sequence[Span], end: int
) -> list[Span]:
    """Pairs of single marks that stand outside double quotations."""
    outside = _outside(marks, doubles)
    closers_left = sum(_may_close(mark) for mark in outside)
    pairs: list[Span] = []
    opened: _Mark | None = None
    for mark in outside:
        closers_left -= _may_close(mark)
        if opened is None:
            opened = mark if _opens_single(text, mark) else None
        elif _closes_single(text, mark, end, closers_left > 0):
            pairs.append((opened.start, mark.end))
            opened = None
        elif mark.can_open and mark.text == "‘":
            opened = mark
    return pairs


def _outside(marks: Sequence[_Mark], spans: Sequence[Span]) -> list[_Mark]:
    """The marks that stand in none of the spans; both in order of the text."""
    found = []
    at = 0
    for mark in marks:
        while at < len(spans) and spans[at][1] <= mark.start:
            at += 1
        if at == len(spans) or mark.start < spans[at][0]:
            found.append(mark)
    return found


def _may_close(mark: _Mark) -> bool:
    return mark.can_close and mark.text in "’'"


def _opens_single(text: str, mark: _Mark) -> bool:
    return mark.can_open and mark.text != "’" and not _ELIDED.match(text, mark.end)


def find_quotes(text: str, paragraphs: Sequence[Span]) -> list[Quote]:
    """The outermost quotations of the paragraphs, in order of the text.

    Takes time linear in the text. A quotation over several paragraphs is one Quote a paragraph,
    chained by `continues` and `resumes`.
    """
    quotes: list[Quote] = []
    carried: str | None = None  # the mark of a quotation left open by the paragraph before
    for number, (start, end) in enumerate(paragraphs):
        marks = _marks(text, start, end)
        doubles = [mark for mark in marks if mark.text not in _SINGLE]
        resumes = False
        pairing = _Pairing(text, doubles)
        first = doubles[0] if doubles else None
        if carried is not None and quotes:
            reopened = first is not None and first.start == start and first.text == carried
            ran_on = pairing.stray_close is not None and pairing.stray_close is first
            resumes = reopened or ran_on
            if ran_on and first is not None:
                pairing.pairs.insert(0, (start, first.end))
            if not resumes:
                quotes.pop()  # nothing goes on: the mark was simply never closed
        open_mark = pairing.left_open()
        spans = _outermost(pairing.pairs)
        spans = _outermost(
            spans + _single_pairs(text, [m for m in marks if m.text in _SINGLE], spans, end)
        )
        spans = [s for s in spans if open_mark is None or s[1] <= open_mark.start]
        for nth, (begin, stop) in enumerate(spans):
            single = text[begin] in _SINGLE and text[begin : begin + 2] not in ("``", "''")
            quotes.append(Quote(begin, stop, number, single, False, resumes and nth == 0))
        if open_mark is None:
            carried = None
        else:
            carried = open_mark.text
            quotes.append(Quote(open_mark.start, end, number, False, True, resumes and not spans))
    if carried is not None:
        quotes.pop()
    return _settled(quotes)


def _settled(quotes: list[Quote]) -> list[Quote]:
    """The quotes with `continues` only where the next one resumes."""
    out = []
    for at, quote in enumerate(quotes):
        follows = quotes[at + 1] if at + 1 < len(quotes) else None
        if quote.continues and not (follows and follows.resumes):
            continue
        out.append(quote)
    return out

"""A text as extraction sees it: paragraphs with a role, items (words, marks, quotes), sentences."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from app.extraction.data_files import load_data, words_of
from app.extraction.quotes import Quote, find_quotes
from app.extraction.types import Span

# What runs on for longer is no prose: it is cut into stretches of that length, and not read.
MAX_SENTENCE_ITEMS = 400
_HEADING_LENGTH = 150
_TEASER_DISTANCE = 1
_MAX_DATELINE = 120

_TOKEN = re.compile(
    r"(?P<word>(?:[^\W\d_]\.){2,}|(?:Mrs?|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Col|Lt|Sgt|Capt|St|Rev|Hon|Adm"
    r"|Maj|Cmdr)\.(?=\s)|[A-Z]\.(?=\s?[A-Z])"
    r"|\d+-years?-olds?|\d+(?:[.,:]\d+)*(?:st|nd|rd|th|%)?|[@#]?\w+(?:['’&-]\w+)*(?:(?<=s)['’](?=\s\w))?)"
    r"|(?P<mark>\.\.\.+|--+|[^\w\s])"
)
_ENDS_SENTENCE = re.compile(r"[.!?…;:]['\"”’»)\]]*$")


class Role(StrEnum):
    """What a paragraph is on the page."""

    BODY = "body"
    HEADING = "heading"
    RELATED = "related"  # a link to another article, or the teaser beside it
    CAPTION = "caption"
    BOILERPLATE = "boilerplate"


class ItemKind(StrEnum):
    """What an item of a sentence is."""

    WORD = "word"
    MARK = "mark"
    QUOTE = "quote"


class Item(NamedTuple):
    """A word, a punctuation mark, or a whole quotation; ``low`` is its text in lower case.

    ``quote`` is the index in Document.quotes, or -1.
    """

    start: int
    end: int
    low: str
    kind: ItemKind
    capital: bool = False
    quote: int = -1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: its span without surrounding space and dateline, and its role."""

    start: int
    end: int
    role: Role

    @property
    def is_read(self) -> bool:
        """Whether it is part of the article, and no caption, link or boilerplate."""
        return self.role in (Role.BODY, Role.HEADING)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence outside quotations: its items, with quotations as single items."""

    start: int
    end: int
    paragraph: int
    items: tuple[Item, ...]
    is_prose: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """The parsed text. Sentences are those of body and heading paragraphs."""

    text: str
    paragraphs: tuple[Paragraph, ...]
    quotes: tuple[Quote, ...]
    sentences: tuple[Sentence, ...]

    def quotes_in(self, spans: Sequence[Span]) -> list[Quote]:
        """The quotations that touch any of the spans, span by span."""
        quotes = self.quotes
        found: list[Quote] = []
        for start, end in spans:
            at = max(0, bisect_left(quotes, start, key=lambda quote: quote.start) - 1)
            while at < len(quotes) and quotes[at].start < end:
                if quotes[at].end > start:
                    found.append(quotes[at])
                at += 1
        return found

    def role(self, sentence: Sentence) -> Role:
        """The role of the paragraph in which the sentence stands."""
        return self.paragraphs[sentence.paragraph].role

    def sentence_at(self, position: int) -> int:
        """The index of the last sentence that starts at or before a position (0 if none does)."""
        return max(0, bisect_right(self.sentences, position, key=lambda s: s.start) - 1)


def parse_document(text: str) -> Document:
    """Parse any text. Gives offsets into the text as it is; takes time linear in it."""
    paragraphs = _with_roles(text, _paragraph_spans(text))
    quotes = find_quotes(text, [(p.start, p.end if p.is_read else p.start) for p in paragraphs])
    sentences: list[Sentence] = []
    starts = [quote.start for quote in quotes]
    for number, paragraph in enumerate(paragraphs):
        if paragraph.is_read:
            low = bisect_left(starts, paragraph.start)
            high = bisect_left(starts, paragraph.end)
            items = _items(text, paragraph, quotes[low:high], low)
            sentences.extend(_sentences(text, items, number))
    return Document(text, tuple(paragraphs), tuple(quotes), tuple(sentences))


# --- paragraphs and their roles ---


def _paragraph_spans(text: str) -> list[Span]:
    """Lines as paragraphs; where the text is hard-wrapped, blocks between empty lines."""
    lines: list[Span | None] = []
    for match in re.finditer(r"[^\n\r]*(?:\r\n|\n|\r|$)", text):
        line = match.group()
        bare = line.strip()
        if bare:
            start = match.start() + len(line) - len(line.lstrip())
            lines.append((start, start + len(bare)))
        else:
            lines.append(None)
    return _blocks(lines) if _is_wrapped(text, lines) else [line for line in lines if line]


def _is_wrapped(text: str, lines: Sequence[Span | None]) -> bool:
    """Whether most lines that another one follows break off in mid-sentence at one width."""
    inner = [a for a, b in pairwise(lines) if a and b]
    if len(inner) < 3:
        return False
    broken = sum(
        40 <= end - start <= 100 and not _ENDS_SENTENCE.search(text[max(start, end - 4) : end])
        for start, end in inner
    )
    return broken >= 0.7 * len(inner)


def _blocks(lines: Sequence[Span | None]) -> list[Span]:
    blocks: list[Span] = []
    joins = False
    for line in lines:
        if line is None:
            joins = False
        elif joins:
            blocks[-1] = (blocks[-1][0], line[1])
        else:
            blocks.append(line)
            joins = True
    return blocks


@dataclass(frozen=True, slots=True)
class _LinePatterns:
    boilerplate: re.Pattern[str]
    caption: re.Pattern[str]
    caption_end: re.Pattern[str]
    related: re.Pattern[str]
    teaser: re.Pattern[str]
    dateline: re.Pattern[str]
    abbreviations: frozenset[str]
    starters: frozenset[str]


@cache
def _patterns() -> _LinePatterns:
    data = load_data("lines")

    def any_of(parts: Sequence[str]) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE)

    return _LinePatterns(
        any_of(data["boilerplate"]),
        any_of(data["caption"]),
        any_of(data["caption_end"]),
        re.compile(data["related"]),
        re.compile(data["teaser"]),
        re.compile(data["dateline"], re.VERBOSE),
        words_of(data["abbreviations"]),
        words_of(data["starters"]),
    )


def _role(text: str, start: int, end: int) -> Role:
    patterns = _patterns()
    line = text[start : min(end, start + 400)]
    if end - start <= 300 and patterns.boilerplate.match(line):
        return Role.BOILERPLATE
    if end - start <= 400 and (
        patterns.caption.match(line) or patterns.caption_end.search(line[-120:])
    ):
        return Role.CAPTION
    if end - start <= 250 and patterns.related.match(line):
        return Role.RELATED
    if end - start <= _HEADING_LENGTH and not _ENDS_SENTENCE.search(text[end - 4 : end]):
        return Role.HEADING
    return Role.BODY


def _dateline_end(text: str, start: int, end: int) -> int:
    """Where the text begins behind a dateline ("PARIS, March 3 (AFP) –"); `start` without one."""
    match = _patterns().dateline.match(text, start, min(end, start + _MAX_DATELINE))
    return match.end() if match else start


def _with_roles(text: str, spans: Sequence[Span]) -> list[Paragraph]:
    paragraphs = [
        Paragraph(_dateline_end(text, start, end), end, _role(text, start, end))
        for start, end in spans
    ]
    for at, paragraph in enumerate(paragraphs):
        beside = paragraphs[max(0, at - _TEASER_DISTANCE) : at + _TEASER_DISTANCE + 1]
        if (
            paragraph.is_read
            and any(other.role is Role.RELATED for other in beside)
            and paragraph.end - paragraph.start <= 300
            and _patterns().teaser.match(text[paragraph.start : paragraph.end])
        ):
            paragraphs[at] = replace(paragraph, role=Role.CAPTION)
    return paragraphs


# --- items and sentences ---


def _items(text: str, paragraph: Paragraph, quotes: Sequence[Quote], first: int) -> list[Item]:
    items: list[Item] = []
    at = paragraph.start
    for nth, quote in enumerate(quotes):
        items.extend(_words(text, at, quote.start))
        items.append(Item(quote.start, quote.end, "", ItemKind.QUOTE, False, first + nth))
        at = quote.end
    items.extend(_words(text, at, paragraph.end))
    return items


def words_between(text: str, start: int, end: int) -> list[Item]:
    """The words and marks of a stretch, quotation marks as marks."""
    return list(_words(text, start, end))


def _words(text: str, start: int, end: int) -> Iterator[Item]:
    for match in _TOKEN.finditer(text, start, end):
        kind = ItemKind.WORD if match.lastgroup == "word" else ItemKind.MARK
        word = match.group()
        low = word if word in _ACRONYMS else word.lower().replace("’", "'")
        if low.endswith(".") and len(low) > 2 and "." not in low[:-1]:
            low = low[:-1]
        possessive = 2 if low.endswith("'s") else int(low.endswith("s'"))
        if possessive and kind is ItemKind.WORD:
            # The possessive is an item of its own, as a name must never carry it.
            cut = match.end() - possessive
            yield Item(match.start(), cut, low[:-possessive], kind, _is_capital(word))
            yield Item(cut, match.end(), "'s", ItemKind.WORD, False)
        else:
            capital = word[0].isupper() or (not word.isalpha() and _is_capital(word))
            yield Item(match.start(), match.end(), low, kind, capital)


_PREFIXED = re.compile(r"(?:al|el|as|ash|ad|at|an|az|ul|d|l|bin|ibn|abu)[-'’](?=[^\W\d_])")


def _is_capital(word: str) -> bool:
    """Whether a word has a capital: in front, or behind an article as in "al-Khatib"."""
    bare = word.lstrip("@#")
    if bare[:1].isupper():
        return True
    prefix = _PREFIXED.match(bare) if "-" in bare or "'" in bare or "’" in bare else None
    return prefix is not None and bare[prefix.end()].isupper()


def _sentences(text: str, items: Sequence[Item], paragraph: int) -> Iterator[Sentence]:
    begin = 0
    cut = False  # what ran on for too long goes on
    for at, item in enumerate(items):
        following = items[at + 1] if at + 1 < len(items) else None
        before = items[at - 1] if at > begin else None
        ends = following is None or _ends(text, item, before, following)
        full = at + 1 - begin >= MAX_SENTENCE_ITEMS
        if ends or full:
            chosen = tuple(items[begin : at + 1])
            is_prose = ends and not cut
            yield Sentence(chosen[0].start, chosen[-1].end, paragraph, chosen, is_prose)
            begin = at + 1
            cut = not ends


def _ends(text: str, item: Item, before: Item | None, following: Item) -> bool:
    """Whether a sentence ends between an item and the one that follows."""
    starts_anew = following.capital or following.quote >= 0 or following.low[:1].isdigit()
    if not starts_anew or following.start == item.end:
        return False
    if item.quote >= 0:
        # “Why?” Smith asked. and “Stop!” he said. go on; “It is over.” They left. does not.
        return text[item.start : item.end].rstrip("”\"'’»").endswith((".", "…"))
    if item.kind is ItemKind.WORD:
        return _ends_initials(item, following)
    if item.low in ("!", "?"):
        return True
    return item.low == "." and not _is_abbreviated(text, before, following)


def _ends_initials(item: Item, following: Item) -> bool:
    """Whether initials like "D.C." end the sentence: before words that begin one."""
    starters = _patterns().starters
    return item.low.endswith(".") and following.low in starters and item.low not in _COUNTRIES


_COUNTRIES = frozenset({"u.s.", "u.k.", "u.n.", "e.u."})
# Acronyms that in lower case would be pronouns.
_ACRONYMS = frozenset({"WHO", "IT", "US"})


def _is_abbreviated(text: str, before: Item | None, following: Item) -> bool:
    if before is None or before.kind is not ItemKind.WORD:
        return False
    is_initial = before.end - before.start == 1 and before.capital
    return is_initial or (
        before.low in _patterns().abbreviations and (before.capital or following.low[:1].isdigit())
    )

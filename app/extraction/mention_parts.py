"""Mentions cut up: their bare words, their phrases, and what belongs to them in the sentence."""

from collections.abc import Sequence

from app.extraction.document import Item, ItemKind
from app.extraction.grammar import grammar, low
from app.extraction.names import name_data
from app.extraction.phrases import phrase_end
from app.extraction.types import Span


def bare(items: list[Item]) -> list[Item]:
    """The items of a mention without the marks, possessive and connectives that end it."""
    while items and items[-1].kind is ItemKind.MARK and items[-1].low not in (")", "."):
        items.pop()
    if items and items[-1].low == "'s":
        items.pop()
    while len(items) > 1 and items[-1].low in _DANGLING:
        items.pop()
    return items[_day_end(items) :]


def _day_end(items: Sequence[Item]) -> int:
    """Where a phrase begins that a day goes before ("Last Thursday the line"): 0 without one."""
    words = grammar()
    at = 0
    while at < len(items) and items[at].low in words.time_words | words.time_nouns:
        if items[at].low in words.determiners:
            break
        at += 1
    return at if 0 < at < len(items) and items[at].low in words.determiners else 0


_DANGLING = frozenset({"and", "but", "or", "of", "for", "the", "in", "that"})


def is_function_word(word: str) -> bool:
    """Whether a word is nobody, though it stands where a subject may ("While", "Even")."""
    words = grammar()
    return (
        word in words.subordinators
        or word in words.prepositions
        or word in words.conjunctions
        or word in words.openers
        or word in words.adverbs - {"both"}
        or word in words.auxiliaries
    )


def segments_of(items: Sequence[Item]) -> list[list[Item]]:
    """The mention at its commas and dashes, without what stands in brackets."""
    segments: list[list[Item]] = [[]]
    depth = 0
    for at, item in enumerate(items):
        if item.low in ("(", "["):
            depth += 1
        elif item.low in (")", "]"):
            depth = max(0, depth - 1)
        elif depth:
            continue
        elif item.low in (",", "–", "—", ";") or _is_spaced_dash(items, at):
            segments.append([])
        else:
            segments[-1].append(item)
    return [s for s in segments if any(item.kind is ItemKind.WORD for item in s)]


def _is_spaced_dash(items: Sequence[Item], at: int) -> bool:
    """Whether a hyphen stands for a dash, with space around it ("Ann Lee - then a minister")."""
    if items[at].low not in ("-", "--") or not 0 < at < len(items) - 1:
        return False
    return items[at - 1].end < items[at].start and items[at].end < items[at + 1].start


def before_verb(items: Sequence[Item]) -> Sequence[Item]:
    """A phrase that begins with a name, without the verb that follows ("Mr Lee introduced …")."""
    ends = len(items) > 1 and items[-2].capital and not items[-1].capital
    if ends and items[-1].low.endswith("ed"):
        return items[:-1]
    determined = bool(items) and items[0].low in grammar().determiners
    for at in range(1, 0 if determined else len(items)):
        item = items[at]
        if not items[at - 1].capital or item.kind is not ItemKind.WORD:
            break
        if item.capital:
            continue
        verb = item.low.endswith("ed") or item.low in grammar().irregular_past | grammar().be
        return items[:at] if verb else items
    return items


_MAX_AUTHOR = 14  # words between a document and whose it is


def author_span(items: Sequence[Item], start: int) -> Span | None:
    """Where a phrase about a document says whose it is: "figures released by the bank"."""
    first = next((i for i, item in enumerate(items) if item.start >= start), len(items))
    for at in range(first, min(len(items), first + _MAX_AUTHOR)):
        word = items[at].low
        if word == "," and low(items, at + 1) in ("by", "from"):
            continue  # "the report, by Acme, found …"
        if items[at].kind is not ItemKind.WORD or (
            at > first and (word in grammar().subordinators or word in grammar().be)
        ):
            return None
        if word == "by" and items[at - 1].low in _SEEN:
            return None  # "documents seen by Acme" are somebody else's
        if word in ("by", "from") and at > first:
            end = phrase_end(items, at + 1)
            return (items[at + 1].start, items[end - 1].end) if end > at + 1 else None
    return None


_SEEN = frozenset({"seen", "obtained", "viewed", "reviewed", "leaked", "examined", "read"})
_LOCATING = frozenset({"from", "of", "in", "at", "near"})


_MAX_WIDER = 24


def wider_span(items: Sequence[Item], span: Span) -> Span:
    """A mention that is only the end of one ("Ann Lee, 34, from [Leeds, Yorkshire]"), whole.

    From the beginning of its sentence, if a name in front of a comma stands there.
    """
    first = next((i for i, item in enumerate(items) if item.start >= span[0]), len(items))
    opens = first < len(items) and items[first].low in name_data().suffixes
    if not opens and (first < 3 or items[first - 1].low not in _LOCATING):
        return span
    at = first - 1
    while at >= 0 and first - at < _MAX_WIDER and _may_widen(items[at]):
        at -= 1
    comma = any(item.low == "," for item in items[at + 1 : first])
    if at >= 0 or not comma:
        return span
    return items[0].start, span[1]


def _may_widen(item: Item) -> bool:
    words = grammar()
    if item.kind is ItemKind.MARK:
        return item.low == ","
    plain = item.low not in words.subordinators and item.low not in words.auxiliaries
    return item.kind is ItemKind.WORD and plain


def phrase_before(items: Sequence[Item]) -> Span | None:
    """The capitalised words or the last noun phrase at the end of a stretch."""
    end = len(items)
    while end and (
        items[end - 1].kind is not ItemKind.WORD or items[end - 1].low in ("to", "of", "according")
    ):
        end -= 1
    start = end
    while start and items[start - 1].kind is ItemKind.WORD and end - start < 8:
        word = items[start - 1]
        if not word.capital and word.low in (
            grammar().determiners | grammar().prepositions | grammar().auxiliaries
        ):
            if word.low in grammar().determiners:
                start -= 1
            break
        if not word.capital and start < end and items[start].capital:
            break
        start -= 1
    return (items[start].start, items[end - 1].end) if start < end else None

"""The content of a cue clause: where it begins and ends, before and after the cue."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.extraction.clauses import Clause, Shape
from app.extraction.cues import Form, Frame, lexicon
from app.extraction.document import Document, Item, ItemKind
from app.extraction.follows import Follows
from app.extraction.frames import opens_clause, resolved_frame
from app.extraction.grammar import (
    Items,
    grammar,
    is_adverb,
    is_dash,
    is_quote,
    is_verb_like,
    is_word,
    low,
)
from app.extraction.nouns import speaking_nouns
from app.extraction.phrases import name_apposition_end
from app.extraction.types import Span

_MIN_SCARE_WORDS = 5
_TRAILING = frozenset({",", ";", ":", "–", "—", "-", "--", ".", "!", "?"})
_LEADING = frozenset({",", ";", ":", "–", "—", "-", "--", ")", "]"})
_EDGE_WORDS = frozenset({"and", "but", "or", "while", "as", "although", "though", "whereas"})
_GOING_ON = frozenset(
    {"and", "but", "because", "which", "if", "so", "or", "since", "although", "though", "unless"}
)
_OPENS_ADJUNCT = grammar().prepositions | {"when", "while", "if", "although", "though"}
_IN_NAMES = frozenset({"of", "for", "the", "and", "de", "van", "von", "bin", "al", "'s"})
_SENTENCE_ADJUNCTS = frozenset(
    {
        "in",
        "on",
        "at",
        "after",
        "before",
        "during",
        "when",
        "while",
        "as",
        "if",
        "although",
        "though",
        "since",
    }
)


@dataclass(frozen=True, slots=True)
class Content:
    """Content as item ranges, half-open; ``before`` says that some stands before the cue."""

    ranges: tuple[tuple[int, int], ...]
    frame: Frame
    before: bool = False


def ends_quotation(document: Document, items: Items, at: int) -> bool:
    """Whether the item is a quotation that a cue may follow, and no scare quote."""
    if not is_quote(items, at):
        return False
    quote = items[at]
    inner = document.text[quote.start : quote.end].strip("“”\"'‘’«»„`")
    return inner.rstrip().endswith((",", "?", "!", "…", ".", "—", "–", "-")) or (
        len(inner.split()) >= _MIN_SCARE_WORDS or low(items, at + 1) == ","
    )


def find_content(
    document: Document, items: Items, clause: Clause, floor: int, ceiling: int
) -> Content | None:
    """The content of a clause between two item indices, or None if it reports nothing."""
    quoted = _quote_before(document, items, clause.left, floor)
    if clause.shape is Shape.ACCORDING:
        return _around(document, items, clause, floor, ceiling, quoted)
    if clause.shape is Shape.INVERTED:
        return _around(document, items, clause, floor, ceiling, quoted)
    if clause.shape is Shape.FINITE and not clause.shared:
        if quoted is not None and clause.follows not in (Follows.THAT, Follows.COLON):
            return _around(document, items, clause, floor, ceiling, quoted)
        if _is_parenthesis(items, clause, floor):
            return _around(document, items, clause, floor, ceiling, None)
    return _after(document, items, clause, ceiling)


def _quote_before(document: Document, items: Items, left: int, floor: int) -> int | None:
    """The index of the quotation directly before a clause, or None."""
    at = left - 1
    if at >= floor and (low(items, at) == "," or is_dash(items, at)):
        at -= 1
    return at if at >= floor and ends_quotation(document, items, at) else None


def _is_parenthesis(items: Items, clause: Clause, floor: int) -> bool:
    """Whether a clause with nothing after it comments on the words before it."""
    if clause.left - floor < 2 or not (
        low(items, clause.left - 1) == "," or is_dash(items, clause.left - 1)
    ):
        return False
    if not clause.verb.has(Frame.SAY, Frame.TELL):
        return False
    return clause.follows in (Follows.NOTHING, Follows.COMMA)


def _around(
    document: Document,
    items: Items,
    clause: Clause,
    floor: int,
    ceiling: int,
    quoted: int | None,
) -> Content | None:
    """Content before a cue, and what goes on behind it."""
    frame = Frame.SAY
    ranges = []
    if quoted is not None:
        ranges.append(_quoted_range(document, items, quoted, floor))
    else:
        start = _content_start(items, floor, clause.left)
        if clause.left - start >= 2 or (clause.left > start and low(items, clause.right) == ","):
            ranges.append((start, clause.left))
    opened = quoted is None and bool(ranges) and low(items, ranges[0][0]) in _OPENS_ADJUNCT
    behind = _behind(document, items, clause, ceiling, quoted is not None, bool(ranges), opened)
    if behind is not None:
        ranges.append(behind)
    kept = tuple(r for r in (_trim(items, *each) for each in ranges) if r[0] < r[1])
    return Content(kept, frame, before=bool(ranges)) if kept else None


def _content_start(items: Items, floor: int, left: int) -> int:
    """Where unquoted content before a cue begins: connectives in front are none of it."""
    start = floor
    while start < left and (low(items, start) in _LEADING or low(items, start) in _EDGE_WORDS):
        start += 1
    if low(items, start) in ("on", "for") and low(items, start + 1) in grammar().possessives:
        comma = next((i for i in range(start, min(left, start + 5)) if low(items, i) == ","), -1)
        start = comma + 1 if comma > 0 else start  # "on his part,"
    return start


def _quoted_range(document: Document, items: Items, quoted: int, floor: int) -> tuple[int, int]:
    """From the first word that belongs to a quotation: a sentence begun outside it, or itself."""
    start = quoted
    while start - 1 >= floor and (
        is_quote(items, start - 1)
        or (low(items, start - 1) == "," and is_quote(items, start - 2) and start - 2 >= floor)
    ):
        start -= 1
    if low(items, start - 1) == ";":
        return start, quoted + 1
    first = document.text[items[start].start :].lstrip("“\"'‘«„`")[:1]
    prefix = _content_start(items, floor, start)
    closed = low(items, start - 1) in (",", ":") or is_dash(items, start - 1)
    if start - prefix >= 2 and not (closed and first.isupper()) and not first.isupper():
        return prefix, quoted + 1
    if start - prefix >= 2 and first.isupper() and not closed:
        return prefix, quoted + 1
    return start, quoted + 1


def _behind(
    document: Document,
    items: Items,
    clause: Clause,
    ceiling: int,
    quoted: bool,
    has_before: bool,
    opened: bool,
) -> tuple[int, int] | None:
    """What goes on behind a cue that stands inside its content."""
    at = clause.right
    if low(items, at) in (",", ";", ":") or is_dash(items, at):
        at += 1
    if at >= ceiling:
        return None
    if quoted and low(items, clause.right) != ";":
        at = _next_quotation(items, at, ceiling)
    if is_quote(items, at) and (quoted or not has_before):
        stop = at + 1
        while is_quote(items, stop):
            stop += 1
        return at, stop
    if quoted:
        return None
    if not has_before:
        return at, ceiling
    return (at, ceiling) if opened or _goes_on(items, clause, at) else None


def _next_quotation(items: Items, at: int, ceiling: int) -> int:
    """The index of a quotation that only connectives part from here, else `at`."""
    skip = at
    while skip < min(ceiling, at + 5) and (
        low(items, skip) in ("and", "but", ",", "then") or is_adverb(low(items, skip))
    ):
        skip += 1
    return skip if is_quote(items, skip) else at


def _goes_on(items: Items, clause: Clause, at: int) -> bool:
    """Whether the words after a parenthetical cue belong to the clause before it."""
    if is_dash(items, clause.right) and is_dash(items, clause.left - 1):
        return True
    if low(items, clause.right) != ",":
        return False
    word = low(items, at)
    if clause.shape is Shape.INVERTED:
        return False
    if is_adverb(word) and is_word(items, at + 1):
        word = low(items, at + 1)
    if is_verb_like(word) and low(items, at + 1) not in ("by", "in"):
        return True
    if clause.shape is Shape.ACCORDING:
        passed_on = low(items, at + 1) in ("by", "in", "on", "from")
        return word.endswith("ed") and not passed_on
    return word in _GOING_ON or (clause.left < 8 and not word.endswith("ing"))


def _after(document: Document, items: Items, clause: Clause, ceiling: int) -> Content | None:
    """Content that follows its cue."""
    frame = resolved_frame(clause, opens_clause(items, clause))
    if frame is None:
        return None
    at = clause.object_at
    if at >= ceiling:
        return None
    if frame is Frame.SAY and clause.follows is Follows.CLAUSE and not opens_clause(items, clause):
        return None
    if clause.follows in (Follows.COMMA, Follows.NOTHING):
        return None
    if clause.follows in (Follows.QUOTE, Follows.COLON) and is_quote(items, at):
        end = _quotation_end(document, items, clause, at, ceiling)
        return Content((_trim(items, at, end),), frame)
    found = _trim(items, at, _before_gloss(items, at, ceiling))
    return Content((found,), frame) if found[0] < found[1] else None


def _before_gloss(items: Items, start: int, end: int) -> int:
    """Where content ends before a noun phrase that glosses all of it (", an idea first aired …").

    That is the writer's own remark: an indefinite noun and a past participle after the last comma.
    """
    for at in range(start + 3, end - 3):
        if low(items, at) == "," and low(items, at + 1) in ("a", "an"):
            return at if low(items, at + 3).endswith("ed") else end
    return end


def _quotation_end(document: Document, items: Items, clause: Clause, at: int, ceiling: int) -> int:
    """The index after a quotation that follows its cue, with the words that it runs into."""
    end = at + 1
    while end < ceiling and (
        is_quote(items, end)
        or (low(items, end) in (",", "and", "but", "or") and is_quote(items, end + 1))
    ):
        end += 1
    if clause.follows is Follows.COLON or low(items, at - 1) == ",":
        return end
    last = document.text[items[at].start : items[at].end].rstrip("”\"'’»")
    if last.endswith((".", "!", "?", ",")) or not is_word(items, end):
        return end
    return end if low(items, end) in grammar().prepositions | {"as", "when", "while"} else ceiling


def _trim(items: Items, start: int, end: int) -> tuple[int, int]:
    """Without the marks and conjunctions at the edges."""
    end = min(end, len(items))
    while start < end and low(items, start) in _LEADING:
        start += 1
    while end > start and low(items, end - 1) in _TRAILING | _EDGE_WORDS:
        end -= 1
    return start, end


def leading_subject(items: Items, ceiling: int) -> tuple[int, int] | None:
    """The subject with which a sentence begins, as an item range, or None."""
    at = _past_adjunct(items, ceiling)
    if at is None or not is_word(items, at):
        return None
    if low(items, at) in ("he", "she", "they", "it"):
        return at, at + 1
    end = at + 1
    while (
        is_word(items, end)
        and end < ceiling
        and end - at < 12
        and not _ends_subject(items, at, end)
    ):
        end += 1
    extended = name_apposition_end(items, end)
    if extended > end and low(items, extended) == "," and not items[end - 1].capital:
        end = extended
    return at, end


def _past_adjunct(items: Items, ceiling: int) -> int | None:
    """Where a sentence begins behind its connectives and an adverbial phrase with a comma."""
    at = 0
    while at < ceiling and (low(items, at) in grammar().openers or low(items, at) == ","):
        at += 1
    opens = low(items, at) in grammar().prepositions | _SENTENCE_ADJUNCTS
    if at < ceiling and (opens or _opens_participle(items, at)):
        comma = next((i for i in range(at, min(ceiling, at + 30)) if low(items, i) == ","), None)
        return None if comma is None else comma + 1
    return at


def _opens_participle(items: Items, at: int) -> bool:
    """Whether a sentence opens with a participle ("Looking ahead, …", "Asked about it, …")."""
    if not is_word(items, at) or not low(items, at).endswith(("ing", "ed")):
        return False
    behind = is_word(items, at + 1) and not items[at + 1].capital
    word = low(items, at + 1)
    return behind and (
        word in grammar().prepositions
        or is_adverb(word)
        or word in ("that", "to", "the", "his", "her", "forward", "ahead", "back")
    )


def _ends_subject(items: Items, first: int, at: int) -> bool:
    word = low(items, at)
    is_name = all(item.capital or item.low in _IN_NAMES for item in items[first:at])
    opens_phrase = low(items, at - 1) in ("of", "for", "the")
    after_name = is_name and word not in _IN_NAMES and word not in speaking_nouns()
    after_name = after_name and not opens_phrase
    return not items[at].capital and (
        (after_name and at > 1)
        or is_verb_like(word)
        or word.endswith("ed")
        or word in grammar().irregular_past
        or is_adverb(word)
        or word in grammar().subordinators
        or _is_reporting(word)
        or (
            _is_base(word)
            and at > 1
            and "s" in (low(items, first)[-1:], low(items, first + 1)[-1:])
        )
    )


def _is_base(word: str) -> bool:
    cue = lexicon().verbs.get(word)
    return cue is not None and Form.BASE in cue.forms and Form.PAST not in cue.forms


def _is_reporting(word: str) -> bool:
    cue = lexicon().verbs.get(word)
    return cue is not None and bool(cue.forms & {Form.PAST, Form.THIRD})


def spans_of(items: Sequence[Item], ranges: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    """Item ranges as character spans."""
    return tuple((items[a].start, items[b - 1].end) for a, b in ranges)


def count_words(items: Items, ranges: Sequence[tuple[int, int]]) -> int:
    """The words in ranges; those of a quotation by its length."""
    return sum(
        items[i].kind is ItemKind.WORD or 1 + (items[i].end - items[i].start) // 8
        for a, b in ranges
        for i in range(a, b)
        if items[i].kind is not ItemKind.MARK
    )

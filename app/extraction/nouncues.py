"""Nouns and adjectives that report: "his claim that …", "an announcement that …", "sure that"."""

from collections.abc import Sequence

from app.extraction.contents import leading_subject
from app.extraction.cues import lexicon
from app.extraction.document import Document, Sentence
from app.extraction.findings import Construction, Finding
from app.extraction.grammar import (
    Items,
    Subject,
    find_subject,
    grammar,
    is_quote,
    is_verb_like,
    is_word,
    low,
)
from app.extraction.phrases import phrase_end
from app.extraction.types import Act

_MAX_TO_THAT = 7
_BE = frozenset({"is", "are", "was", "were", "am", "remains", "remain", "seems", "seemed"})


def noun_findings(
    document: Document,
    sentence: Sentence,
    number: int,
    others: Sequence[Finding],
    taken: Sequence[tuple[int, int]],
) -> list[Finding]:
    """The findings whose cue is a noun or an adjective; ``taken`` are the cues that are verbs."""
    items = sentence.items
    found = []
    verbs = {at for start, end in taken for at in range(start, end)}
    for at in range(len(items)):
        if at in verbs or not is_word(items, at):
            continue
        word = low(items, at)
        if word in lexicon().nouns:
            finding = _by_noun(items, number, at)
        elif word in lexicon().adjectives:
            finding = _by_adjective(items, number, at)
        else:
            continue
        if finding is not None and not _is_inside(finding, others):
            found.append(finding)
    return found


def _is_inside(finding: Finding, others: Sequence[Finding]) -> bool:
    cue = finding.cue or finding.clause
    return any(
        a <= cue[0] and cue[1] <= b for other in others if other.statement for a, b in other.content
    )


def _by_noun(items: Items, number: int, at: int) -> Finding | None:
    owner = _owner(items, at)
    that, behind = _that_after(items, at + 1)
    if that < 0 or (owner is None and behind is None):
        return None
    first = owner if owner is not None else behind
    return _finding(items, number, (at, at + 1), first, that, lexicon().nouns[low(items, at)])


def _owner(items: Items, at: int) -> tuple[int, int] | None:
    """Whose statement it is: "the mayor's claim", "his claim", "Ann made the claim"."""
    before = at - 1
    while is_word(items, before) and _is_modifier(items, before):
        before -= 1
    word = low(items, before)
    if word == "'s" and before > 0:
        return _possessor(items, before)
    if word in ("his", "her", "their"):
        return before, before + 1
    if word in ("a", "an", "the", "another", "no") or before == at - 1:
        verb = before - 1 if word in ("a", "an", "the", "another") else before
        if low(items, verb) in lexicon().light:
            subject = find_subject(items, verb)
            return _range(items, subject)
    return None


def _possessor(items: Items, mark: int) -> tuple[int, int]:
    """The phrase before a possessive 's: back to a determiner, or to where the names begin."""
    first = mark
    while first > 0 and is_word(items, first - 1) and mark - first < 8:
        word = low(items, first - 1)
        if word in grammar().determiners:
            return first - 1, mark
        if not _is_modifier(items, first - 1) or (first < mark and is_verb_like(word)):
            break
        first -= 1
    return first, mark


def _is_modifier(items: Items, at: int) -> bool:
    word = low(items, at)
    return (
        word not in grammar().determiners
        and word != "'s"
        and word not in lexicon().light
        and word not in grammar().prepositions
        and word not in grammar().subordinators
        and word not in grammar().auxiliaries
        and word not in grammar().conjunctions
    )


def _range(items: Items, subject: Subject | None) -> tuple[int, int] | None:
    if subject is None:
        return None
    if subject.shared:
        return leading_subject(items, subject.left)
    return subject.first, subject.last + 1


def _that_after(items: Items, at: int) -> tuple[int, tuple[int, int] | None]:
    """The index of "that" behind a noun (-1 if none), and who stands between ("by police")."""
    behind = None
    if low(items, at) in ("by", "from"):
        end = phrase_end(items, at + 1)
        behind = (at + 1, end) if end > at + 1 else None
        at = end
    for i in range(at, min(len(items), at + _MAX_TO_THAT)):
        if not is_word(items, i):
            return -1, None
        if low(items, i) == "that":
            nxt = low(items, i + 1)
            relative = (
                nxt in grammar().auxiliaries
                or nxt.endswith("ed")
                or not (is_word(items, i + 1) or is_quote(items, i + 1))
            )
            return (-1, None) if relative else (i, behind)
        if low(items, i) in grammar().subordinators or low(items, i) in grammar().auxiliaries:
            return -1, None
    return -1, None


def _by_adjective(items: Items, number: int, at: int) -> Finding | None:
    be = at - 1
    while is_word(items, be) and (
        low(items, be).endswith("ly") or low(items, be) in ("very", "also")
    ):
        be -= 1
    if low(items, be) not in _BE or low(items, at + 1) != "that":
        return None
    subject = find_subject(items, be)
    if subject is None or subject.modal or subject.negated:
        return None
    mention = _range(items, subject)
    return _finding(items, number, (be, at + 1), mention, at + 1, Act.THOUGHT)


def _finding(
    items: Items,
    number: int,
    cue: tuple[int, int],
    mention: tuple[int, int] | None,
    that: int,
    act: Act,
) -> Finding | None:
    end = len(items)
    for i in range(that + 1, len(items)):
        if low(items, i) in (";", ",") and low(items, i + 1) not in ("and", "or", "“"):
            cue_word = low(items, i + 1) in lexicon().verbs
            if cue_word:
                end = i
                break
    while end > that + 1 and low(items, end - 1) in (".", "!", "?", ","):
        end -= 1
    if end - that < 3 and not is_quote(items, that + 1):
        return None
    first = min(cue[0], mention[0] if mention else cue[0])
    return Finding(
        content=((items[that + 1].start, items[end - 1].end),),
        cue=(items[cue[0]].start, items[cue[1] - 1].end),
        mention=None if mention is None else (items[mention[0]].start, items[mention[1] - 1].end),
        sentence=number,
        clause=(items[first].start, items[that].end),
        lemma=low(items, cue[1] - 1),
        act=act,
        construction=Construction.NOUN,
        statement=act is not Act.THOUGHT,
    )

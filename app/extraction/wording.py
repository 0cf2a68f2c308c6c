"""Wordings of one utterance: the text of a quotation, what differs, and whether it is the same.

Newspapers cut quotations, tidy their grammar and translate them. `same_utterance` is about those
of one speaker within a few days; it rather parts what belongs together than joins two things.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from app.extraction.data_files import load_data
from app.extraction.folding import fold
from app.extraction.types import Kind

# One mark at each end; those of a quotation within stay.
_OPENING = re.compile(r"^\s*(?:``|''|[\"'“„‟‘‚‛«‹»›])\s*")
_CLOSING = re.compile(r"\s*(?:''|[\"'”“’‘»›«‹])\s*$")

_CONTRACTIONS = [
    (re.compile(pattern, re.IGNORECASE), written_out)
    for pattern, written_out in (
        (r"\bno one\b", "nobody"),
        (r"\bwon't\b", "will not"),
        (r"\bcan't\b", "can not"),
        (r"n't\b", " not"),
        (r"'ll\b", " will"),
        (r"'ve\b", " have"),
        (r"'re\b", " are"),
        (r"\bI'm\b", "I am"),
        (r"'d\b", " would"),
        (r"\b(there|it|that|what|here)'s\b", r"\1 is"),
    )
]
_LEAST = 6  # words that both must have
_SHARE = 1 / 3  # of the longer wording's words: more than half may have been cut
_CLAUSE, _PHRASE = 3, 2  # words
_EDITS = 0.25  # of the words that both have
_LETTERS = 4


def statement_text(exacts: Sequence[str], kind: Kind) -> str:
    """A statement's text: its spans joined by a space.

    Direct speech loses its outer quotation marks and the comma inside the closing one; white
    space, line breaks too, becomes single spaces.
    """
    parts = [" ".join(exact.split()) for exact in exacts]
    if kind is Kind.DIRECT:
        parts = [_CLOSING.sub("", _OPENING.sub("", part)) for part in parts]
        parts[-1] = parts[-1].removesuffix(",")
    return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of one wording that stand otherwise in the other; one side is empty where cut."""

    before: str
    after: str


def differences(one: str, other: str) -> list[Difference]:
    """What differs between two wordings, word by word; case, accents and marks do not count."""
    a, b = one.split(), other.split()
    matcher = _matcher([fold(word) for word in a], [fold(word) for word in b])
    changed = (
        (" ".join(a[i:j]), " ".join(b[k:n]))
        for op, i, j, k, n in matcher.get_opcodes()
        if op != "equal"
    )
    return [Difference(*pair) for pair in changed if fold(pair[0]) != fold(pair[1])]


def _matcher(a: Sequence[str], b: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, a, b, autojunk=False)


def likeness(one: str, other: str) -> float:
    """The share, 0 to 1, of the longer wording's words that stand in both, in the same order."""
    a, b = _words(one), _words(other)
    longer = max(len(a), len(b))
    return _matched(_matcher(a, b)) / longer if longer else 1.0


def _matched(matcher: SequenceMatcher[str]) -> int:
    return sum(block.size for block in matcher.get_matching_blocks())


def share_words(one: str, other: str) -> bool:
    """Whether two wordings have any three words in a row in common, which the same utterance has.

    A quick look before `same_utterance`: of m words in common at most m/4 edits lie between the
    first and the last, so the longest of the runs that these part has three or more.
    """
    return not _threes(one).isdisjoint(_threes(other))


@lru_cache(maxsize=16_384)  # somebody who speaks often is looked through for every article
def _threes(text: str) -> frozenset[int]:
    words = _words(text)
    return frozenset(map(hash, zip(words, words[1:], words[2:], strict=False)))


def same_utterance(one: str, other: str) -> bool:
    """Whether two wordings of one speaker, within a few days, report the same utterance.

    A clause may be cut at either end, small words and endings may differ, a word or two may come
    or go. No number, negation or date may, and no word of content may stand in another's place.
    """
    a, b = _words(one), _words(other)
    matcher = _matcher(a, b)
    matched = _matched(matcher)
    if matched < _LEAST or matched < _SHARE * max(len(a), len(b)):
        return False
    edits = 0
    for op, i, j, k, n in matcher.get_opcodes():
        if op == "equal":
            continue
        removed, added = a[i:j], b[k:n]
        at_end = (i == 0 and k == 0) or (j == len(a) and n == len(b))
        if op != "replace" and at_end and _is_clause(removed or added):
            continue
        if not _may_differ(removed, added):
            return False
        edits += max(len(removed), len(added))
    return edits <= _EDITS * matched


def _is_clause(cut: Sequence[str]) -> bool:
    """Whether words that are missing at an end can go: a clause, or a phrase that says when."""
    return len(cut) >= _CLAUSE or (len(cut) == _PHRASE and not _data().turning & set(cut))


def _may_differ(removed: Sequence[str], added: Sequence[str]) -> bool:
    words = _data()
    changed = {*removed, *added}
    if changed & words.decisive or any(c.isdecimal() for word in changed for c in word):
        return False
    if not removed or not added:
        return True
    people = words.persons & set(removed), words.persons & set(added)
    if all(people) and people[0] != people[1]:
        return False
    content = [w for w in removed if w not in words.small | words.persons]
    others = [w for w in added if w not in words.small | words.persons]
    return _are_forms(content, others) and _are_forms(others, content)


def _are_forms(words: Sequence[str], of: Sequence[str]) -> bool:
    """Whether each word is a form of one of the others: they begin with the same letters."""
    return all(any(_begin_alike(word, other) for other in of) for word in words)


def _begin_alike(one: str, other: str) -> bool:
    least = max(_LETTERS, min(len(one), len(other)) - 1)
    return one[:least] == other[:least]


@dataclass(frozen=True, slots=True)
class _Data:
    turning: frozenset[str]
    decisive: frozenset[str]
    small: frozenset[str]
    persons: frozenset[str]
    same: dict[str, list[str]]


@lru_cache(maxsize=1)
def _data() -> _Data:
    data = load_data("wording")
    return _Data(
        frozenset(data["turning"]),
        frozenset(data["turning"]) | frozenset(data["counting"]),
        frozenset(data["small"]),
        frozenset(data["persons"]),
        {word: same.split() for word, same in data["same"].items()},
    )


def _words(text: str) -> list[str]:
    text = text.replace("’", "'")
    for contracted, written_out in _CONTRACTIONS:
        text = contracted.sub(written_out, text)
    same = _data().same
    return [part for word in fold(text).split() for part in same.get(word, (word,))]

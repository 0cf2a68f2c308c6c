"""The selected IPTC Media Topics, their hierarchy, and the words and phrases that show them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from app.extraction.data_files import load_data
from app.extraction.phrase_table import WORD, form_words, word_key

# What a listed term weighs: the topic's very name, what shows it alone, or only with others.
DEFINING, STRONG, WEAK = 1.6, 1.0, 0.4


@dataclass(frozen=True, slots=True)
class TopicConcept:
    """A Media Topic of the selection; ``parent`` is a code of the selection, or None."""

    code: str
    name: str
    parent: str | None


@cache
def iptc_concepts() -> tuple[TopicConcept, ...]:
    """The selected Media Topics with all their ancestors, parents before children."""
    return tuple(
        TopicConcept(item["code"], item["name"], item.get("parent"))
        for item in load_data("iptc")["concept"]
    )


@cache
def concept_index() -> Mapping[str, int]:
    """The position of each code in `iptc_concepts`."""
    return {concept.code: i for i, concept in enumerate(iptc_concepts())}


@cache
def ancestors() -> tuple[tuple[int, ...], ...]:
    """For each concept the positions of those above it, nearest first."""
    index = concept_index()
    above: list[tuple[int, ...]] = []
    for concept in iptc_concepts():
        parent = None if concept.parent is None else index[concept.parent]
        above.append(() if parent is None else (parent, *above[parent]))
    return tuple(above)


# What one word or phrase shows: positions of concepts with weights.
Evidence = tuple[tuple[int, float], ...]
Shown = tuple[int, int, Evidence]  # start and end in the text, and what is shown there


@dataclass(frozen=True, slots=True)
class _Term:
    """A listed term: its folded words after the first, and which words must be capitalised."""

    rest: tuple[str, ...]
    capitals: tuple[bool, ...]
    evidence: Evidence


@cache
def _terms() -> Mapping[str, tuple[_Term, ...]]:
    """The listed terms by their first word, the longest first."""
    weights: defaultdict[tuple[str, ...], dict[int, float]] = defaultdict(dict)
    for position, item in enumerate(load_data("iptc")["concept"]):
        name = () if item.get("common") else (item["name"].partition(" (")[0],)
        listed = (
            (item.get("weak", ()), WEAK),
            (item.get("strong", ()), STRONG),
            (name, DEFINING),
        )
        for terms, weight in listed:
            for words in (words for term in terms for words in _inflections(term)):
                weights[words][position] = weight
    by_first: defaultdict[str, list[_Term]] = defaultdict(list)
    for words, shown in weights.items():
        first, *rest = map(word_key, words)
        capitals = tuple(word[0].isupper() for word in words)
        by_first[first].append(_Term(tuple(rest), capitals, tuple(shown.items())))
    return {
        first: tuple(sorted(terms, key=lambda term: (-len(term.rest), -sum(term.capitals))))
        for first, terms in by_first.items()
    }


def _inflections(term: str) -> Iterator[tuple[str, ...]]:
    """The words of a term, and of its plural in -s where it may have one."""
    *first, last = form_words(term)
    yield (*first, last)
    if last.islower() and last.isalpha() and not last.endswith(("s", "ing", "ed")):
        ending = last[:-1] + "ies" if re.search(r"[^aeiou]y$", last) else last + "s"
        yield (*first, ending)


def find_evidence(text: str) -> list[Shown]:
    """Where the text shows topics, in order and without overlap, the longest terms first.

    Whole words, capitalised where the term is. Linear in the text: a word is looked at once for
    each term that begins with the same word.
    """
    words = list(WORD.finditer(text))
    keys = [word_key(word.group()) for word in words]
    terms = _terms()
    found: list[Shown] = []
    at = 0
    while at < len(words):
        length = 1
        for term in terms.get(keys[at], ()):
            size = len(term.rest) + 1
            if (
                tuple(keys[at + 1 : at + size]) == term.rest
                and _is_joined(words, at, size)
                and _is_cased(text, words, at, term.capitals)
            ):
                found.append((words[at].start(), words[at + size - 1].end(), term.evidence))
                length = size
                break
        at += length
    return found


def _is_joined(words: list[re.Match[str]], at: int, size: int) -> bool:
    """Does only one character part the words: a space, a hyphen, an apostrophe?"""
    return all(words[i + 1].start() - words[i].end() <= 1 for i in range(at, at + size - 1))


def _is_cased(text: str, words: list[re.Match[str]], at: int, capitals: tuple[bool, ...]) -> bool:
    return all(
        not is_capital or text[words[at + i].start()].isupper()
        for i, is_capital in enumerate(capitals)
    )


def sum_evidence(shown: Iterable[Shown]) -> dict[int, float]:
    """The weight of each topic shown, by position."""
    total: dict[int, float] = {}
    for _, _, evidence in shown:
        for position, weight in evidence:
            total[position] = total.get(position, 0.0) + weight
    return total

"""The parts of a person's name, and whether two names can be one person's."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from app.extraction.folding import fold
from app.extraction.names import HONORIFICS, name_data

# "Jr" and the like make another person of a name; a degree or an order does not.
_GENERATIONS = {
    "jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "iii": "iii", "iv": "iv"
}  # fmt: skip
_POSSESSIVE = re.compile(r"['’]s?$")
_SOFT_END = re.compile("[ijy]+$")
_LEAST_SOFT = 5  # letters


class Likeness(IntEnum):
    """How two names compare; the higher, the surer."""

    OTHER = 0  # not one person's
    VARIANT = 1  # one person's if something else says so: a middle name, another transliteration
    SAME = 2  # one person's: an initial that only one of them has


@dataclass(frozen=True, slots=True)
class Form:
    """A name in parts, folded: `generation` is "jr" and the like or ""; `given` is "" where bare.

    `soft_given` and `soft_family` spell the endings of transliterated names alike.
    """

    given: str
    middle: tuple[str, ...]
    family: str
    generation: str

    @property
    def is_bare(self) -> bool:
        """Whether it is one word: a surname, perhaps."""
        return not self.given

    @property
    def soft_family(self) -> str:
        """The last word as it is looked up."""
        return soften(self.family)

    @property
    def soft_given(self) -> str:
        """The first word as it is looked up."""
        return soften(self.given)


@lru_cache(maxsize=65536)
def form_of(name: str) -> Form:
    """The parts of a name as printed, without "Mr", "'s", degrees; initials in front are one word.

    The order of the words is left alone: the last one is taken for the family's, which it is not
    in a Chinese or Hungarian name, but as that is printed alike it is found all the same.
    """
    words = fold(_POSSESSIVE.sub("", name.strip())).split()
    while len(words) > 1 and words[0] in HONORIFICS:
        del words[0]
    generation = ""
    while len(words) > 1 and words[-1] in name_data().suffixes:
        generation = _GENERATIONS.get(words.pop(), generation)
    words = _joined_initials(words)
    if not words:
        return Form("", (), "", generation)
    given = words[0] if len(words) > 1 else ""
    return Form(given, tuple(words[1:-1]), words[-1], generation)


def _joined_initials(words: Sequence[str]) -> list[str]:
    """ "j d vance" is "jd vance", as it is printed too; "donald j trump" stays."""
    end = 0
    while end < len(words) - 1 and len(words[end]) == 1:
        end += 1
    return ["".join(words[:end]), *words[end:]] if end > 1 else list(words)


def soften(word: str) -> str:
    """A word with the ends of transliterations spelt alike: Zelenskyy, Zelenskiy are Zelensky."""
    return _SOFT_END.sub("y", word) if len(word) >= _LEAST_SOFT else word


def compare(one: Form, other: Form) -> Likeness:
    """Whether two full names can be one person's.

    "Donald J. Trump" is "Donald Trump"; "Donald Trump Jr." is not. A whole middle name, an initial
    for the given name or another transliteration is not enough by itself.
    """
    if one.generation != other.generation or one.soft_family != other.soft_family:
        return Likeness.OTHER
    given = _compare_words(one.given, other.given)
    middle = _compare_middles(one.middle, other.middle)
    family = Likeness.SAME if one.family == other.family else Likeness.VARIANT
    return min(given, middle, family)


def _compare_words(one: str, other: str) -> Likeness:
    if one == other:
        return Likeness.SAME
    short, long = sorted((one, other), key=len)
    if len(short) == 1 and long.startswith(short):
        return Likeness.VARIANT
    return Likeness.VARIANT if soften(one) == soften(other) else Likeness.OTHER


def _compare_middles(one: tuple[str, ...], other: tuple[str, ...]) -> Likeness:
    if not one or not other:
        return Likeness.SAME if all(len(w) == 1 for w in one + other) else Likeness.VARIANT
    if len(one) != len(other):
        return Likeness.OTHER
    pairs = zip(one, other, strict=True)
    same = all(a == b or (a[0] == b[0] and 1 in (len(a), len(b))) for a, b in pairs)
    return Likeness.SAME if same else Likeness.OTHER

"""Listed phrases in running text: a dictionary keyed by first words, the longest form first.

Each word is looked at a bounded number of times, so any text takes linear time.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.extraction.folding import fold

T = TypeVar("T")

# A word may carry combining accents (NFD text); an apostrophe ends it, so "Xinhua’s" is found.
WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
# What may stand between the words of one name. A full stop and a space may only after an initial
# ("U.S. State Department"): elsewhere it ends a sentence.
_GAP = re.compile(r"[ \t\u00a0\u202f]{1,3}| ?\n ?|[-‐‑–'’.&/+]| [-–&] |, ")
_ABBREVIATED = frozenset({"st", "mt", "no", "dr"})


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """One printed form of an entry: its words as listed, without the article, and its meaning."""

    words: tuple[str, ...]
    value: T
    needs_the: bool = False


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """A form found at ``start:end``; ``exact`` is False for an acronym in title case ("Afp")."""

    start: int
    end: int
    form: Form[T]
    exact: bool


def form_words(form: str) -> tuple[str, ...]:
    """The words of a listed form, without a leading article."""
    words = WORD.findall(form)
    return tuple(words[1:] if len(words) > 1 and words[0].lower() == "the" else words)


def word_key(word: str) -> str:
    """The folded form under which a word is looked up."""
    return word.lower() if word.isascii() else fold(word)


def _is_cased_as(printed: str, listed: str) -> bool:
    """Is the printed word capitalised where the listed one is?"""
    return not listed[0].isupper() or not printed[0].islower()


def _is_acronym_as(printed: str, listed: str) -> bool:
    """Is a short listed acronym printed in capitals too? ("AFP" yes, "Afp" no)"""
    return printed == listed or len(listed) > 3 or not listed.isupper() or printed.isupper()


class PhraseTable(Generic[T]):
    """Finds listed forms as whole words, longest first, without overlap, in linear time.

    With ``cased`` a word must be capitalised where the listed one is, else case is ignored.
    """

    def __init__(self, forms: Iterable[Form[T]], *, cased: bool = True) -> None:
        self._cased = cased
        self._by_first: dict[str, list[tuple[tuple[str, ...], Form[T]]]] = {}
        for form in forms:
            keys = tuple(word_key(word) for word in form.words)
            self._by_first.setdefault(keys[0], []).append((keys, form))
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def candidates(self, text: str, start: int, end: int) -> Iterator[list[Match[T]]]:
        """For every word of ``text[start:end]`` that begins a listed form: the matches there."""
        for word in WORD.finditer(text, start, end):
            entries = self._by_first.get(word_key(word.group()))
            if entries is None or _cuts_word(text, word.start(), word.end()):
                continue
            ahead = [_Ahead(word, "")]
            found = [
                match
                for keys, form in entries
                if _begins(text, ahead, end, keys) and (match := self._match(text, ahead, form))
            ]
            if found:
                yield found

    def _match(self, text: str, ahead: list["_Ahead"], form: Form[T]) -> Match[T] | None:
        """The match of a form whose words stand ahead, if they are printed as it asks."""
        words = [step.word for step in ahead[: len(form.words)] if step.word is not None]
        printed = [word.group() for word in words]
        pairs = list(zip(printed, form.words, strict=True))
        start, end = words[0].start(), words[-1].end()
        if self._cased and not all(_is_cased_as(*pair) for pair in pairs):
            return None
        if _cuts_word(text, start, end):
            return None
        return Match(start, end, form, all(_is_acronym_as(*pair) for pair in pairs))


@dataclass(frozen=True, slots=True)
class _Ahead:
    """One of the words that stand ahead, with its key; no word where the name must end."""

    word: re.Match[str] | None
    key: str


def _begins(text: str, ahead: list[_Ahead], end: int, keys: tuple[str, ...]) -> bool:
    """Do the words ahead begin with these? Reads on, and keeps in ``ahead`` what it has read."""
    for position in range(1, len(keys)):
        if position == len(ahead):
            last = ahead[-1].word
            following = None if last is None else _next_word(text, last, end)
            key = "" if following is None else word_key(following.group())
            ahead.append(_Ahead(following, key))
        if ahead[position].key != keys[position]:
            return False
    return True


def _cuts_word(text: str, start: int, end: int) -> bool:
    """Does a word of the text go on beyond start or end (where a range cuts it)?"""
    before = text[start - 1 : start]
    after = text[end : end + 1]
    return before.isalnum() or after.isalnum() or "\u0300" <= after <= "\u036f"


def _next_word(text: str, word: re.Match[str], end: int) -> re.Match[str] | None:
    """The word after ``word``, if only what may stand inside a name parts the two."""
    gap = _GAP.match(text, word.end(), end)
    if gap is None:
        return None
    at = gap.end()
    if gap.group() == "." and text[at : at + 1] == " " and _is_abbreviated(word.group()):
        at += 1
    return WORD.match(text, at, end)


def _is_abbreviated(word: str) -> bool:
    return len(word) == 1 or word.lower() in _ABBREVIATED

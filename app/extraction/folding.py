"""Folding: one spelling for all the ways in which the same words are printed."""

import re
import unicodedata
from functools import lru_cache

# Letters that NFKD leaves whole, in the spelling that English keyboards give them.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_APOSTROPHES = re.compile(r"(?<=\w)['’ʼ](?=\w)")
_NOT_WORD = re.compile(r"[\W_]+")


_SHORT = 100  # characters: names, which come again and again; whole statements do not


def fold(text: str) -> str:
    """Lower-case words parted by single spaces: no accents, punctuation or quotation marks.

    Apostrophes inside a word vanish ("O’Neill" is "oneill"), hyphens part words. A text without
    letters or digits folds to "".
    """
    return _fold_name(text) if len(text) <= _SHORT else _fold(text)


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_LETTERS)
    return _NOT_WORD.sub(" ", _APOSTROPHES.sub("", bare)).strip()


_fold_name = lru_cache(maxsize=65536)(_fold)


def slugify(text: str) -> str:
    """The folded words joined by hyphens, at most 80 characters, never empty ("x")."""
    return "-".join(fold(text).split())[:80].strip("-") or "x"

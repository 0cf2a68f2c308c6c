"""Outlets: agencies, newspapers, broadcasters, websites, platforms and official channels.

The list is data (``data/sources.toml``). A mention in running text is found word by word: a
dictionary keyed by first words, then the listed forms that begin so, longest first. Each word
is looked at a bounded number of times, so any text takes linear time.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from app.extraction.folding import fold
from app.extraction.types import Span

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


def words_of(form: str) -> tuple[str, ...]:
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


@dataclass(frozen=True, slots=True)
class Outlet:
    """A publisher, agency, broadcaster, platform or official channel.

    ``name`` is the outlet's own form, ``aliases`` are other forms as printed. ``ambiguous`` holds
    the folded forms (without "the") that are ordinary words or names too.
    """

    name: str
    kind: str
    aliases: tuple[str, ...]
    homepage: str | None
    ambiguous: frozenset[str]


KINDS = ("agency", "newspaper", "broadcaster", "website", "platform", "official", "other")


def load_data(name: str) -> dict[str, Any]:
    """The parsed TOML file ``data/NAME`` of this package."""
    return tomllib.loads((files("app.extraction") / "data" / name).read_text(encoding="utf-8"))


@cache
def all_outlets() -> tuple[Outlet, ...]:
    """Every listed outlet, in the order of the file."""
    data = load_data("sources.toml")
    return tuple(_outlet(kind, entry) for kind in KINDS for entry in data.get(kind, ()))


def _outlet(kind: str, entry: dict[str, Any]) -> Outlet:
    return Outlet(
        name=entry["name"],
        kind=kind,
        aliases=tuple(entry.get("aliases", ())),
        homepage=entry.get("homepage"),
        ambiguous=frozenset(_bare(fold(form)) for form in entry.get("ambiguous", ())),
    )


def _bare(folded: str) -> str:
    return folded.removeprefix("the ")


# Words that say what an outlet is and are no part of its name ("the Tass agency").
_SUFFIXES = (
    "news agency|press agency|state news agency|agency|newswire|newspaper|daily|weekly|tabloid|"
    "news channel|tv channel|television channel|channel|broadcaster|television|network|magazine|"
    "news website|website|web site|news site|site|portal|social network|social media platform|"
    "social media|platform|app"
)
_SUFFIX = re.compile(rf" (?:{_SUFFIXES})$")


_LONGEST = 200  # no outlet's name is longer; what is longer would be shortened many times


@cache
def _by_folded_name() -> dict[str, Outlet]:
    index: dict[str, Outlet] = {}
    for outlet in all_outlets():
        for form in (outlet.name, *outlet.aliases):
            index.setdefault(_bare(fold(form)), outlet)
    for outlet in all_outlets():  # last, so that no host takes a name's place
        if outlet.homepage:
            index.setdefault(fold(urlsplit(outlet.homepage).hostname or ""), outlet)
            host = (urlsplit(outlet.homepage).hostname or "").removeprefix("www.")
            index.setdefault(fold(host), outlet)
    return index


def find_outlet(name: str) -> Outlet | None:
    """The outlet of that name, alias or host name, or None.

    Case, accents, punctuation, a leading "the" and a trailing word for what it is ("agency",
    "newspaper", "social network") make no difference.
    """
    if len(name) > _LONGEST:
        return None
    index = _by_folded_name()
    folded = _bare(fold(name))
    while folded not in index:
        shorter = _SUFFIX.sub("", folded)
        if shorter == folded:
            return None
        folded = shorter
    return index[folded]


@cache
def _table() -> PhraseTable[Outlet]:
    return PhraseTable(
        Form(words_of(form), outlet, needs_the=form.startswith("The "))
        for outlet in all_outlets()
        for form in (outlet.name, *outlet.aliases)
    )


# How far around a mention its context is read: bounded, so that the whole stays linear.
_REACH = 60
_NOUN = (
    r"agency|agencies|newspaper|daily|weekly|tabloid|paper|magazine|broadcaster|channel|station|"
    r"network|platform|website|site|portal|outlet|app|account|post|posts|programme|program|show"
)
_PRESS = r"(?:state|news|press|TV|television|radio|social|media|local|national|official)"
# Nouns that say what the mention is, after it ("Sun newspaper") or before ("the tabloid Bild").
_NOUN_AFTER = re.compile(rf"(?:’s|'s)? (?:{_PRESS} ){{0,2}}(?:{_NOUN})\b")
_NOUN_BEFORE = re.compile(rf"\b(?:{_NOUN}) [“\"‘']?(?:[Tt]he )?$")
# Only the press is told, quoted, cited and talked to in these words.
_TOLD_BEFORE = re.compile(
    r"\b(?:told|telling|tells|quoted by|cited by|reported by|published by|confirmed by|seen by|"
    r"obtained by|quoting|citing|via|according to|interview with|interviewed by|interview to|"
    r"interview in|interview for|speaking to|spoke to|speaks to|talking to)"
    r" [“\"‘']?(?:[Tt]he )?$"
)
_PLACE_BEFORE = re.compile(r"\b(?:by|to|in|from|for|with|on) [“\"‘']?(?:[Tt]he )?$")
_SAYING = re.compile(
    r"\b(?:told|said|says|saying|wrot\w+|writ\w+|report\w*|interview\w*|quot\w+|publish\w+|article|"
    r"op-ed|column|editorial|comment\w*|statement\w*|claim\w*|post\w*|announce\w*|according)\b",
    re.IGNORECASE,
)
_REPORTS_AFTER = re.compile(
    r" (?:reports|reported|writes|wrote|said|says|has learned|quoted|cited)\b"
)
_ON_BEFORE = re.compile(r"\b(?:[Oo]n|[Vv]ia|platform|network) [“\"‘']?$")
_FORMERLY_AFTER = re.compile(r",? \(?(?:formerly|previously|the (?:social|platform|site))\b")
# A longer name that no list holds: "Royal Mail", "Asahi Breweries".
_NAME_BEFORE = re.compile(r"[A-Z][\w’'-]* $")
_HEAD_BEFORE = re.compile(r"\b(?:The|In|On|As|By|But|And|To|For|While|According to) $")
_NAME_AFTER = re.compile(r" [A-Z]")
_THE_BEFORE = re.compile(r"\b[Tt]he $")
_OFFICIAL_AFTER = re.compile(
    r"(?:’s|'s|’|')?,? (?:(?:official|own|Telegram|YouTube|Facebook|Twitter|X|Instagram|press|web)"
    r" ){0,2}(?:website|site|webpage|page|portal|channel|account|press service|service|"
    r"press office|transcript|blog|feed|Telegram|YouTube)\b"
)
_OFFICIAL_BEFORE = re.compile(
    r"\b(?:website|site|page|portal|channel|account|service|transcript|blog)s? of (?:[Tt]he )?$"
)


def iter_outlets(text: str, start: int, end: int) -> Iterator[tuple[Span, Outlet]]:
    """The outlets named in ``text[start:end]``, in order, with their spans (articles left out).

    Whole words, the longest form first, without overlap, capitalised as listed. Ambiguous forms
    count only where the context marks an outlet ("on X", "told the Times"), official channels
    only where the text speaks of their website, channel, account or press service.
    """
    free = start
    for matches in _table().candidates(text, start, end):
        best = matches[0]
        if best.start < free:
            continue
        free = best.end
        if _is_outlet(text, best):
            yield (best.start, best.end), best.form.value


def _is_outlet(text: str, match: Match[Outlet]) -> bool:
    before = text[max(0, match.start - _REACH) : match.start]
    after = text[match.end : match.end + _REACH]
    outlet = match.form.value
    if outlet.kind == "official":
        return bool(_OFFICIAL_AFTER.match(after) or _OFFICIAL_BEFORE.search(before))
    form = " ".join(word_key(word) for word in match.form.words)
    if match.exact and form not in outlet.ambiguous:
        return True
    # "told the Mail", but not "Royal Mail told".
    if match.form.needs_the and not _THE_BEFORE.search(before):
        return False
    return _is_marked(before, after, outlet)


def _is_marked(before: str, after: str, outlet: Outlet) -> bool:
    """Does the context show that an ordinary word names an outlet here?"""
    if re.match(r"[-‐‑–]\w", after):  # "X-ray", "Sun-like"
        return False
    if _NOUN_AFTER.match(after) or _NOUN_BEFORE.search(before):
        return True
    if outlet.kind == "platform":
        return bool(_ON_BEFORE.search(before) or _FORMERLY_AFTER.match(after))
    if _in_longer_name(before, after):
        return False
    if _TOLD_BEFORE.search(before) or _REPORTS_AFTER.match(after):
        return True
    return bool(_PLACE_BEFORE.search(before) and _SAYING.search(before))


def _in_longer_name(before: str, after: str) -> bool:
    headed = _NAME_BEFORE.search(before) and not _HEAD_BEFORE.search(before)
    return bool(headed or _NAME_AFTER.match(after))

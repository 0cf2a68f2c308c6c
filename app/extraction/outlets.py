"""Outlets: agencies, newspapers, broadcasters, websites, platforms and official channels.

The list is data (``data/sources.toml``).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from app.extraction.data_files import load_data
from app.extraction.folding import fold
from app.extraction.phrase_table import Form, Match, PhraseTable, form_words, word_key
from app.extraction.types import Span


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


@cache
def all_outlets() -> tuple[Outlet, ...]:
    """Every listed outlet, in the order of the file."""
    data = load_data("sources")
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


_PAPER_NOUN = re.compile(r"\b(?:newspaper|magazine|daily|weekly|tabloid|paper|journal)\b")
_PAPER_NAME = re.compile(r"\b(?:Times|Gazette|Herald|Tribune|Chronicle|News|Journal|Magazine)$")


def is_paper(name: str, mention: str) -> bool:
    """Whether a named outlet is printed or a site, by the list, its name or how it is mentioned."""
    outlet = find_outlet(name)
    if outlet is not None:
        return outlet.kind in ("newspaper", "website")
    return bool(_PAPER_NAME.search(name) or _PAPER_NOUN.search(mention))


@cache
def _table() -> PhraseTable[Outlet]:
    return PhraseTable(
        Form(form_words(form), outlet, needs_the=form.startswith("The "))
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
    if re.match(r"[-‐‑][A-Z]", after):  # "the Star-Ledger" is not the Star
        return False
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
    headed = _NAME_BEFORE.search(before) and not _HEAD_BEFORE.search(before)
    if (_NOUN_AFTER.match(after) and not headed) or _NOUN_BEFORE.search(before):
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

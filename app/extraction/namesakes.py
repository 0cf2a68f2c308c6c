"""Whether two descriptions of one name can be of one person (``data/namesakes.toml``).

Cautious: what people can be one after the other (minister, former minister; striker, coach) is no
contradiction, and neither is what is only different. It is one where a country, a party, the place
of an office held at the same time, an age, a gender or two occupations exclude each other.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from app.extraction.data_files import load_data
from app.extraction.folding import fold
from app.extraction.gazetteer import Sense, iter_entities

_AGE = re.compile(r"\b(\d{1,3})[- ]year[- ]old\b|, (\d{2,3})$")
_CAPITALISED = re.compile(r"\b[A-ZÀ-Þ][\w'’]+")
_YEAR = timedelta(days=366)
_PARTY_TIME = timedelta(days=731)
_AGE_SLACK = 2  # years: a birthday, and a date of print that is not that of the event


class Verdict(StrEnum):
    """What two descriptions say about whether they are of one person."""

    AGREE = "agree"  # the same office, body or line of work
    OPEN = "open"  # neither this nor that
    CONTRADICT = "contradict"


@dataclass(frozen=True, slots=True)
class Dated:
    """A description as printed, and between which dates of publication it was seen, if known."""

    text: str
    first: datetime | None = None
    last: datetime | None = None

    def apart(self, other: "Dated") -> timedelta:
        """How far in time it stands from another one at least; nothing where a date is missing."""
        if not (self.first and self.last and other.first and other.last):
            return timedelta(0)
        gap = max(other.first - self.last, self.first - other.last)
        return max(gap, timedelta(0))


def judge(one: Dated, known: Iterable[Dated]) -> Verdict:
    """Whether a description is of somebody known by others: one that agrees outweighs the rest."""
    verdicts = {compare_descriptions(one, other) for other in known}
    for verdict in (Verdict.AGREE, Verdict.CONTRADICT):
        if verdict in verdicts:
            return verdict
    return Verdict.OPEN


def compare_descriptions(one: Dated, other: Dated) -> Verdict:
    """Whether two descriptions agree, contradict, or leave it open."""
    a, b = _traits(one.text), _traits(other.text)
    if a.folded == b.folded and a.folded:
        return Verdict.AGREE
    if _contradict(a, b, one, other):
        return Verdict.CONTRADICT
    shared_groups = (a.groups & b.groups) - {"private"}
    if a.roles & b.roles or a.names & b.names or a.parties & b.parties or shared_groups:
        return Verdict.AGREE
    return Verdict.OPEN


@dataclass(frozen=True, slots=True)
class _Traits:
    """What a description says of somebody; what it does not say is empty."""

    folded: str
    roles: frozenset[str]
    groups: frozenset[str]
    countries: frozenset[str]
    parties: frozenset[str]
    names: frozenset[str]  # capitalised words of the description that are no role and no party
    gender: str
    age: int | None
    is_past: bool


def _contradict(a: _Traits, b: _Traits, one: Dated, other: Dated) -> bool:
    apart = one.apart(other)
    return (
        _disjoint(a.countries, b.countries)
        or (apart <= _PARTY_TIME and _disjoint(a.parties, b.parties))
        or {a.gender, b.gender} == {"m", "f"}
        or _ages_differ(a, b, one, other)
        or (apart <= _YEAR and not (a.is_past or b.is_past) and _cannot_be_both(a, b))
    )


def _disjoint(a: frozenset[str], b: frozenset[str]) -> bool:
    return bool(a and b) and not a & b


def _ages_differ(a: _Traits, b: _Traits, one: Dated, other: Dated) -> bool:
    if a.age is None or b.age is None:
        return False
    years = 0.0
    if one.first is not None and other.first is not None:
        years = (other.first - one.first) / timedelta(days=365.25)
    return abs(b.age - a.age - years) > _AGE_SLACK


def _cannot_be_both(a: _Traits, b: _Traits) -> bool:
    """Whether two lines of work exclude each other, or one office in two places."""
    data = _data()
    if a.roles & b.roles & data.seats and _disjoint(a.names, b.names):
        return True
    if not a.groups or not b.groups or a.groups & b.groups:
        return False
    return all((x, y) in data.exclusive for x in a.groups for y in b.groups)


@dataclass(frozen=True, slots=True)
class _Data:
    roles: dict[str, str]
    longest: int
    exclusive: frozenset[tuple[str, str]]
    seats: frozenset[str]
    past: frozenset[str]
    genders: dict[str, str]
    parties: dict[str, str]
    same_party: dict[str, str]
    ambiguous: frozenset[str]
    parts: dict[str, str]
    scope: frozenset[str]
    countries: frozenset[str]


@cache
def _data() -> _Data:
    data: dict[str, Any] = load_data("namesakes")
    roles = {phrase: group for group, phrases in data["groups"].items() for phrase in phrases}
    pairs = [(a, b) for a, others in data["exclusive"].items() for b in others.split()]
    sexes = {"male": "m", "female": "f"}
    return _Data(
        roles=roles,
        longest=max(len(p.split()) for p in [*roles, *data["parties"]]),
        exclusive=frozenset(pairs + [(b, a) for a, b in pairs]),
        seats=frozenset(data["words"]["seats"]),
        past=frozenset(data["words"]["past"].split()),
        genders={w: sexes[sex] for sex, words in data["genders"].items() for w in words.split()},
        parties=data["parties"],
        same_party=data["same_party"],
        ambiguous=frozenset(data["words"]["ambiguous_parties"]),
        parts={word: c for c, words in data["parts"].items() for word in words.split()},
        scope=frozenset(data["words"]["scope"].split()),
        countries=frozenset(country["name"] for country in load_data("entities")["country"]),
    )


@lru_cache(maxsize=16384)
def _traits(text: str) -> _Traits:
    data = _data()
    words = fold(text).split()
    roles, parties = set[str](), set[str]()
    used = set[str]()
    for phrase in _phrases(words):
        if phrase in data.parties:
            parties.add(data.same_party.get(phrase, phrase))
            used.update(phrase.split())
        elif phrase in data.roles:
            roles.add(phrase)
            used.update(phrase.split())
    countries, of_places = _countries(text)
    homes = {data.parties[p] for p in parties if data.parties[p] and p not in data.ambiguous}
    if not countries and not homes:
        homes = {data.parties[p] for p in parties} - {""}
    names = {w for m in _CAPITALISED.finditer(text) for w in fold(m.group()).split()}
    return _Traits(
        folded=" ".join(words),
        roles=frozenset(roles),
        groups=frozenset(data.roles[role] for role in roles),
        countries=frozenset(countries | homes),
        parties=frozenset(parties),
        names=frozenset(names - used - of_places),
        gender=next((data.genders[w] for w in words if w in data.genders), ""),
        age=_age(text),
        is_past=not data.past.isdisjoint(words),
    )


def _phrases(words: list[str]) -> Iterable[str]:
    """The longest listed phrases, from left to right."""
    data, at = _data(), 0
    while at < len(words):
        for size in range(min(data.longest, len(words) - at), 0, -1):
            phrase = " ".join(words[at : at + size])
            listed = next((p for p in (phrase, phrase.removesuffix("s")) if p in data.roles), None)
            if phrase in data.parties or listed:
                yield phrase if phrase in data.parties else str(listed)
                at += size - 1
                break
        at += 1


def _countries(text: str) -> tuple[set[str], set[str]]:
    """The countries that somebody is from, and the words that name countries at all."""
    data = _data()
    found, words = set[str](), set[str]()
    rest = text
    for mention in iter_entities(text):
        if mention.entity.kind == "organisation":  # "Bank of England" is no place
            blank = " " * (mention.end - mention.start)
            rest = rest[: mention.start] + blank + rest[mention.end :]
        if mention.entity.name in data.countries and mention.sense is not Sense.GENERIC:
            words.update(fold(text[mention.start : mention.end]).split())
            if _is_home(text, mention.start, mention.end):
                found.add(mention.entity.name)
    found |= {data.parts[word] for word in fold(rest).split() if word in data.parts}
    return found, words


def _is_home(text: str, start: int, end: int) -> bool:
    """Whether a country is named as where somebody is from, not as what they deal with."""
    before = fold(text[:start]).split()
    if before and before[-1] == "the":
        del before[-1]
    deals_with = bool(before) and before[-1] in _data().scope
    return not deals_with and not text.startswith(("-born", "-based"), end)


def _age(text: str) -> int | None:
    match = _AGE.search(text)
    return int(match.group(1) or match.group(2)) if match else None

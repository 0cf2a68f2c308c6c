"""The organisations of an article, and what "the airline" and "the ministry" stand for in it."""

import re
from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from app.extraction.contents import leading_subject
from app.extraction.data_files import load_data, words_of
from app.extraction.document import Document, Item, ItemKind, Role
from app.extraction.folding import fold
from app.extraction.gazetteer import find_entity
from app.extraction.grammar import grammar, low
from app.extraction.mentions import parse_mention
from app.extraction.names import is_organization_name, name_data
from app.extraction.outlets import find_outlet
from app.extraction.people import People
from app.extraction.roles import Described, role_head
from app.extraction.runs import name_runs
from app.extraction.subjects import BEHIND_NOUN
from app.extraction.types import SpeakerKind

_MAX_APPOSITION = 10
_OUTLET_CLASSES = frozenset({"agency", "newspaper", "broadcaster"})
_MAX_KNOWN = 300  # more are no article, and each definite noun looks through them all
_JOINS = frozenset({"of", "for"})
_BASED = " based"  # "the Paris-based bank": where it sits makes it no other
# Classes that the name of one always shows: "police" alone is no name that a text has given.
_SHOWN = frozenset({"study", "police", "army", "court", "council", "city"})
# Classes of which one is told apart by its cause: "the rights group" for Amnesty.
_CAUSES = frozenset({"company", "organisation", "agency", "foundation"})
_ACRONYM = re.compile(r"[A-Z]{2,6}")


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The tables of ``data/organizations.toml``: classes by noun and by word of a name."""

    by_noun: dict[str, str]
    by_name: dict[str, frozenset[str]]
    companies: frozenset[str]
    generic: frozenset[str]
    causes: frozenset[str]


@cache
def _lexicon() -> _Lexicon:
    data = load_data("organizations")
    by_name: dict[str, set[str]] = {}
    for kind, words in data["names"].items():
        for word in words.split():
            by_name.setdefault(word, set()).add(kind)
    return _Lexicon(
        {noun: kind for kind, nouns in data["classes"].items() for noun in nouns.split()},
        {word: frozenset(kinds) for word, kinds in by_name.items()},
        words_of(data["other"]["companies"]),
        words_of(data["other"]["generic"]),
        words_of(data["other"]["causes"]),
    )


@cache
def _nations() -> frozenset[str]:
    """Words that say from where one is ("Japanese", "South Korean")."""
    return name_data().origins | {"south", "north"}


@dataclass(slots=True)
class _Organization:
    """One organisation: where it is named, where it acts as a subject, what it is known to be."""

    name: str
    places: list[int] = field(default_factory=list)
    acts: list[int] = field(default_factory=list)
    speaks: bool = False
    classes: set[str] = field(default_factory=set)


def is_study(name: str) -> bool:
    """Whether a name is a study's, a survey's ("National Reading Survey")."""
    last = fold(name).split()[-1:]
    return bool(last) and "study" in _lexicon().by_name.get(last[0], frozenset())


def may_be(name: str, noun: str) -> bool:
    """Whether an organisation's name shows it to be what a noun says, or a body near to that."""
    if not any(map(str.isupper, name)) or find_outlet(name) is not None:
        return False
    entity = find_entity(name)
    if entity is not None and entity.kind == "place":
        return False
    kind, classes = _lexicon().by_noun.get(noun), _classes_of(name)
    public = {"authority", "commission", "agency", "council", "board", "bureau", "committee"}
    same = kind in classes or (kind in public and bool(classes & public))
    return kind is not None and same


class Organizations:
    """The named organisations of a document, found by one reading of it."""

    def __init__(self, document: Document, people: People) -> None:
        self._text = document.text
        self._people = people
        self._known: dict[str, _Organization] = {}
        self._by_initials: dict[str, list[str]] = {}
        for sentence in document.sentences:
            if sentence.is_prose and document.role(sentence) is Role.BODY:
                self._read(sentence.items)

    def find(self, head: str, modifiers: frozenset[str], position: int) -> str | None:
        """The name of the organisation that a definite noun at a position stands for, or None."""
        kind = _lexicon().by_noun.get(head)
        telling = {word for word in modifiers if not word.endswith(_BASED)}
        if kind in _CAUSES:
            telling -= _lexicon().causes
        if kind is None or telling - _nations() - {"national", "state", "local"}:
            return None
        fitting = [one for one in self._known.values() if kind in one.classes]
        acting = [] if telling - _nations() else self._acting(head, kind, position)
        if modifiers and len(acting) > 1:
            acting = []  # nothing says whose nation, or cause, it is
        if head in _lexicon().generic:  # hardly a part of somebody who acts ("Acme's Media Group")
            fitting = [one for one in fitting if one.acts] or acting or fitting
        elif not fitting and kind not in _SHOWN:
            fitting = acting
        before = [one for one in fitting if one.places[0] < position]
        if before:
            return max(
                before, key=lambda one: one.places[bisect_left(one.places, position) - 1]
            ).name
        return fitting[0].name if len(fitting) == 1 else None

    def full_name(self, name: str) -> str:
        """The longer name of the article that begins with a short one, if there is but one."""
        entity = find_entity(name)
        if find_outlet(name) is not None or (entity is not None and entity.kind == "place"):
            return name
        longer = self._by_initials.get(name, [])
        if len(longer) == 1 and self._first(longer[0]) < self._first(name, len(self._text)):
            return longer[0]
        longer = [known for known in self._known if known.startswith(name + " ")]
        if len(longer) != 1:
            return name
        short = self._known.get(name)
        first = short is not None and short.places and short.places[0] < self._first(longer[0])
        return name if first else longer[0]

    def _first(self, name: str, unknown: int = 0) -> int:
        """Where an organisation is first named: a short name before the long one is whole."""
        known = self._known.get(name)
        return known.places[0] if known is not None and known.places else unknown

    def note(self, name: str, position: int) -> None:
        """Remember that an organisation speaks at a position."""
        known = self._entry(name)
        if known is None:
            return
        known.speaks = True
        for places in (known.places, known.acts):
            if position not in places[-4:]:
                insort(places, position)

    def _acting(self, head: str, kind: str, position: int) -> list[_Organization]:
        """Those that may be meant though nothing says so: they act, and are not known otherwise."""
        acting = [o for o in self._known.values() if o.acts and o.acts[0] < position]
        generic = head in _lexicon().generic
        companies = _lexicon().companies if kind == "company" else frozenset()
        any_body = kind == "organisation"  # "the body" may be a union or a federation
        fitting = [o for o in acting if any_body or not o.classes - companies]
        if generic:
            return [o for o in fitting if o.speaks] or fitting
        return fitting if len(fitting) == 1 else []

    def _entry(self, name: str) -> _Organization | None:
        known = self._known.get(name)
        if known is None and len(self._known) < _MAX_KNOWN:
            known = self._known[name] = _Organization(name, classes=_classes_of(name))
            initials = "".join(word[0] for word in name.split() if word[0].isupper())
            if _ACRONYM.fullmatch(initials) and " " in name:
                self._by_initials.setdefault(initials, []).append(name)
        return known

    # --- reading ---

    def _read(self, items: Sequence[Item]) -> None:
        subject = leading_subject(items, len(items))
        starts = items[subject[0]].start if subject else -1
        ends = items[subject[1] - 1].end if subject else -1
        index = {item.start: at for at, item in enumerate(items)}
        for run in name_runs(items):
            first = index[run.start]
            end = _joined_end(items, first, run.end)
            acts = starts <= run.start and items[end - 1].end <= ends
            acts = acts and not (first == 0 and end == 1 and low(items, end) in BEHIND_NOUN)
            if not (acts or is_organization_name([fold(w.low) for w in (*run.title, *run.words)])):
                continue
            part = self._parsed(items, first, end)
            if part is not None:
                self._add(part.name, items, first, end, acts)

    def _parsed(self, items: Sequence[Item], first: int, end: int) -> Described | None:
        span = (items[first].start, items[end - 1].end)
        parts = parse_mention(self._text, span, self._people, adopt=False).parts
        if len(parts) != 1 or parts[0].person is not None or not _is_named(parts[0]):
            return None
        return parts[0]

    def _add(self, name: str, items: Sequence[Item], first: int, end: int, acts: bool) -> None:
        known = self._entry(name)
        if known is None:
            return
        insort(known.places, items[first].start)
        if acts:
            insort(known.acts, items[first].start)
        for noun in (_noun_before(items, first), _noun_behind(items, end)):
            kind = _lexicon().by_noun.get(noun)
            if kind:
                known.classes.add(kind)


def _is_named(part: Described) -> bool:
    """Whether a part is an organisation by name, and no place or people."""
    if part.kind is not SpeakerKind.ORGANIZATION or not any(c.isupper() for c in part.name):
        return False
    entity = find_entity(part.name)
    return entity is None or entity.kind == "organisation"


def _classes_of(name: str) -> set[str]:
    """What the words of a name, or the list of outlets, say that it is."""
    classes: set[str] = set()
    for word in fold(name).split():
        classes |= _lexicon().by_name.get(word, frozenset())
    outlet = find_outlet(name)
    if outlet is not None:
        classes = {outlet.kind} if outlet.kind in _OUTLET_CLASSES else {"outlet"}
    return classes


def _joined_end(items: Sequence[Item], first: int, stop: int) -> int:
    """The index after a name that "of" joins to another ("Bank of Ghana")."""
    end = next((i for i in range(first, len(items)) if items[i].start >= stop), len(items))
    while low(items, end) in _JOINS:
        at = end + 1 + (low(items, end + 1) == "the")
        if at >= len(items) or not items[at].capital:
            break
        while at < len(items) and items[at].capital and items[at].kind is ItemKind.WORD:
            at += 1
        end = at
    return end


def _noun_before(items: Sequence[Item], first: int) -> str:
    """The noun right before a name ("the airline Acme"), "" if none."""
    word = items[first - 1] if first else None
    return word.low if word is not None and not word.capital else ""


def _noun_behind(items: Sequence[Item], end: int) -> str:
    """The head of the apposition behind a name ("Acme, the national airline,"), "" if none."""
    at = end
    if low(items, at) == "(":
        at = next((i + 1 for i in range(at, min(len(items), at + 6)) if low(items, i) == ")"), at)
    if low(items, at) != "," or low(items, at + 1) not in grammar().determiners:
        return ""
    stop = at + 1
    while stop < len(items) and stop - at < _MAX_APPOSITION and items[stop].kind is ItemKind.WORD:
        stop += 1
    return role_head(items[at + 1 : stop])[0]

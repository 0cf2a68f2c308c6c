"""Entities named in a text: organisations, places and events, one canonical name each.

The list is data (``data/entities.toml``). What is decided here is when a listed word means the
entity:

- whole words, capitalised as listed, the longest name first: "New York Times" is not New York;
- a capital or a seat of power that acts ("Moscow wants", "the Kremlin said") is its country, and
  a place where something happens there ("in Moscow", "at the Kremlin"). A capital is a place
  unless the words around it say that it acts, a seat of power acts unless they say it is a place;
- a place that people are named after is left out beside another name ("Michael Jordan");
- "the Alliance" is NATO only in an article that names NATO (`Sense.MEANT`: the caller decides).

Capitalised names that end in or begin with a word for an organisation ("Nobel Committee",
"Ministry of Health") count as organisations though nobody listed them.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import chain
from typing import Any

from app.extraction.data_files import load_data
from app.extraction.folding import fold
from app.extraction.outlets import all_outlets
from app.extraction.phrase_table import Form, Match, PhraseTable, form_words


class Sense(StrEnum):
    """How a mention means its entity."""

    NAME = "name"
    DEMONYM = "demonym"  # "Ukrainian", "Ukrainians"
    ACTING = "acting"  # a capital or seat of power that stands for its country: "Moscow wants"
    MEANT = "meant"  # "the Alliance": the entity only in an article that names it
    GENERIC = "generic"  # unlisted, an organisation by its last or first word


@dataclass(frozen=True, slots=True)
class Entity:
    """An organisation, place or event. ``aliases`` are other forms as printed, demonyms too."""

    name: str
    kind: str  # "organisation", "place" or "event"
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntityMention:
    """An entity named at ``start:end`` of the text, and how."""

    start: int
    end: int
    entity: Entity
    sense: Sense


@dataclass(frozen=True, slots=True)
class _Entry:
    """What one listed form means, and under which conditions. No entity: a blocked name."""

    entity: Entity | None
    sense: Sense = Sense.NAME
    acts_as: str | None = None
    acts_by_default: bool = False
    person: bool = False
    shout: bool = False
    needs_the: bool = False


KINDS = ("organisation", "place", "event")


@cache
def _data() -> dict[str, Any]:
    return load_data("entities")


@cache
def all_entities() -> tuple[Entity, ...]:
    """Every listed entity, countries and their capitals first."""
    countries = chain.from_iterable(
        (_entity(item, "place"), *_capital_of(item)) for item in _data()["country"]
    )
    listed = (_entity(item, kind) for kind in KINDS for item in _data()[kind])
    return (*countries, *listed)


def _entity(item: dict[str, Any], kind: str) -> Entity:
    return Entity(item["name"], kind, (*item.get("aliases", ()), *_demonyms(item)))


def _capital_of(item: dict[str, Any]) -> tuple[Entity, ...]:
    if "capital" not in item:
        return ()
    return (Entity(item["capital"], "place", tuple(item.get("capital_aliases", ()))),)


def _demonyms(item: dict[str, Any]) -> tuple[str, ...]:
    listed = item.get("demonyms", ())
    plurals = (f"{form}s" for form in listed if not form.endswith(("s", "ese", "ish", "ch")))
    return (*listed, *plurals)


@cache
def _by_name() -> dict[str, Entity]:
    index: dict[str, Entity] = {}
    for entity in all_entities():
        for form in (entity.name, *entity.aliases):
            index.setdefault(fold(form).removeprefix("the "), entity)
    return index


def find_entity(name: str) -> Entity | None:
    """The listed entity of that name, alias or demonym, or None; case and accents are ignored."""
    return _by_name().get(fold(name).removeprefix("the "))


@cache
def _countries() -> frozenset[str]:
    return frozenset(item["name"] for item in _data()["country"])


def is_country(entity: Entity) -> bool:
    """Is the entity a country?"""
    return entity.name in _countries()


def _forms() -> Iterator[Form[_Entry]]:
    for item in _data()["country"]:
        yield from _item_forms(item, _entity(item, "place"))
        for capital in _capital_of(item):
            entry = _Entry(capital, acts_as=item["name"], person=item.get("capital_person", False))
            yield from _each(capital.name, capital.aliases, entry)
    for kind in KINDS:
        for item in _data()[kind]:
            yield from _item_forms(item, _entity(item, kind))
    for name in chain(_data()["blocked"], _outlet_names()):
        yield Form(form_words(name), _Entry(None))


def _item_forms(item: dict[str, Any], entity: Entity) -> Iterator[Form[_Entry]]:
    for form in (item["name"], *item.get("aliases", ())):
        entry = _Entry(
            entity,
            acts_as=item.get("acts_as"),
            acts_by_default="acts_as" in item,
            person=item.get("person", False),
            shout=form in item.get("shout", ()),
            needs_the=form.startswith("the "),
        )
        # "Georgia (US state)" is a label, not a form that is printed.
        if "(" not in form:
            yield Form(form_words(form), entry)
    yield from _each(None, _demonyms(item), _Entry(entity, Sense.DEMONYM))
    for form in item.get("meant", ()):
        entry = _Entry(entity, Sense.MEANT, needs_the=form.startswith("the "))
        yield Form(form_words(form), entry)


def _each(name: str | None, aliases: Iterable[str], entry: _Entry) -> Iterator[Form[_Entry]]:
    for form in chain(() if name is None else (name,), aliases):
        yield Form(form_words(form), entry)


def _outlet_names() -> Iterator[str]:
    """Names of outlets in several words: what they contain ("New York") is not meant."""
    for outlet in all_outlets():
        if outlet.kind not in ("official", "platform"):
            forms = (outlet.name, *outlet.aliases)
            yield from (form for form in forms if len(form_words(form)) > 1 and "(" not in form)


@cache
def _table() -> PhraseTable[_Entry]:
    return PhraseTable(_forms())


# How far around a mention its context is read: bounded, so that the whole stays linear.
_REACH = 40
_PLACE_BEFORE = re.compile(
    r"\b(?:in|at|near|outside|around|to|inside|into|towards?|through|across|visit(?:ed|s|ing)?|"
    r"left|leaving|reach(?:ed|ing)?|central|downtown|from|via|of) (?:the )?$",
    re.IGNORECASE,
)
_PARTY_BEFORE = re.compile(
    r"\b(?:between|with|against|among|by) (?:the )?$|\bbetween [^.,;:]{1,25} and (?:the )?$"
)
_VERBS = (
    "has|have|had|is|are|was|were|will|would|wants?|wanted|must|should|could|cannot|can|may|might|"
    "says?|said|does|did|needs?|needed|rejects?|rejected|den(?:y|ies|ied)|insists?|insisted|"
    "accuses?|accused|warns|warned|claims|claimed|agrees?|agreed|refuses|refused|considers|"
    "considered|believes|believed|seeks|sought|demands|demanded|hopes|hoped|expects|expected|"
    "fears|feared|supports|supported|intends|intended|launched|invaded|backs|backed|continues|"
    "continued|announced|confirmed|imposed|ordered|remains|began|started|tries|tried|knows|takes|"
    "took|gives|gave|stands|stood|sends|sent|signs|signed|promises|promised|changes|changed|withdrew|"
    "recogni[sz]e[sd]|voted|pays|paid|owes|asks|asked|calls|called|ignores|ignored|blames|blamed|"
    "helps|helped|seized|attacked|threatens|threatened|vetoe[sd]|blocks|blocked|offers|offered|"
    "proposes|proposed|responds|responded|retaliates|retaliated|let|lets|made|makes|keeps|kept"
)
_MEANWHILE = (  # little may come between: "Moscow at this moment does not want"
    r"(?: (?:also|still|now|never|again|itself|already|clearly|later|on [A-Z]\w+|"
    r"at this (?:moment|point|time)|for its part))?"
)
_VERB_AFTER = re.compile(rf"{_MEANWHILE} (?:{_VERBS})\b")
# After "with Moscow" no noun may follow: "with the London market" speaks of a place.
_NO_NOUN_AFTER = re.compile(
    r"$|[.,;:!?”\"’')]| (?:and|or|over|on|about|to|in|at|for|as|if|that|what|how|whether|when)\b"
)
_POLICY_AFTER = re.compile(
    r"(?:’s|'s) (?:government|position|demands?|forces|allies|troops|aggression|war|invasion|"
    r"interests|policy|response|ambassador|support|proposals?|offer|conditions|goals?|aims?)\b"
)
# Who is asked to do something acts: "urged Belgrade to close".
_ASKED = re.compile(r"\b(?:want|ask|urg|tell|told|press|forc|order|expect|allow|invit|warn)\w* $")
_DEMANDED = re.compile(r"\bdemand(?:s|ed|ing)? (?:that )?$")  # "demanded that Bern stop"
_LANGUAGE_BEFORE = re.compile(r"\b(?:in|spe[ao]k\w*|spoke|into) $")
_NAME_BEFORE = re.compile(r"(?:^|[^\w’'-])([A-Z][\w’'-]*)\.? $")
_NAME_AFTER = re.compile(r" ([A-Z][\w-]*)")
_THE_BEFORE = re.compile(r"\b[Tt]he $")


# A listed name: where it stands, and the mention that it is, if it is one.
_Found = tuple[int, int, EntityMention | None]


def iter_entities(text: str, start: int = 0, end: int | None = None) -> Iterator[EntityMention]:
    """The entities named in ``text[start:end]``, in order.

    Mentions do not overlap, but for the name that opens an unlisted organisation's: "Ukrainian
    Defence Ministry" names the ministry and Ukraine. What `Sense.MEANT` marks is given whether
    or not the article names the entity.
    """
    stop = len(text) if end is None else end
    listed = list(_listed(text, start, stop))
    starts = [found[0] for found in listed]
    generic: list[EntityMention] = []
    covered: set[int] = set()
    for head, mention in _generic(text, start, stop):
        inside = range(
            max(0, bisect_right(starts, mention.start) - 1), bisect_left(starts, mention.end)
        )
        overlapping = [i for i in inside if listed[i][1] > mention.start]
        if any(_is_the_name(text, listed[i], head, mention) for i in overlapping):
            continue
        generic.append(mention)
        covered.update(i for i in overlapping if not _opens(listed[i], mention))
    named = (found[2] for i, found in enumerate(listed) if i not in covered and found[2])
    yield from sorted(chain(named, generic), key=lambda m: (m.start, m.end))


def _opens(found: _Found, mention: EntityMention) -> bool:
    """Is it the place that an organisation's name opens with?"""
    starts_it = found[0] == mention.start
    return starts_it and found[2] is not None and found[2].entity.kind == "place"


def _is_the_name(text: str, found: _Found, head: int, mention: EntityMention) -> bool:
    """Is the listed name the organisation's own ("UN Security Council"), and no part of it?"""
    start, end, _ = found
    in_words = " " in text[start:end] or end - start >= mention.end - mention.start
    return in_words and start <= head < end


def _listed(text: str, start: int, end: int) -> Iterator[_Found]:
    """Listed and blocked names, the longest first, without overlap."""
    free = start
    for matches in _table().candidates(text, start, end):
        fitting = [m for m in matches if m.exact and _is_said(text, m)]
        if not fitting or fitting[0].start < free:
            continue
        best = fitting[0]
        free = best.end
        yield best.start, best.end, _mention(text, best)


def _is_said(text: str, match: Match[_Entry]) -> bool:
    """Do the words stand as the form asks: "the" before it, not in text set in capitals?"""
    entry = match.form.value
    if entry.needs_the:
        return _THE_BEFORE.search(text, max(0, match.start - 4), match.start) is not None
    return not (entry.shout and is_shouted(text, match.start, match.end))


def is_shouted(text: str, start: int, end: int) -> bool:
    """Is the text around set in capitals, so that "WHO" and "US" may be ordinary words?"""
    line = text.rfind("\n", max(0, start - _REACH), start) + 1 or max(0, start - _REACH)
    stop = text.find("\n", end, end + _REACH)
    around = text[line:start] + text[end : stop if stop >= 0 else end + _REACH]
    return any(c.isupper() for c in around) and not any(c.islower() for c in around)


def _mention(text: str, match: Match[_Entry]) -> EntityMention | None:
    entry = match.form.value
    if entry.entity is None or (entry.person and _is_person(text, match.start, match.end)):
        return None
    if entry.sense is Sense.DEMONYM and _is_language(text, match.start, match.end):
        return None
    if entry.acts_as and _acts(text, match.start, match.end, entry.acts_by_default):
        return EntityMention(match.start, match.end, _by_name()[fold(entry.acts_as)], Sense.ACTING)
    return EntityMention(match.start, match.end, entry.entity, entry.sense)


@cache
def _no_names() -> frozenset[str]:
    return frozenset(_data()["no_names"])


def _is_person(text: str, start: int, end: int) -> bool:
    """Does another name stand beside it, as in "Michael Jordan" or "Jordan Peterson"?"""
    before = _NAME_BEFORE.search(text, max(0, start - _REACH), start)
    after = _NAME_AFTER.match(text, end, end + _REACH)
    return any(found and _may_be_a_name(found[1]) for found in (before, after))


def _may_be_a_name(word: str) -> bool:
    if word.endswith(("’s", "'s")) or word in _no_names():
        return False
    return fold(word) not in _by_name()


def _is_language(text: str, start: int, end: int) -> bool:
    """Is a demonym a language ("said in French")?"""
    return (
        _LANGUAGE_BEFORE.search(text, max(0, start - _REACH), start) is not None
        and re.match(r" \w", text[end : end + 2]) is None
    )


def _acts(text: str, start: int, end: int, by_default: bool) -> bool:
    """Does a capital or seat of power act, so that its country is meant?"""
    before = text[max(0, start - _REACH) : start]
    after = text[end : end + _REACH]
    if _PLACE_BEFORE.search(before):
        return False
    if by_default or _VERB_AFTER.match(after) or _POLICY_AFTER.match(after):
        return True
    asked = _DEMANDED.search(before) or (_ASKED.search(before) and after.startswith(" to "))
    return bool(asked or (_PARTY_BEFORE.search(before) and _NO_NOUN_AFTER.match(after)))


_CAPITAL = r"[^\W\d_a-zß-ÿ][\w’'&-]*"
_LINK = r"(?:of|for|and|on|the|de|of the|for the)"
# The capitalised words that lead to the word at the end, possibly linked: "Office of the High ".
_LEADING = re.compile(rf"(?<!\w)(?:{_CAPITAL} (?:{_LINK} )?)+$")
_TRAILING = re.compile(
    rf"(?: (?:of|for)(?: the)? {_CAPITAL}(?:(?: and)? (?!Inc|Corp|Ltd){_CAPITAL}){{0,3}}){{1,2}}"
)
_LEAD_REACH = 80


@cache
def _org_word() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, _data()['org_words']))})\b")


def _generic(text: str, start: int, end: int) -> Iterator[tuple[int, EntityMention]]:
    """Unlisted organisations, and where the word stands that shows them to be one."""
    free = start
    for word in _org_word().finditer(text, start, end):
        if word.start() < free:
            continue
        first = _leading_start(text, max(free, word.start() - _LEAD_REACH), word.start())
        last = word.end()
        if trailing := _TRAILING.match(text, word.end(), min(end, word.end() + _LEAD_REACH)):
            last = trailing.end()
        if first == word.start() and last == word.end():
            continue
        free = last
        name = " ".join(text[first:last].split())
        entity = Entity(name, "organisation")
        yield word.start(), EntityMention(first, last, entity, Sense.GENERIC)


def _leading_start(text: str, start: int, end: int) -> int:
    """Where the capitalised name begins that leads to ``end``, without what is no part of it."""
    leading = _LEADING.search(text, start, end)
    if leading is None:
        return end
    first = leading.start()
    for word in re.finditer(r"\S+ ", leading.group()):
        bare = word.group().rstrip()
        after = leading.start() + word.end()
        owner = bare.endswith(("’s", "'s")) and fold(bare[:-2]) in _by_name()
        opens = word[0][0].isupper() and bare not in _function_words()
        if owner or (first == leading.start() + word.start() and not opens):
            first = after
    return first


@cache
def _function_words() -> frozenset[str]:
    """The words of `no_names` that open sentences and no organisation's name."""
    opening = {"Central", "Northern", "Southern", "Eastern", "Western", "Greater", "Supreme"}
    opening |= {"Foreign", "Defence", "Defense", "Finance", "Health", "Home", "Interior", "Justice"}
    opening |= {"Trade", "State", "General", "Special", "Republican", "First", "Police", "Army"}
    return _no_names() - opening

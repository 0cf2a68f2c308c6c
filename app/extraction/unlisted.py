"""Names of places and organisations that ``data/entities.toml`` does not list.

Three kinds, each by whole words and none where a person is named: the world's larger cities
(``data/cities.txt``, from GeoNames), capitalised names after a preposition of place ("in Tula
Toli", "between Tokaj and Szeged"), and acronyms ("ECOWAS").
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from typing import Any

from app.extraction.data_files import load_data
from app.extraction.folding import fold
from app.extraction.gazetteer import Entity, EntityMention, Sense, is_shouted
from app.extraction.phrase_table import Form, PhraseTable, form_words

_CAPITAL = r"[^\W\d_a-zß-ÿ][^\W\d_]*[a-zß-ÿ][\w-]*"
_NAME = rf"{_CAPITAL}(?: (?:(?:of|de|da|do|del|la|el|al|upon|on) )?{_CAPITAL}){{0,3}}"
_PLACED = re.compile(
    rf"\b(?:[Ii]n|[Aa]t|[Nn]ear|[Oo]utside|[Aa]round|[Aa]cross|[Ii]nside|[Tt]hroughout|"
    rf"[Tt]hrough|[Oo]ff|[Vv]ia) "
    rf"(?P<name>{_NAME})"
)
_PAIRED = re.compile(
    rf"\b(?:[Bb]etween (?P<a>{_NAME}) and|[Ff]rom (?P<b>{_NAME}) to) (?P<c>{_NAME})"
)
_ACRONYM = re.compile(r"(?<![\w.-])[A-Z]{3,6}(?![\w-]|\.\w)")
# "Tula" is no part of "Tula Toli", "Yamaguchi" none of "Yamaguchi-gumi".
_GOES_ON = re.compile(rf" {_CAPITAL}|-[a-z]{{3,}}(?<!-based)(?<!-born)")
_PERSON = re.compile(rf"({_CAPITAL})\.? ((?:[A-Z]\. )?{_CAPITAL})")


@cache
def _lists() -> dict[str, frozenset[str]]:
    data: dict[str, Any] = load_data("unlisted")
    return {key: frozenset(value.split()) for key, value in data.items()}


@cache
def _first_names() -> frozenset[str]:
    """Given names and titles: the capitalised word that follows is a person's name."""
    given = load_data("given_names").values()
    words = (*given, load_data("names")["titles"])
    return frozenset(word for text in words for word in text.split())


@cache
def _cities() -> PhraseTable[Entity]:
    file = resources.files("app.extraction") / "data" / "cities.txt"
    names = file.read_text(encoding="utf-8").splitlines()
    return PhraseTable(Form(form_words(name), Entity(name, "place")) for name in names)


def find_surnames(text: str) -> frozenset[str]:
    """The words of a text that stand after a given name or a title: no places, however printed."""
    return frozenset(
        word
        for first, rest in _PERSON.findall(text)
        if fold(first) in _first_names()
        for word in (first, rest.split()[-1])
    )


def iter_unlisted(
    text: str, start: int, end: int, surnames: frozenset[str], is_taken: Callable[[int, int], bool]
) -> Iterator[EntityMention]:
    """The unlisted names in ``text[start:end]``, without overlap.

    ``surnames`` are people's (`find_surnames`), ``is_taken`` says that a listed name stands there.
    """
    free = start
    found = [*_city_names(text, start, end, surnames), *_placed(text, start, end, surnames)]
    found += _acronyms(text, start, end)
    for mention in sorted(found, key=lambda m: (m.start, -m.end)):
        if mention.start >= free and not is_taken(mention.start, mention.end):
            free = mention.end
            yield mention


def _city_names(
    text: str, start: int, end: int, surnames: frozenset[str]
) -> Iterator[EntityMention]:
    for matches in _cities().candidates(text, start, end):
        best = matches[0]
        is_part = _GOES_ON.match(text, best.end, end)
        if (
            best.exact
            and not is_part
            and not _may_be_a_person(text, best.start, best.end, surnames)
        ):
            yield EntityMention(best.start, best.end, best.form.value, Sense.NAME)


def _placed(text: str, start: int, end: int, surnames: frozenset[str]) -> Iterator[EntityMention]:
    for match in _PLACED.finditer(text, start, end):
        yield from _place(text, match, "name", surnames)
    for match in _PAIRED.finditer(text, start, end):
        for group in ("a", "b", "c"):
            yield from _place(text, match, group, surnames)


def _place(
    text: str, match: re.Match[str], group: str, surnames: frozenset[str]
) -> Iterator[EntityMention]:
    name, (first, last) = match[group], match.span(group)
    if name is None or _may_be_a_person(text, first, last, surnames):
        return
    if any(fold(word) in _lists()["not_a_place"] for word in name.split()):
        return
    yield EntityMention(first, last, Entity(name, "place"), Sense.GENERIC)


def _may_be_a_person(text: str, start: int, end: int, surnames: frozenset[str]) -> bool:
    """Is it a person's name, the head of one, or an owner ("in Biden’s view")?"""
    words = text[start:end].split()
    owner = text[end : end + 2] in ("’s", "'s") and len(words) == 1
    named = fold(words[0]) in _first_names() or not surnames.isdisjoint(words)
    return named or (owner and fold(words[0]) in _lists()["not_a_place"])


def _acronyms(text: str, start: int, end: int) -> Iterator[EntityMention]:
    for match in _ACRONYM.finditer(text, start, end):
        is_word = match.group() in _lists()["no_organisation"]
        if not is_word and not is_shouted(text, match.start(), match.end()):
            entity = Entity(match.group(), "organisation")
            yield EntityMention(match.start(), match.end(), entity, Sense.GENERIC)

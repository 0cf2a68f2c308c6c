"""The parts of a mention: name, title, role, apposition; and what kind of speaker it names."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.extraction.document import Item, ItemKind, words_between
from app.extraction.folding import fold
from app.extraction.gazetteer import find_entity
from app.extraction.grammar import grammar
from app.extraction.mention_parts import bare, before_verb, is_function_word, segments_of
from app.extraction.names import HONORIFICS, is_organization_name, is_role, name_data, name_words
from app.extraction.nouns import speaking_nouns
from app.extraction.outlets import find_outlet
from app.extraction.people import People, Person
from app.extraction.roles import (
    Described,
    phrase_of,
    role_gender,
    role_head,
    role_of,
    without_articles,
)
from app.extraction.runs import Run, name_runs
from app.extraction.types import Span, SpeakerKind

_PRONOUNS = frozenset(
    {
        "he",
        "she",
        "they",
        "it",
        "him",
        "her",
        "them",
        "i",
        "we",
        "you",
        "who",
        "whom",
        "which",
        "that",
        "one",
        "me",
        "us",
        "his",
        "their",
        "its",
    }
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A parsed mention: a pronoun, or one or more described speakers."""

    pronoun: str = ""
    parts: tuple[Described, ...] = ()


def parse_mention(text: str, span: Span, people: People, *, adopt: bool = True) -> Mention:
    """Parse the words that name who speaks. Never fails: what says nothing gives no parts.

    With ``adopt`` a person whom the reading of the article passed over is one from now on.
    """
    if not adopt:
        people = people.frozen()
    items = bare(words_between(text, *span))
    if not items:
        return Mention()
    first = items[0].low.split("'")[0]
    if len([i for i in items if i.kind is ItemKind.WORD]) == 1 and first in _PRONOUNS:
        return Mention(pronoun=first)
    if len(items) == 1 and is_function_word(items[0].low):
        return Mention()
    if items[0].low in ("both", "all") and len(items) > 1:
        items = items[1:]
    shared = _sharing_surname(text, items, people)
    if shared is not None:
        return Mention(parts=shared)
    halves = [items] if _is_long_name(items) else _coordinated(text, items, people)
    parts = [_described(text, half, people) for half in halves]
    return Mention(parts=tuple(part for part in parts if part is not None))


def _is_long_name(items: Sequence[Item]) -> bool:
    """Whether a phrase is one name with "of" in it ("the Ministry of Trade and Industry")."""
    words = [item for item in without_articles(items) if item.kind is ItemKind.WORD]
    of = next((at for at, word in enumerate(words) if word.low in ("of", "for")), 0)
    return (
        0 < of < len(words) - 1
        and words[0].capital
        and words[of - 1].low in name_data().organization_words | name_data().organization_nouns
        and all(w.capital or w.low in ("of", "for", "and", "the") for w in words)
    )


def _sharing_surname(
    text: str, items: Sequence[Item], people: People
) -> tuple[Described, ...] | None:
    """The two of "Ana and Luis Vega", or None."""
    words = [item for item in items if item.low != ","]
    if (
        len(words) < 4
        or words[1].low != "and"
        or not all(w.capital for w in (words[0], *words[2:]))
    ):
        return None
    given = name_data().male | name_data().female
    if fold(words[0].low) not in given or len(words) != len(items):
        return None
    second = people.find(tuple(fold(w.low) for w in words[2:]), words[2].start)
    if second is None:
        return None
    surname = text[words[3].start : words[-1].end]
    printed = text[words[0].start : words[0].end]
    name = f"{printed} {surname}"
    first = people.find(name_words(name), words[0].start)
    first = first or people.adopt_named(name, words[0].start)
    return tuple(
        Described(SpeakerKind.PERSON, person, person.name, as_printed, definite=True)
        for person, as_printed in (
            (first, name),
            (second, text[words[2].start : words[-1].end]),
        )
    )


def _coordinated(text: str, items: list[Item], people: People) -> list[list[Item]]:
    """The two speakers of "Putin and Trump", or the one that there is."""
    for at, item in enumerate(items):
        if (
            item.low == "and"
            and 0 < at < len(items) - 1
            and not any(i.low == "," for i in items[:at])
        ):
            left = _described(text, items[:at], people)
            right = _described(text, items[at + 1 :], people)
            if _stands_alone(left, items[at - 1]) and _stands_alone(right, items[-1]):
                return [items[:at], items[at + 1 :]]
    return [items]


def _stands_alone(part: Described | None, last: Item) -> bool:
    if part is None:
        return False
    return part.person is not None or (
        part.kind is SpeakerKind.ORGANIZATION
        and bool(part.name)
        and last.capital
        and fold(last.low) not in ("food", "health", "trade", "education")
    )


def _described(text: str, items: Sequence[Item], people: People) -> Described | None:
    segments = segments_of(items)
    if not segments:
        return None
    head = _segment(text, segments[0], people)
    rest = segments[1:]
    if head is None:
        return None
    if head.name:
        if rest and not head.description:
            role = phrase_of(text, rest[0])
            opening = rest[0][0].low
            clause = opening in grammar().relative or opening.endswith(("ed", "ing"))
            if clause or not any(c.isalpha() for c in role):
                return head
            head_word, modifiers = role_head(rest[0])
            return Described(
                head.kind,
                head.person,
                head.name,
                head.printed,
                role,
                head_word,
                modifiers,
                head.definite,
                head.gender or role_gender(head_word),
            )
        return head
    return _explained(text, head, rest[:2], people) or head


def _explained(
    text: str, head: Described, rest: Sequence[Sequence[Item]], people: People
) -> Described | None:
    """The one whom a name behind a role is ("the coach, Ana Diaz"), or None."""
    for segment in rest:
        named = _segment(text, segment, people)
        if named is None:
            continue
        if _names_body(head, named, segment):
            return named
        starts_plain = segment[0].capital or segment[0].low not in grammar().prepositions
        if named.person is not None and named.name and starts_plain:
            return Described(
                named.kind,
                named.person,
                named.name,
                named.printed,
                head.description,
                head.head,
                head.modifiers,
                True,
                named.gender or head.gender,
            )
    return None


def _names_body(head: Described, named: Described, segment: Sequence[Item]) -> bool:
    """Whether a phrase for a body is followed by its name ("the operator, Acme Rail")."""
    return (
        head.head in name_data().organization_nouns
        and named.kind is SpeakerKind.ORGANIZATION
        and bool(named.name)
        and named.name != named.description
        and (segment[0].capital or segment[0].low == "the")
        and find_entity(named.name) is None
    )


def _segment(text: str, items: Sequence[Item], people: People) -> Described | None:
    """One phrase without commas."""
    items = before_verb(items)
    outlet = _outlet(text, items, people)
    if outlet is not None:
        return outlet
    if _is_long_name(items):
        name = phrase_of(text, items)
        return Described(SpeakerKind.ORGANIZATION, name=name, printed=name, definite=True)
    listed = _listed(text, items)
    if listed is not None:
        return listed
    runs = list(name_runs(items))
    role = role_of(text, items)
    for run in _name_candidates(items, runs):
        named = _named(text, items, run, people)
        if named is not None:
            return named
    return role


def _outlet(text: str, items: Sequence[Item], people: People) -> Described | None:
    printed = phrase_of(text, items)
    capital = any(item.capital for item in without_articles(items))
    outlet = find_outlet(printed) if capital else None
    short = _without_class(items, printed)
    if short in people.acronyms and outlet is None:
        name = people.acronyms[short]
        return Described(SpeakerKind.ORGANIZATION, name=name, printed=printed, definite=True)
    if outlet is None:
        return None
    return Described(SpeakerKind.ORGANIZATION, name=outlet.name, printed=printed, definite=True)


def _listed(text: str, items: Sequence[Item]) -> Described | None:
    """A listed organisation whose name is a title or an adjective too ("Labour say"), or None."""
    if len(items) != 1 or not items[0].capital or items[0].low not in name_data().origins:
        return None
    printed = text[items[0].start : items[0].end]
    entity = find_entity(printed)
    if entity is None or entity.kind != "organisation":
        return None
    return Described(SpeakerKind.ORGANIZATION, name=printed, printed=printed, definite=True)


def _without_class(items: Sequence[Item], printed: str) -> str:
    """A name without the noun behind it that says what it is ("the M5S party")."""
    words = printed.split()
    is_class = items[-1].low in name_data().organization_nouns and not items[-1].capital
    return words[0] if len(words) == 2 and is_class else printed


def _name_candidates(items: Sequence[Item], runs: Sequence[Run]) -> list[Run]:
    """The runs that may be the name: with a preposition behind them, or at the end of the phrase.

    Those in the middle only where they look like a person's name ("Ann Lee of Acme Holdings").
    """
    words = [item for item in items if item.kind is ItemKind.WORD]
    after_of = {a.end: b.low for a, b in pairwise(words)}
    linked = grammar().prepositions | {"who"}
    plain_end = not words[-1].capital
    found = [
        run
        for run in runs
        if after_of.get(run.end) in linked
        and (_is_like_person(run) or (not plain_end and run is runs[-1]))
    ]
    if runs and runs[-1].end == words[-1].end:
        found.append(runs[-1])
    return found


def _is_like_person(run: Run) -> bool:
    enough = len(run.words) >= (1 if run.title else 2)
    return enough and not is_organization_name(run.folded)


def _named(text: str, items: Sequence[Item], run: Run, people: People) -> Described | None:
    """The described speaker if a run is a name, or None."""
    if not run.words or _is_common_noun(text, run, people):
        return None
    short = people.shortened(run)
    words = short.folded
    person = people.find(words, run.start)
    name = text[short.words[0].start : short.words[-1].end]
    before = [i for i in items if i.end <= short.words[0].start]
    if person is not None and not (run.definite and len(words) > 1 and not person.strong):
        if _is_object(before) and not run.title:
            return None
        return _person(text, person, name, before, run)
    return _unlisted(text, short, name, before, people)


def _is_common_noun(text: str, run: Run, people: People) -> bool:
    """Whether one capitalised word is a plain noun that opens a sentence ("Residents said")."""
    if run.definite and [w.low for w in run.words[:-1]] in (["south"], ["north"]):
        return run.words[-1].low in name_data().origins
    if len(run.words) != 1 or run.title:
        return False
    word = run.words[0]
    if word.low in name_data().origins or word.low.removesuffix("s") in name_data().origins:
        return run.definite or word.low not in ("us", "uk", "eu", "un")
    before = text[max(0, word.start - 3) : word.start].rstrip(" ")
    opens = not before or before[-1] in ".!?\n:;”\"’'»“‘—–"
    return opens and (word.low in people.common or word.low in speaking_nouns())


def _is_object(before: Sequence[Item]) -> bool:
    """Whether a name only belongs to the phrase ("a spokesman for Ann Lee")."""
    if not before:
        return False
    at = len(before) - 1
    while at >= 0 and before[at].low in grammar().determiners:
        at -= 1
    return at >= 0 and before[at].low in grammar().prepositions and at > 0


def _person(text: str, person: Person, name: str, before: Sequence[Item], run: Run) -> Described:
    before = [i for i in before if i.low not in HONORIFICS and i.low not in grammar().openers]
    role = phrase_of(text, without_articles(before)) if before else None
    head, modifiers = role_head(before)
    titles = {item.low.rstrip(".") for item in run.title}
    data = name_data()
    gender = "m" if titles & data.male_titles else "f" if titles & data.female_titles else ""
    description = role if role and head else None
    return Described(
        SpeakerKind.PERSON,
        person,
        person.name,
        name,
        description,
        head if description else "",
        modifiers if description else frozenset(),
        True,
        gender or person.gender or role_gender(head),
    )


def _unlisted(
    text: str, run: Run, name: str, before: Sequence[Item], people: People
) -> Described | None:
    """A name that is no known person's: an organisation's, or a person's by its title."""
    outlet = find_outlet(name)
    if outlet is not None and not _is_object(before):
        return Described(SpeakerKind.ORGANIZATION, name=outlet.name, printed=name, definite=True)
    if _is_object(before) and not run.title:
        return None
    is_organization = run.folded in people.bodies or is_organization_name(run.folded)
    head = role_head(before)[0]
    lower = any(not i.capital and i.low not in grammar().determiners for i in before)
    if lower and is_organization and is_role(head):
        return None  # "the bank's chairman at Acme Holdings": the chairman speaks
    if lower and head in name_data().organization_nouns:
        return Described(SpeakerKind.ORGANIZATION, name=name, printed=name, definite=True)
    by_role = lower and (is_role(head) or len(run.words) > 1)
    alike = people.misspelt(run.folded) if run.title and not is_organization else None
    if alike is not None:
        return _person(text, alike, name, before, run)
    if not is_organization and (by_role or _is_unlisted_person(run, name)):
        return _person(text, people.adopt(run, name), name, before, run)
    plain = [i for i in before if i.low not in grammar().determiners]
    if run.title and is_organization and len(plain) > len(run.title):
        return None
    start = run.title[0].start if run.title else run.words[0].start
    whole = text[start : run.words[-1].end]
    return Described(SpeakerKind.ORGANIZATION, name=whole, printed=whole, definite=True)


def _is_unlisted_person(run: Run, name: str) -> bool:
    """Whether a name is a person's by its title, its given name, or two words without "the"."""
    if run.title and not run.definite:
        return True
    words = run.folded
    if words[0] in name_data().male | name_data().female:
        return True
    shouted = any(len(word) > 3 and word.isupper() for word in name.split())
    return len(words) >= 2 and not run.definite and not shouted and find_entity(name) is None

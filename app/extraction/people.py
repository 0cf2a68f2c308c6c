"""The people of an article: full names, what they are called, what they are, he or she."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from app.extraction.document import Document, Item, Role, words_between
from app.extraction.folding import fold
from app.extraction.gazetteer import find_entity
from app.extraction.grammar import grammar
from app.extraction.names import (
    acronyms_of,
    is_organization_name,
    is_role,
    name_data,
    name_words,
)
from app.extraction.outlets import find_outlet
from app.extraction.runs import Run, name_runs
from app.extraction.types import Span

_MAX_NAME_WORDS = 5
_MIN_LABEL = 3
_MIN_MISSPELT = 6
_ALIKE = 0.88  # two letters out of nine
_MAX_NAMESAKES = 30  # of one word, so that a list of names takes linear time


@dataclass(slots=True)
class Person:
    """Somebody named in the article. ``words`` are those of the fullest name, folded."""

    name: str
    words: tuple[str, ...]
    places: list[int] = field(default_factory=list)
    printed: dict[str, None] = field(default_factory=dict)
    roles: list[str] = field(default_factory=list)
    gender: str = ""
    strong: bool = False


def _may_be_person(run: Run, name: str, strong: bool) -> bool:
    """Whether a run of capitals can be a person's full name."""
    words = run.folded
    if not 2 <= len(words) <= _MAX_NAME_WORDS or is_organization_name(words):
        return False
    if (run.definite and not run.title) or any(w in grammar().prepositions for w in words[1:]):
        return False
    if _DIGIT.search(name):
        return False
    return find_outlet(name) is None and (strong or find_entity(name) is None)


_DIGIT = re.compile(r"\d")


class People:
    """The people whom a document names, found by one reading of it."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._adopts = True
        self.people: list[Person] = []
        self._by_word: dict[str, list[Person]] = {}
        self.alone: set[str] = set()
        self.bodies: set[tuple[str, ...]] = set()
        self._first_alone: dict[str, int] = {}
        self._items: list[list[Item]] = []
        self.common: set[str] = set()
        self.acronyms = acronyms_of(document.text)
        self._collect(document)

    def _collect(self, document: Document) -> None:
        runs: list[tuple[Run, bool]] = []
        for paragraph in document.paragraphs:
            if paragraph.role in (Role.BODY, Role.HEADING, Role.CAPTION):
                items = words_between(document.text, paragraph.start, paragraph.end)
                self._items.append(items)
                self.common.update(item.low for item in items if not item.capital)
                heading = paragraph.role is Role.HEADING
                runs += [(run, heading) for run in name_runs(items)]
        self.alone = {run.folded[0] for run, _ in runs if len(run.words) == 1 and not run.definite}
        for run, heading in runs:
            if len(run.words) == 1 and not heading:
                self._first_alone.setdefault(run.folded[0], run.start)
        for run, heading in runs:
            self._add(self.shortened(run), heading)

    def shortened(self, run: Run) -> Run:
        """A name that follows a capitalised phrase ("… the United States Ann Lee"), cut free."""
        words = run.words
        if len(words) < 3 or (run.title and len(words) <= 3):
            return run
        data = name_data()
        if words[0].low in data.male | data.female:
            return run  # "Ana Belén Prado" has two given names
        for size in (3, 2):
            tail = words[-size:]
            known = fold(tail[0].low) in data.male | data.female
            front_words = [fold(w.low) for w in words[:-size]]
            inside = size == 2 and run.before in ("of", "at", "on", "for")
            alone = fold(tail[-1].low) in self.alone and (
                inside
                or is_organization_name(front_words)
                or find_entity(" ".join(front_words)) is not None
            )
            if (
                len(words) > size
                and (known or alone)
                and not is_organization_name([fold(w.low) for w in tail])
            ):
                front = tuple(words[: len(words) - size])
                return Run(run.start, run.end, tuple(tail), run.title + front, run.before, False)
        return run

    def _add(self, run: Run, heading: bool) -> None:
        words = run.folded
        name = self._text[run.words[0].start : run.words[-1].end] if run.words else ""
        given = bool(words) and words[0] in name_data().male | name_data().female
        strong = bool(run.title) or given or (run.before.isalpha() and is_role(run.before))
        if not _may_be_person(run, name, strong) or (heading and not given):
            return
        person = self._same(words)
        if person is None:
            person = Person(name, words)
            self._list(person)
        elif len(words) > len(person.words):
            person.name, person.words = name, words
            self._index(person)
        person.places.append(run.words[0].start)
        person.printed.setdefault(name)
        person.strong = person.strong or strong
        person.gender = person.gender or _gender(run, words)

    def _list(self, person: Person) -> None:
        self.people.append(person)
        self._index(person)

    def _index(self, person: Person) -> None:
        for word in person.words:
            holders = self._by_word.setdefault(word, [])
            if person not in holders[-_MAX_NAMESAKES:]:
                holders.append(person)

    def frozen(self) -> "People":
        """The same people, to whom nobody is added."""
        same = copy(self)
        same._adopts = False
        return same

    def adopt(self, run: Run, name: str) -> Person:
        """The person of a name that the reading passed over, as it stands where somebody speaks."""
        words = run.folded
        person = Person(
            self._peerage(run, name),
            words,
            [run.words[0].start],
            {name: None},
            strong=bool(run.title),
        )
        person.gender = _gender(run, words)
        if self._adopts:
            self._list(person)
        return person

    def _peerage(self, run: Run, name: str) -> str:
        """A name with the title that is part of it where no given name is known ("Lord Lee")."""
        if len(run.words) > 1 or not run.title or run.title[-1].low not in name_data().peerages:
            return name
        return self._text[run.title[-1].start : run.words[-1].end]

    def take_items(self) -> list[list[Item]]:
        """The words of the paragraphs read, in order; given once, as they take as much room."""
        items, self._items = self._items, []
        return items

    def drop(self, bodies: Sequence[Person]) -> None:
        """Take names for those of organisations from now on."""
        dropped = {id(person) for person in bodies}
        self.bodies |= {person.words for person in bodies}
        self.people = [person for person in self.people if id(person) not in dropped]
        for person in bodies:
            for word in person.words:
                self._by_word[word] = [p for p in self._by_word[word] if id(p) not in dropped]

    def adopt_named(self, name: str, position: int) -> Person:
        """The person of a name that stands in the text with words between its parts."""
        words = name_words(name)
        person = Person(name, words, [position], {name: None}, strong=True)
        data = name_data()
        person.gender = "m" if words[0] in data.male else "f" if words[0] in data.female else ""
        if self._adopts:
            self._list(person)
        return person

    def misspelt(self, words: tuple[str, ...]) -> Person | None:
        """The one person whose surname a surname of the text differs from by a slip, or None."""
        if len(words) != 1 or len(words[0]) < _MIN_MISSPELT:
            return None
        alike = [
            person
            for person in self.people[:_MAX_NAMESAKES]
            if person.words[-1][:1] == words[0][:1]
            and abs(len(person.words[-1]) - len(words[0])) <= 1
            and SequenceMatcher(None, person.words[-1], words[0]).ratio() >= _ALIKE
        ]
        return alike[0] if len(alike) == 1 else None

    def labelled(self, span: Span) -> Person | None:
        """The person whom a label in front of what is said names, or None for an organisation."""
        run = next(name_runs(words_between(self._text, *span)), None)
        if run is None or not run.words or is_organization_name(run.folded):
            return None
        name = self._text[run.words[0].start : run.words[-1].end]
        if find_outlet(name) is not None or len(name) < _MIN_LABEL:
            return None
        return self.find(run.folded, run.start) or self.adopt(run, name)

    def _same(self, words: tuple[str, ...]) -> Person | None:
        """The person with these words as name: same surname, and one name within the other."""
        for person in self._by_word.get(words[-1], [])[-_MAX_NAMESAKES:]:
            if person.words[-1] == words[-1] and (
                set(words) <= set(person.words) or set(person.words) <= set(words)
            ):
                return person
        return None

    def find(self, words: tuple[str, ...], position: int) -> Person | None:
        """The person meant by folded words at a position: the last one named before, else the next.

        A single word is a surname, or failing that any part of a name, if that was introduced
        whole: "Yukos" before "Yukos USA" is not somebody's first name.
        """
        if not words:
            return None
        holders = self._by_word.get(words[-1], [])[-_MAX_NAMESAKES:]
        candidates = [p for p in holders if set(words) <= set(p.words)]
        by_surname = [p for p in candidates if p.words[-1] == words[-1]]
        alone = self._first_alone.get(words[0], position)
        chosen = by_surname or [p for p in candidates if p.strong or p.places[0] < alone]
        if not chosen:
            return None
        strong = [p for p in chosen if p.strong] or chosen
        return min(strong, key=lambda p: _distance(p.places, position))


def _distance(places: Sequence[int], position: int) -> tuple[int, int]:
    before = bisect_right(places, position)
    return (0, position - places[before - 1]) if before else (1, places[0] - position)


def _gender(run: Run, words: Sequence[str]) -> str:
    data = name_data()
    titles = {word.low.rstrip(".") for word in run.title} | {run.before}
    if titles & data.male_titles:
        return "m"
    if titles & data.female_titles:
        return "f"
    if words[0] in data.male:
        return "m"
    return "f" if words[0] in data.female else ""

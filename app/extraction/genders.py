"""He, she or it: what the pronouns beside a name say where the name itself says nothing."""

import re
from bisect import bisect_left
from collections import Counter
from functools import cache

from app.extraction.document import Document
from app.extraction.findings import Finding
from app.extraction.folding import fold
from app.extraction.gazetteer import find_entity
from app.extraction.grammar import low
from app.extraction.mentions import Mention
from app.extraction.names import is_organization_name, name_data
from app.extraction.outlets import find_outlet
from app.extraction.people import People, Person
from app.extraction.roles import Described
from app.extraction.subjects import Subjects
from app.extraction.types import SpeakerKind

_NEUTER = "n"
_GENDERS = {
    **dict.fromkeys(("he", "his", "him", "himself", "he's", "he'd"), "m"),
    **dict.fromkeys(("she", "her", "hers", "herself", "she's", "she'd"), "f"),
}
_HEADS = {**_GENDERS, **dict.fromkeys(("it", "its", "it's"), _NEUTER)}
_BODIES = frozenset({"company", "firm", "bank", "airline", "retailer", "insurer", "charity"})
_MAX_UNKNOWN = 300  # people of unknown gender whose sentences are read: more are a list of names
_ENOUGH = 2
_BESIDE = 40  # characters
_BODY_BEHIND = re.compile(
    r"(?:['’]s?)? (?:shares?|stock|stores|branches|customers|shareholders|profits|sales|revenue)\b"
)
_I = re.compile(r"\bI\b")
_PLACES = 8  # sentences read for each of them


def learn_genders(document: Document, people: People, subjects: Subjects) -> None:
    """Set the gender of those whom a sentence names alone, by the pronouns that follow there.

    The sentence has them as its subject and names nobody else; the next sentence counts where it
    begins with the pronoun. The majority decides, a tie nothing. A name that "it" follows and
    nothing shows to be a person's is an organisation's from then on.
    """
    _adopt_surnames(document, people, subjects)
    named = sorted((place, at) for at, p in enumerate(people.people) for place in p.places)
    starts = [place for place, _ in named]
    votes: dict[int, Counter[str]] = {}
    unknown = {at for at, p in enumerate(people.people[:_MAX_UNKNOWN]) if not p.gender}
    places = (place for at in unknown for place in people.people[at].places[:_PLACES])
    for number in {document.sentence_at(place) for place in places}:
        sentence = document.sentences[number]
        before, behind = bisect_left(starts, sentence.start), bisect_left(starts, sentence.end)
        present = {at for _, at in named[before:behind]}
        subject = subjects.of(number)
        if len(present) != 1 or subject is None or len(subject.mention.parts) != 1:
            continue
        (at,) = present
        if subject.mention.parts[0].person is people.people[at] and at in unknown:
            gender = _gender_after(document, number, subject.end)
            votes.setdefault(at, Counter())[gender] += bool(gender)
    for at in unknown:
        if _is_traded(document.text, people.people[at]):
            votes.setdefault(at, Counter())[_NEUTER] += _ENOUGH
    bodies = [people.people[at] for at, counted in votes.items() if _is_body(people, at, counted)]
    for at, counted in votes.items():
        _decide(people.people[at], counted)
    if bodies:
        people.drop(bodies)
        subjects.forget()


def speaks_as_person(document: Document, part: Described, finding: Finding) -> bool:
    """Whether a name of one word that nobody lists says "I", as people do."""
    name = part.name
    if not name.isalpha() or name.isupper() or name == part.description or _is_listed(name):
        return False
    quotes = document.quotes_in(finding.content)
    return any(_I.search(document.text, quote.start, quote.end) for quote in quotes)


def _is_listed(name: str) -> bool:
    listed = find_outlet(name) is not None or find_entity(name) is not None
    return listed or is_organization_name([fold(name)])


def _decide(person: Person, counted: Counter[str]) -> None:
    if counted["m"] != counted["f"]:
        person.gender = "m" if counted["m"] > counted["f"] else "f"


def _is_body(people: People, at: int, counted: Counter[str]) -> bool:
    """Whether a name is an organisation's: "it" follows, and nobody is called by its last word."""
    person = people.people[at]
    weak = not person.strong and person.words[-1] not in people.alone
    return weak and counted[_NEUTER] > counted["m"] + counted["f"]


@cache
def _body_before() -> re.Pattern[str]:
    nouns = "|".join(sorted(name_data().organization_nouns))
    return re.compile(
        rf"\b(?:(?:shares|stake|stock|holding|investors) (?:in|of)|giant|(?:{nouns})) $",
        re.IGNORECASE,
    )


def _is_traded(text: str, person: Person) -> bool:
    """Whether a name is a firm's by the words beside it ("shares in Acme", "the bank Acme")."""
    return any(
        _body_before().search(text, max(0, place - _BESIDE), place)
        or _BODY_BEHIND.match(text, place + len(person.name), place + len(person.name) + _BESIDE)
        for place in person.places[:_PLACES]
    )


def _gender_after(document: Document, number: int, position: int) -> str:
    """The gender of the pronouns behind a position in a sentence and at the head of the next."""
    items = [i for i in document.sentences[number].items if i.start >= position]
    found = {
        _GENDERS[item.low]
        for at, item in enumerate(items)
        if item.low in _GENDERS and low(items, at - 1) not in (",", "(")  # "Ann Lee, his boss,"
    }
    if not found:
        head = _head_behind(document, number)
        found = {head} if head else set()
    return found.pop() if len(found) == 1 else ""


def _head_behind(document: Document, number: int) -> str:
    """The gender of the pronoun that opens the sentence behind one, "" if none does."""
    if number + 1 >= len(document.sentences):
        return ""
    items = document.sentences[number + 1].items
    if low(items, 0) == "the" and low(items, 1) in _BODIES:
        return _NEUTER
    return _HEADS.get(items[0].low, "")


def _adopt_surnames(document: Document, people: People, subjects: Subjects) -> None:
    """Take the names of one word that "he" or "she" goes on about for people ("Parry … He …").

    Once is not enough where the pronoun may go on about somebody named before.
    """
    counted: Counter[tuple[str, str]] = Counter()
    adopted: set[str] = set()
    for number in range(len(document.sentences) - 1):
        gender = _head_behind(document, number)
        subject = subjects.of(number) if gender in ("m", "f") else None
        name = _surname(subject.mention) if subject is not None else ""
        if subject is not None and name:
            alone = not _is_named_before(people, subject.start, gender)
            counted[name, gender] += _ENOUGH if alone else 1
            if counted[name, gender] >= _ENOUGH and name not in adopted:
                people.adopt_named(name, subject.start).gender = gender
                adopted.add(name)
    if adopted:
        subjects.forget()


def _is_named_before(people: People, position: int, gender: str) -> bool:
    """Whether a person of a gender, or of one unknown, is named before a position."""
    return any(
        person.places[0] < position and person.gender in ("", gender)
        for person in people.people[:_MAX_UNKNOWN]
    )


def _surname(mention: Mention) -> str:
    """The name of a subject that is one word and no organisation known, or ""."""
    if len(mention.parts) != 1 or mention.parts[0].kind is not SpeakerKind.ORGANIZATION:
        return ""
    name = mention.parts[0].printed
    plain = name.isalpha() and name[:1].isupper() and not name.isupper()
    return name if plain and not _is_listed(name) else ""

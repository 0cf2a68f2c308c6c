"""He or she: what the pronouns beside a name say of a person whose name says nothing."""

from bisect import bisect_left
from collections import Counter

from app.extraction.document import Document
from app.extraction.grammar import low
from app.extraction.people import People, Person
from app.extraction.subjects import Subjects

_GENDERS = {
    **dict.fromkeys(("he", "his", "him", "himself", "he's", "he'd"), "m"),
    **dict.fromkeys(("she", "her", "hers", "herself", "she's", "she'd"), "f"),
}
_MAX_UNKNOWN = 300  # people of unknown gender whose sentences are read: more are a list of names


def learn_genders(document: Document, people: People, subjects: Subjects) -> None:
    """Set the gender of those whom a sentence names alone, by the pronouns that follow there.

    The sentence has them as its subject and names nobody else; the next sentence counts where it
    begins with the pronoun. The majority decides, a tie nothing.
    """
    named = sorted((place, at) for at, p in enumerate(people.people) for place in p.places)
    starts = [place for place, _ in named]
    votes: dict[int, Counter[str]] = {}
    unknown = {at for at, p in enumerate(people.people[:_MAX_UNKNOWN]) if not p.gender}
    numbers = {
        document.sentence_at(place) for at in unknown for place in people.people[at].places[:8]
    }
    for number in numbers:
        sentence = document.sentences[number]
        low, high = bisect_left(starts, sentence.start), bisect_left(starts, sentence.end)
        present = {at for _, at in named[low:high]}
        subject = subjects.of(number)
        if len(present) != 1 or subject is None or len(subject.mention.parts) != 1:
            continue
        (at,) = present
        if subject.mention.parts[0].person is people.people[at] and at in unknown:
            gender = _gender_after(document, number, subject.end)
            if gender:
                votes.setdefault(at, Counter())[gender] += 1
    for at, counted in votes.items():
        _decide(people.people[at], counted)


def _decide(person: Person, counted: Counter[str]) -> None:
    if counted["m"] != counted["f"]:
        person.gender = "m" if counted["m"] > counted["f"] else "f"


def _gender_after(document: Document, number: int, position: int) -> str:
    """The gender of the pronouns behind a position in a sentence and at the head of the next."""
    items = [i for i in document.sentences[number].items if i.start >= position]
    found = {
        _GENDERS[item.low]
        for at, item in enumerate(items)
        if item.low in _GENDERS and low(items, at - 1) not in (",", "(")  # "Ann Lee, his boss,"
    }
    if not found and number + 1 < len(document.sentences):
        first = document.sentences[number + 1].items[0]
        found = {_GENDERS[first.low]} if first.low in _GENDERS else set()
    return found.pop() if len(found) == 1 else ""

"""The subjects with which the sentences of a document begin, read once each."""

from dataclasses import dataclass

from app.extraction.contents import leading_subject
from app.extraction.document import Document
from app.extraction.grammar import grammar, low
from app.extraction.mentions import Mention, parse_mention
from app.extraction.people import People

# What follows a plain noun that opens a sentence, and no name: "Fears that …".
BEHIND_NOUN = frozenset({"that", "over", "about", "of", "from", "among", "between"})


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of a sentence: where it starts, where it ends, and what it is."""

    start: int
    end: int
    mention: Mention


class Subjects:
    """The subjects of a document, each parsed when it is first asked for."""

    def __init__(self, document: Document, people: People) -> None:
        self._document = document
        self._people = people
        self._read: dict[int, Subject | None] = {}

    def of(self, number: int) -> Subject | None:
        """The subject of a sentence by its index, or None."""
        if number not in self._read:
            self._read[number] = self._parse(number)
        return self._read[number]

    def forget(self) -> None:
        """Read the subjects anew, as more is known of the people."""
        self._read.clear()

    def _parse(self, number: int) -> Subject | None:
        sentences = self._document.sentences
        if not 0 <= number < len(sentences) or not sentences[number].is_prose:
            return None
        items = sentences[number].items
        found = leading_subject(items, len(items))
        if found is None:
            return None
        if (
            found == (0, 1)
            and low(items, 1) in BEHIND_NOUN
            and items[0].low not in grammar().pronouns
        ):
            return None
        span = (items[found[0]].start, items[found[1] - 1].end)
        mention = parse_mention(self._document.text, span, self._people)
        if not mention.pronoun and not mention.parts:
            return None
        return Subject(span[0], span[1], mention)

"""Whom the text is speaking of: speakers and subjects, to whom pronouns refer back.

A pronoun goes to the nearest of them who fits in gender and number. This is the core of centering
(Grosz, Joshi & Weinstein 1995), with speakers beside subjects: a sentence goes on about whom the
one before was about, and a pronoun that is a subject keeps its own antecedent in the centre.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from app.extraction.document import Document, words_between
from app.extraction.findings import Finding
from app.extraction.folding import fold
from app.extraction.gazetteer import find_entity
from app.extraction.mentions import Mention
from app.extraction.names import is_human, name_data, name_words
from app.extraction.nouns import head_of, heads_document
from app.extraction.people import People
from app.extraction.resolved import Known
from app.extraction.roles import Described
from app.extraction.subjects import Subjects
from app.extraction.types import SpeakerKind, SpeakerName

GENDERS = {"he": "m", "him": "m", "his": "m", "she": "f", "her": "f"}
_PLURAL = frozenset({"they", "them", "their"})
_NEUTER = frozenset({"it", "its"})

_REACH = 10  # sentences
# What follows a title that shows a gender.
_TITLED = re.compile(r"(?:(?:Mr|Mrs|Ms)\.?|Miss|Sir|Lady|Dame) (?=(\S+))")
_JUST_BEFORE = 2  # sentences
_SPOKEN = 16  # speakers looked back to
# What a candidate's distance in sentences grows by: where nothing says that the gender fits, and
# where somebody is only named in passing.
_UNKNOWN_GENDER = 0.9
_UNNAMED = 0.75
_BODY = 0.5

Resolve = Callable[[tuple[Described, ...], int], tuple[tuple[SpeakerName, ...], str, bool]]


class Centres:
    """Those whom a document speaks of, remembered in its order."""

    def __init__(
        self, document: Document, people: People, subjects: Subjects, resolve: Resolve
    ) -> None:
        self._document = document
        self._people = people
        self._subjects = subjects
        self._resolve = resolve
        self._read: dict[int, Known | None] = {}
        self.spoken: list[Known] = []

    def antecedent(self, pronoun: str, finding: Finding) -> Known | None:
        """Whom a pronoun that speaks stands for, or None."""
        position = finding.mention[0] if finding.mention else finding.clause[0]
        gender = GENDERS.get(pronoun, "")
        candidates = self._candidates(finding, position)
        if gender:
            candidates = self._unnamed_within(finding, candidates)
        known = self._nearest(pronoun, gender, finding.sentence, candidates)
        return known or (self._only_person(finding, candidates) if gender else None)

    def _only_person(self, finding: Finding, candidates: list[Known]) -> Known | None:
        """The one person of just before whose gender only other pronouns showed, wrongly."""
        near = [
            known
            for known in candidates
            if finding.sentence - known.sentence <= _JUST_BEFORE
            and known.speakers[0].kind is SpeakerKind.PERSON
        ]
        if len({known.speakers for known in near}) != 1 or len(near[0].speakers) != 1:
            return None
        words = near[0].speakers[0].name.split()
        first, data = fold(words[0]), name_data()
        shown = first in data.male or first in data.female or self._is_titled(words[-1])
        return None if shown else near[0]

    def _is_titled(self, surname: str) -> bool:
        """Whether a name stands anywhere behind a title."""
        at = bisect_left(self._titled, surname)
        return any(word.startswith(surname) for word in self._titled[at : at + 1])

    @cached_property
    def _titled(self) -> list[str]:
        return sorted(set(_TITLED.findall(self._document.text)))

    def _unnamed_within(self, finding: Finding, candidates: list[Known]) -> list[Known]:
        """Those whom a quotation does not name: hardly anybody speaks of themselves by name."""
        quoted = [
            fold(item.low).removesuffix("'s")
            for quote in self._document.quotes_in(finding.content)
            for item in words_between(self._document.text, quote.start, quote.end)
            if item.capital
        ]
        if not quoted:
            return candidates
        words = frozenset(quoted)
        others = [k for k in candidates if not words & set(name_words(k.speakers[0].name))]
        return (
            others if any(k.speakers[0].kind is SpeakerKind.PERSON for k in others) else candidates
        )

    def person(self, gender: str, finding: Finding) -> Known | None:
        """The named person whom the text is speaking of before a finding, or None."""
        position = finding.mention[0] if finding.mention else finding.clause[0]
        named = [
            known
            for known in self._candidates(finding, position)
            if known.speakers and known.speakers[0].kind is SpeakerKind.PERSON
        ]
        return self._nearest("he", gender, finding.sentence, named)

    def several(self, finding: Finding) -> Known | None:
        """The people, more than one, whom the text is speaking of before a finding, or None."""
        position = finding.mention[0] if finding.mention else finding.clause[0]
        plural = [k for k in self._candidates(finding, position) if len(k.speakers) > 1]
        return self._nearest("they", "", finding.sentence, plural)

    def _candidates(self, finding: Finding, position: int) -> list[Known]:
        within = finding.sentence - _REACH
        spoken = [k for k in self.spoken[-_SPOKEN:] if k.sentence >= within]
        opens = not any(a < finding.clause[0] for a, _ in finding.content)
        last = finding.sentence if opens else finding.sentence - 1
        found = [*spoken, *self._subjects_to(last)]
        return sorted(
            (k for k in found if k.position < position and k.speakers),
            key=lambda k: k.position,
            reverse=True,
        )

    def _nearest(
        self, pronoun: str, gender: str, sentence: int, candidates: Iterable[Known]
    ) -> Known | None:
        best: tuple[float, Known] | None = None
        for known in candidates:
            if not _fits(known, pronoun, gender):
                continue
            distance = float(max(0, sentence - known.sentence))
            named = known.speakers[0].kind is SpeakerKind.PERSON
            unknown = gender and not known.gender
            distance += (_UNKNOWN_GENDER if named else _UNNAMED) if unknown else 0
            distance += _BODY if pronoun in _PLURAL and not known.plural else 0
            if best is None or distance < best[0]:
                best = distance, known
        return best[1] if best else None

    # --- subjects ---

    def _subjects_to(self, last: int) -> Iterator[Known]:
        """The subjects of the sentences within reach up to one, those of pronouns resolved."""
        for number in range(max(0, last - _REACH), last + 1):
            if number not in self._read:
                self._read[number] = self._read_subject(number)
            known = self._read[number]
            if known is not None:
                yield known

    def _read_subject(self, number: int) -> Known | None:
        subject = self._subjects.of(number)
        if subject is None:
            return None
        if subject.mention.pronoun:
            pronoun = subject.mention.pronoun
            return self._pronoun_subject(pronoun, number, subject.start, GENDERS.get(pronoun, ""))
        if not _may_be_centre(subject.mention):
            return None
        if is_epithet(subject.mention.parts):
            return self._pronoun_subject(
                "he", number, subject.start, subject.mention.parts[0].gender
            )
        speakers, gender, plural = self._resolve(subject.mention.parts, subject.start)
        return Known(subject.start, number, speakers, gender, plural) if speakers else None

    def _pronoun_subject(self, pronoun: str, number: int, start: int, gender: str) -> Known | None:
        """The one whom a pronoun, or an epithet in its place, keeps in the centre."""
        before = [
            self._read[n]
            for n in range(number - 1, max(-1, number - _REACH), -1)
            if n in self._read
        ]
        spoken = [k for k in self.spoken[-_SPOKEN:] if k.position < start]
        candidates = sorted(
            [k for k in (*before, *spoken) if k is not None and k.speakers],
            key=lambda k: k.position,
            reverse=True,
        )
        known = self._nearest(pronoun, gender, number, candidates)
        if known is None:
            return None
        return Known(start, number, known.speakers, gender or known.gender, known.plural)


def is_epithet(parts: tuple[Described, ...]) -> bool:
    """Whether a mention only stands for the person spoken of: "the 34-year-old"."""
    if len(parts) != 1 or not parts[0].definite or parts[0].name or parts[0].person is not None:
        return False
    return parts[0].head in name_data().origins or parts[0].head.endswith("year old")


def _may_be_centre(mention: Mention) -> bool:
    """Whether a subject is somebody: no "decision", no "storm"."""
    for part in mention.parts:
        entity = find_entity(part.name) if part.name else None
        if entity is not None and entity.kind == "place":
            return False
        named = part.person is not None or part.name
        data = name_data()
        somebody = is_human(part.head) or part.head in data.plural_people | data.organization_nouns
        if not (named or somebody):
            return False
    return True


def _fits(known: Known, pronoun: str, gender: str) -> bool:
    kind = known.speakers[0].kind
    body = kind in (SpeakerKind.ORGANIZATION, SpeakerKind.GROUP)
    if pronoun in _PLURAL:
        return known.plural or body
    if pronoun in _NEUTER:
        document = kind is SpeakerKind.UNNAMED and heads_document(known.speakers[0].name)
        return document or (body and not known.plural)
    if known.plural or body:
        return False
    if kind is SpeakerKind.UNNAMED and not is_human(fold(head_of(known.speakers[0].name))):
        return False
    return not known.gender or not gender or known.gender == gender

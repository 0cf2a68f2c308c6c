"""Who speaks: a mention resolved, within the article, to a name.

Names and surnames go to the fullest name in the article, roles to the person so described before,
pronouns to the nearest speaker or subject that fits in gender and number. Where nothing in the
article says who it is, nobody is named.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.extraction.contents import leading_subject
from app.extraction.document import Document, Item, ItemKind
from app.extraction.findings import Construction, Finding
from app.extraction.folding import fold
from app.extraction.grammar import grammar
from app.extraction.introductions import described_people
from app.extraction.mentions import Mention, parse_mention
from app.extraction.organizations import Organizations
from app.extraction.people import People, Person, is_role, name_data
from app.extraction.roles import Described
from app.extraction.transcripts import ANSWER_LABELS
from app.extraction.types import Span, SpeakerKind, SpeakerName

_PRONOUN_REACH = 6  # sentences
_ROLE_MEMORY = 40


class Found(StrEnum):
    """How a speaker was resolved; the confidence depends on it."""

    NAME = "name"
    SURNAME = "surname"
    ROLE = "role"
    PRONOUN = "pronoun"
    DESCRIPTION = "description"
    INHERITED = "inherited"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Resolved:
    """The speakers of a finding, and how they were found."""

    speakers: tuple[SpeakerName, ...]
    how: Found


@dataclass(slots=True)
class _Known:
    """Somebody who was mentioned: at a position, with what is needed to refer back to them."""

    position: int
    sentence: int
    speakers: tuple[SpeakerName, ...]
    gender: str
    plural: bool


@dataclass(slots=True)
class _Memory:
    spoken: list[_Known] = field(default_factory=list)
    roles: list[tuple[str, frozenset[str], Person]] = field(default_factory=list)


_NOBODY = Resolved((), Found.NOBODY)


class Resolver:
    """Resolves the findings of one document, which must come in the order of the text."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._people = People(document)
        self._organizations = Organizations(document, self._people)
        self._memory = _Memory()
        self._aliases: dict[str, dict[str, None]] = {}
        self._descriptions: dict[str, str] = {}

    def resolve(self, finding: Finding) -> Resolved:
        """Who speaks in a finding."""
        if finding.inherits:
            last = self._memory.spoken[-1] if self._memory.spoken else None
            return Resolved(last.speakers, Found.INHERITED) if last and last.speakers else _NOBODY
        if finding.mention is None:
            return _NOBODY
        mention = self._parsed(finding, finding.mention)
        resolved, gender, plural = self._by_mention(mention, finding)
        if not (finding.nested and mention.pronoun == "who"):
            self._memory.spoken.append(
                _Known(finding.mention[0], finding.sentence, resolved.speakers, gender, plural)
            )
        return resolved

    def _parsed(self, finding: Finding, span: Span) -> Mention:
        """The mention in a span; the label of a turn is a person, if it is no outlet."""
        text = self._document.text
        if finding.construction is not Construction.TURN:
            return parse_mention(text, span, self._people)
        if text[span[0] : span[1]].lower() in ANSWER_LABELS:
            first = min(self._people.people, key=lambda p: p.places[0], default=None)
        else:
            first = self._people.labelled(span)
        if first is None:
            return parse_mention(text, span, self._people)
        name = text[span[0] : span[1]] if first.name.endswith(text[span[0] : span[1]]) else ""
        return Mention(parts=(Described(SpeakerKind.PERSON, first, name, name, definite=True),))

    def finish(self, speakers: tuple[SpeakerName, ...]) -> tuple[SpeakerName, ...]:
        """The speakers with every alias and description that the whole article gave."""
        return tuple(
            SpeakerName(
                s.name,
                s.kind,
                tuple(self._aliases.get(s.name, {})) if s.kind is SpeakerKind.PERSON else s.aliases,
                s.description or self._descriptions.get(s.name),
            )
            if s.kind in (SpeakerKind.PERSON, SpeakerKind.ORGANIZATION)
            else s
            for s in speakers
        )

    # --- by what the mention is ---

    def _by_mention(self, mention: Mention, finding: Finding) -> tuple[Resolved, str, bool]:
        if mention.pronoun:
            return self._by_pronoun(mention.pronoun, finding)
        position = finding.mention[0] if finding.mention else finding.clause[0]
        results = [self._by_described(part, position) for part in mention.parts]
        speakers = tuple(speaker for found, _ in results for speaker in found.speakers)
        if not speakers:
            return _NOBODY, "", False
        plural = len(speakers) > 1 or _is_plural(mention.parts[0], speakers[0])
        return Resolved(speakers, results[0][0].how), results[0][1], plural

    def _by_described(self, part: Described, position: int) -> tuple[Resolved, str]:
        if part.person is not None:
            return self._by_person(part, part.person)
        known = self._known_organization(part, position)
        if known is not None:
            return Resolved((known,), Found.ROLE), ""
        if part.name:
            name = part.name
            if name != part.description:  # a name, and no "Norwegian government"
                name = self._organizations.full_name(name)
                self._organizations.note(name, position)
            self._note(name, part.printed, None)
            return Resolved((SpeakerName(name, part.kind, (part.printed,)),), Found.NAME), ""
        person = self._by_role(part) or self._by_origin(part)
        if person is not None:
            resolved, gender = self._by_person(part, person)
            return Resolved(resolved.speakers, Found.ROLE), gender
        if not part.description:
            return _NOBODY, ""
        speaker = SpeakerName(part.description, part.kind, (), part.description)
        return Resolved((speaker,), Found.DESCRIPTION), part.gender

    def _by_person(self, part: Described, person: Person) -> tuple[Resolved, str]:
        description = part.description if part.name else None
        self._note(person.name, part.printed if part.name else person.name, description)
        gender = person.gender or part.gender
        person.gender = gender
        if description:
            self._remember_role(part, person)
        full = len(part.name.split()) > 1 if part.name else False
        speaker = SpeakerName(person.name, SpeakerKind.PERSON, (), description)
        return Resolved((speaker,), Found.NAME if full else Found.SURNAME), gender

    def _note(self, name: str, printed: str, description: str | None) -> None:
        aliases = self._aliases.setdefault(name, {})
        aliases.setdefault(name)
        if printed:
            aliases.setdefault(printed)
        if description:
            self._descriptions.setdefault(name, description)

    # --- roles ---

    def _remember_role(self, part: Described, person: Person) -> None:
        if part.head:
            self._memory.roles.append((part.head, part.modifiers, person))
            del self._memory.roles[:-_ROLE_MEMORY]

    def note_roles(self, start: int, end: int) -> None:
        """Remember who is described as what in a stretch of text ("spokesman Ivan Petrov")."""
        for part, person in described_people(self._document.text, start, end, self._people):
            self._note(person.name, part.printed, part.description)
            self._remember_role(part, person)
            person.gender = person.gender or part.gender

    def _known_organization(self, part: Described, position: int) -> SpeakerName | None:
        """The organisation or study that "the company" stands for in the article."""
        body = part.head in name_data().organization_nouns
        if not part.head or not part.definite or (is_role(part.head) and not body):
            return None
        if part.name and part.name != part.description:
            return None  # a name of its own, which an apposition explains
        for known in reversed(self._memory.spoken[-12:]):
            for speaker in known.speakers:
                if not part.modifiers and _is_body(speaker, part.head):
                    return speaker
        name = self._organizations.find(part.head, part.modifiers, position)
        return None if name is None else SpeakerName(name, SpeakerKind.ORGANIZATION, (name,))

    def _by_role(self, part: Described) -> Person | None:
        """The person last described by the role that a mention repeats."""
        if not part.definite or not part.head or part.kind is SpeakerKind.GROUP:
            return None
        best: tuple[int, int] | None = None
        found: Person | None = None
        for at, (head, modifiers, person) in enumerate(self._memory.roles):
            if head != part.head:
                continue
            clashes = part.modifiers and modifiers and not (part.modifiers & modifiers)
            score = (len(part.modifiers & modifiers) - (2 if clashes else 0), at)
            if part.gender and person.gender and part.gender != person.gender:
                continue
            if (score[0] >= -1 and (best is None or score > best)) or best is None:
                best, found = score, person
        return found

    def _by_origin(self, part: Described) -> Person | None:
        """The person last heard whom "the Brazilian", "the 34-year-old" stands for."""
        stands = part.head in name_data().origins or part.head.endswith("year old")
        if not (stands and part.definite and part.kind is SpeakerKind.UNNAMED):
            return None
        for known in reversed(self._memory.spoken[-4:]):
            if len(known.speakers) == 1 and known.speakers[0].kind is SpeakerKind.PERSON:
                return self._people.find(
                    tuple(fold(known.speakers[0].name).split()), known.position
                )
        return None

    # --- pronouns ---

    def _by_pronoun(self, pronoun: str, finding: Finding) -> tuple[Resolved, str, bool]:
        if pronoun in ("who", "whom", "which", "that"):
            return self._by_antecedent(finding)
        gender = {"he": "m", "him": "m", "his": "m", "she": "f", "her": "f"}.get(pronoun)
        if pronoun in ("i", "we", "you", "one", "me", "us"):
            return _NOBODY, "", False
        known = None
        if gender:
            known = self._subject_before(finding, gender)
        elif pronoun == "they":
            known = self._group_before(finding)
        spoken = self._last_spoken(pronoun, gender, finding.sentence)
        if known and (spoken is None or known.position > spoken.position):
            spoken = known
        if spoken is None or not spoken.speakers:
            return _NOBODY, "", False
        if gender:
            self._set_gender(spoken.speakers[0].name, gender)
        return Resolved(spoken.speakers, Found.PRONOUN), gender or "", spoken.plural

    def _set_gender(self, name: str, gender: str) -> None:
        words = tuple(fold(name).split())
        person = self._people.find(words, 0)
        if person is not None and not person.gender:
            person.gender = gender

    def _last_spoken(self, pronoun: str, gender: str | None, sentence: int) -> _Known | None:
        """The last speaker who fits a pronoun, within reach."""
        for known in reversed(self._memory.spoken[-12:]):
            if sentence - known.sentence > _PRONOUN_REACH * 2:
                return None
            if not known.speakers:
                continue
            if _fits(known, pronoun, gender):
                return known
        return None

    def _subject_before(self, finding: Finding, gender: str) -> _Known | None:
        """The nearest person who is the subject of a sentence before the pronoun, or of its own."""
        for number, start, parts in self._subjects_before(finding):
            person = parts[0].person
            if len(parts) != 1 or person is None or (person.gender and person.gender != gender):
                continue
            self._note(person.name, parts[0].printed, None)
            speaker = SpeakerName(person.name, SpeakerKind.PERSON)
            return _Known(start, number, (speaker,), person.gender, False)
        return None

    def _group_before(self, finding: Finding) -> _Known | None:
        """The nearest group of people that is the subject of a sentence before "they"."""
        for number, start, parts in self._subjects_before(finding):
            part = parts[0]
            if len(parts) != 1 or part.kind is not SpeakerKind.GROUP or not part.description:
                continue
            speaker = SpeakerName(part.description, part.kind, (), part.description)
            if _is_plural(part, speaker):
                return _Known(start, number, (speaker,), "", True)
        return None

    def _subjects_before(
        self, finding: Finding
    ) -> Iterator[tuple[int, int, tuple[Described, ...]]]:
        """The subjects before a pronoun that are no pronouns, nearest first: sentence, start."""
        sentences = self._document.sentences
        for number in range(finding.sentence, max(-1, finding.sentence - 4), -1):
            items = sentences[number].items
            limit = len(items)
            if number == finding.sentence:
                limit = next(
                    (i for i, it in enumerate(items) if it.start >= finding.clause[0]), len(items)
                )
                if any(a < finding.clause[0] for a, _ in finding.content):
                    continue
            subject = leading_subject(items, limit)
            if subject is None:
                continue
            span = (items[subject[0]].start, items[subject[1] - 1].end)
            mention = parse_mention(self._document.text, span, self._people)
            if not mention.pronoun and mention.parts:
                yield number, span[0], mention.parts

    def _by_antecedent(self, finding: Finding) -> tuple[Resolved, str, bool]:
        """Who "who" stands for: the phrase before the relative clause."""
        text = self._document.text
        sentence = self._document.sentences[finding.sentence]
        position = finding.mention[0] if finding.mention else finding.clause[0]
        before = [item for item in sentence.items if item.end <= position]
        span = _phrase_before(before)
        if span is None:
            return _NOBODY, "", False
        mention = parse_mention(text, span, self._people)
        if mention.pronoun:
            return _NOBODY, "", False
        return self._by_mention(mention, finding)


def _phrase_before(items: Sequence[Item]) -> Span | None:
    """The capitalised words or the last noun phrase at the end of a stretch."""
    end = len(items)
    while end and (
        items[end - 1].kind is not ItemKind.WORD or items[end - 1].low in ("to", "of", "according")
    ):
        end -= 1
    start = end
    while start and items[start - 1].kind is ItemKind.WORD and end - start < 8:
        word = items[start - 1]
        if not word.capital and word.low in (
            grammar().determiners | grammar().prepositions | grammar().auxiliaries
        ):
            if word.low in grammar().determiners:
                start -= 1
            break
        if not word.capital and start < end and items[start].capital:
            break
        start -= 1
    return (items[start].start, items[end - 1].end) if start < end else None


def _is_body(speaker: SpeakerName, head: str) -> bool:
    """Whether a speaker is an organisation, named or not, that a noun fits by its words."""
    if speaker.kind is SpeakerKind.GROUP and head not in name_data().organization_nouns:
        return False
    if speaker.kind not in (SpeakerKind.ORGANIZATION, SpeakerKind.GROUP):
        return False
    return head in fold(speaker.name).split()


def _is_plural(part: Described, speaker: SpeakerName) -> bool:
    """Whether a group is several people, and no body like "the ministry"."""
    if speaker.kind is not SpeakerKind.GROUP:
        return False
    return part.head not in name_data().organization_nouns or part.head in name_data().plural_people


def _fits(known: _Known, pronoun: str, gender: str | None) -> bool:
    kind = known.speakers[0].kind
    if pronoun in ("they", "them", "their"):
        return known.plural or kind in (SpeakerKind.ORGANIZATION, SpeakerKind.GROUP)
    if pronoun in ("it", "its"):
        return kind is SpeakerKind.ORGANIZATION or (
            kind is not SpeakerKind.PERSON and not known.plural and not known.gender
        )
    if known.plural or kind in (SpeakerKind.ORGANIZATION, SpeakerKind.GROUP):
        return False
    return not known.gender or known.gender == gender

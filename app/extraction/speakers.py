"""Who speaks: a mention resolved, within the article, to a name.

Names and surnames go to the fullest name in the article, roles to the person so described before,
pronouns to the nearest speaker or subject that fits in gender and number. Where nothing in the
article says who it is, nobody is named.
"""

from collections.abc import Sequence

from app.extraction.authors import Authors
from app.extraction.centres import GENDERS, Centres
from app.extraction.contents import leading_subject
from app.extraction.document import Document
from app.extraction.findings import Construction, Finding
from app.extraction.folding import fold
from app.extraction.gazetteer import find_entity
from app.extraction.genders import learn_genders, speaks_as_person
from app.extraction.grammar import low
from app.extraction.identified import Identifier
from app.extraction.introductions import described_people
from app.extraction.mention_parts import phrase_before, wider_span
from app.extraction.mentions import Mention, parse_mention
from app.extraction.names import is_role, name_data, name_words
from app.extraction.organizations import Organizations
from app.extraction.people import People, Person
from app.extraction.resolved import NOBODY, Found, Known, Resolved
from app.extraction.role_memory import RoleMemory
from app.extraction.roles import Described
from app.extraction.subjects import Subjects
from app.extraction.transcripts import ANSWER_LABELS
from app.extraction.types import Span, SpeakerKind, SpeakerName

_FRONTING = frozenset(
    {"while", "after", "before", "although", "though", "by", "despite", "without"}
)
# Whose "its report" is: the one whom the pronoun would stand for.
_OWNERS = {"its": "it", "his": "he", "her": "she", "their": "they"}


class Resolver:
    """Resolves the findings of one document, which must come in the order of the text."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._people = People(document)
        self.subjects = Subjects(document, self._people)
        learn_genders(document, self._people, self.subjects)
        self._organizations = Organizations(document, self._people)
        self._roles = RoleMemory()
        self._authors = Authors(document, self.subjects, self._name_of)
        self._centres = Centres(document, self._people, self.subjects, self._by_parts)
        self._last: tuple[Span, Resolved] = (0, 0), NOBODY
        self._aliases: dict[str, dict[str, None]] = {}
        self._descriptions: dict[str, str] = {}
        self._introduced = [
            one
            for items in reversed(self._people.take_items())
            for one in reversed(described_people(document.text, items, self._people))
        ]

    def resolve_all(self, findings: Sequence[Finding]) -> list[Resolved]:
        """Who speaks in each finding."""
        resolved = []
        for finding in findings:
            self._note_roles(finding.clause[0])
            resolved.append(self._resolve(finding))
        self._note_roles(len(self._document.text))
        resolved = self._from_main_clauses(findings, resolved)
        identifier = Identifier(self._document, self._people, self.subjects, self._roles)
        return self._authors.name(findings, identifier.identify(findings, resolved))

    def _from_main_clauses(
        self, findings: Sequence[Finding], resolved: Sequence[Resolved]
    ) -> list[Resolved]:
        """With the subject of the main clause for a clause in front of it that has none.

        "While accepting that it was dear, Ms Lee said …".
        """
        result = list(resolved)
        for at, finding in enumerate(findings):
            follows = finding.cue is not None and finding.content[0][0] > finding.cue[0]
            if result[at].how is Found.NOBODY and follows and not finding.nested:
                speakers = self._subject_behind(finding)
                if speakers:
                    result[at] = Resolved(speakers, Found.INHERITED)
        return result

    def _subject_behind(self, finding: Finding) -> tuple[SpeakerName, ...]:
        """The person who is the subject behind a fronted clause and its content, or nobody."""
        items = self._document.sentences[finding.sentence].items
        fronted = items[0].low in _FRONTING or items[0].low.endswith("ing")
        behind = [item for item in items if item.start >= finding.content[-1][1]]
        if not fronted or finding.clause[0] > items[0].end + 1 or low(behind, 0) != ",":
            return ()
        found = leading_subject(behind, len(behind))
        if found is None:
            return ()
        span = (behind[found[0]].start, behind[found[1] - 1].end)
        parts = parse_mention(self._document.text, span, self._people).parts
        if len(parts) != 1 or parts[0].person is None:
            return ()
        return self._by_parts(parts, span[0])[0]

    def _resolve(self, finding: Finding) -> Resolved:
        spoken = self._centres.spoken
        if finding.inherits:
            last = spoken[-1] if spoken else None
            return Resolved(last.speakers, Found.INHERITED) if last and last.speakers else NOBODY
        if finding.mention is None:
            return NOBODY
        if finding.mention == self._last[0]:  # "he claimed, saying …"
            return self._last[1]
        mention = self._parsed(finding, finding.mention)
        resolved, gender, plural = self._by_mention(mention, finding)
        self._last = finding.mention, resolved
        if not (finding.nested and mention.pronoun == "who"):
            spoken.append(
                Known(finding.mention[0], finding.sentence, resolved.speakers, gender, plural)
            )
        return resolved

    def _parsed(self, finding: Finding, span: Span) -> Mention:
        """The mention in a span; the label of a turn is a person, if it is no outlet."""
        text = self._document.text
        if finding.construction is not Construction.TURN:
            return self._whole(finding, span)
        if text[span[0] : span[1]].lower() in ANSWER_LABELS:
            first = min(self._people.people, key=lambda p: p.places[0], default=None)
        else:
            first = self._people.labelled(span)
        if first is None:
            return parse_mention(text, span, self._people)
        name = text[span[0] : span[1]] if first.name.endswith(text[span[0] : span[1]]) else ""
        return Mention(parts=(Described(SpeakerKind.PERSON, first, name, name, definite=True),))

    def _whole(self, finding: Finding, span: Span) -> Mention:
        """The mention in a span, widened where only the end of its phrase was marked."""
        mention = parse_mention(self._document.text, span, self._people)
        before = finding.cue is not None and finding.cue[0] >= span[1]
        if not before or any(part.person is not None for part in mention.parts):
            return mention
        wider = wider_span(self._document.sentences[finding.sentence].items, span)
        if wider == span:
            return mention
        whole = parse_mention(self._document.text, wider, self._people)
        named = any(part.person is not None for part in whole.parts)
        return whole if named else mention

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
        results = [self._by_described(part, position, finding) for part in mention.parts]
        speakers = tuple(speaker for found, _ in results for speaker in found.speakers)
        if not speakers:
            return NOBODY, "", False
        plural = len(speakers) > 1 or _is_plural(mention.parts[0], speakers[0])
        first = results[0][0]
        return Resolved(speakers, first.how, first.written), results[0][1], plural

    def _by_parts(
        self, parts: tuple[Described, ...], position: int
    ) -> tuple[tuple[SpeakerName, ...], str, bool]:
        """The speakers that a subject would be, their gender, and whether they are several."""
        results = [self._by_described(part, position, None) for part in parts]
        speakers = tuple(speaker for found, _ in results for speaker in found.speakers)
        plural = bool(speakers) and (len(speakers) > 1 or _is_plural(parts[0], speakers[0]))
        return speakers, results[0][1] if results else "", plural

    def _by_described(
        self, part: Described, position: int, finding: Finding | None
    ) -> tuple[Resolved, str]:
        if part.person is not None:
            return self._by_person(part, part.person, position)
        author = self._author(part, finding)
        if author is not None:
            return Resolved((author,), Found.NAME, written=True), ""
        known = self._known_organization(part, position)
        if known is not None:
            return Resolved((known,), Found.ROLE), ""
        if finding is not None and part.name and speaks_as_person(self._document, part, finding):
            return self._by_person(part, self._people.adopt_named(part.name, position), position)
        if part.name:
            name = part.name
            if name != part.description:  # a name, and no "Norwegian government"
                name = self._organizations.full_name(name)
                if finding is not None:  # speaks, and is no mere subject
                    self._organizations.note(name, position)
            self._note(name, part.printed, None)
            return Resolved((SpeakerName(name, part.kind, (part.printed,)),), Found.NAME), ""
        return self._by_description(part, position, finding)

    def _by_description(
        self, part: Described, position: int, finding: Finding | None
    ) -> tuple[Resolved, str]:
        """Who is described: somebody who was called so, whom the text is about, or nobody named."""
        several = self._by_plural_epithet(part, finding)
        if several is not None:
            return Resolved(several.speakers, Found.SALIENT), ""
        person = self._roles.find(part, position)
        how = Found.ROLE
        if person is None and finding is not None:
            person = self._other_of_two(part, finding) or self._by_epithet(part, finding)
            how = Found.SALIENT
        if person is not None:
            resolved, gender = self._by_person(part, person, position)
            return Resolved(resolved.speakers, how), gender
        if not part.description:
            return NOBODY, ""
        speaker = self._same_unnamed(part) or SpeakerName(
            part.description, part.kind, (), part.description
        )
        return Resolved((speaker,), Found.DESCRIPTION), part.gender

    def _by_person(self, part: Described, person: Person, position: int) -> tuple[Resolved, str]:
        description = part.description if part.name else None
        self._note(person.name, part.printed if part.name else person.name, description)
        gender = person.gender or part.gender
        person.gender = gender
        if description:
            self._roles.add(part, person, position)
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

    def _note_roles(self, end: int) -> None:
        """Remember who is described as what ("spokesman Ivan Petrov") up to a position."""
        while self._introduced and self._introduced[-1][2] < end:
            part, person, at = self._introduced.pop()
            if part.name:
                self._note(person.name, part.printed, part.description)
            self._roles.add(part, person, at)
            person.gender = person.gender or part.gender

    def _known_organization(self, part: Described, position: int) -> SpeakerName | None:
        """The organisation or study that "the company" stands for in the article."""
        body = part.head in name_data().organization_nouns
        if not part.head or not part.definite or (is_role(part.head) and not body):
            return None
        if part.name and part.name != part.description:
            return None  # a name of its own, which an apposition explains
        for known in reversed(self._centres.spoken[-12:]):
            for speaker in known.speakers:
                if not part.modifiers and _is_body(speaker, part.head):
                    return speaker
        name = self._organizations.find(part.head, part.modifiers, position)
        return None if name is None else SpeakerName(name, SpeakerKind.ORGANIZATION, (name,))

    def _author(self, part: Described, finding: Finding | None) -> SpeakerName | None:
        """Whose the figures or the report are, if the text names them ("figures from the ONS")."""
        if finding is None or finding.mention is None or part.name:
            return None
        if part.head not in name_data().document_nouns:
            return None
        author = self._authors.in_phrase(finding.mention, finding.sentence)
        if author is not None:
            return author
        word = self._document.text[slice(*finding.mention)].lower().split()[0]
        owner = _OWNERS.get(word)
        known = self._centres.antecedent(owner, finding) if owner else None
        named = known is not None and known.speakers[0].kind in (
            SpeakerKind.PERSON,
            SpeakerKind.ORGANIZATION,
        )
        return known.speakers[0] if known is not None and named else None

    def _name_of(self, span: Span) -> SpeakerName | None:
        """Whom a phrase names, for the author of a document; no place and no description."""
        parts = parse_mention(self._document.text, span, self._people, adopt=False).parts
        if len(parts) != 1 or not parts[0].name or not any(map(str.isupper, parts[0].printed)):
            return None
        part = parts[0]
        entity = find_entity(part.name)
        if entity is not None and entity.kind == "place":
            return None
        if part.person is None or part.person not in self._people.people:
            name = part.printed if part.person else self._organizations.full_name(part.name)
            return SpeakerName(name, SpeakerKind.ORGANIZATION, (part.printed,))
        return SpeakerName(part.person.name, SpeakerKind.PERSON, (part.person.name,))

    def _by_epithet(self, part: Described, finding: Finding) -> Person | None:
        """The person last spoken of whom "the Brazilian", "the 34-year-old" stands for."""
        data = name_data()
        stands = part.head in data.origins | data.epithets or part.head.endswith("year old")
        if not (stands and part.definite and part.kind is SpeakerKind.UNNAMED):
            return None
        known = self._centres.person(part.gender, finding)
        if known is None:
            return None
        return self._people.find(name_words(known.speakers[0].name), known.position)

    def _other_of_two(self, part: Described, finding: Finding) -> Person | None:
        """The other of a pair of whom one has spoken, for "his brother"."""
        if part.head not in name_data().relations or not part.definite:
            return None
        pair, spoken = self._centres.several(finding), self._centres.spoken[-1:]
        if pair is None or len(pair.speakers) != 2 or not spoken or len(spoken[0].speakers) != 1:
            return None
        names = [speaker.name for speaker in pair.speakers]
        if spoken[0].speakers[0].name not in names:
            return None
        (other,) = (name for name in names if name != spoken[0].speakers[0].name)
        return self._people.find(name_words(other), pair.position)

    def _by_plural_epithet(self, part: Described, finding: Finding | None) -> Known | None:
        """The people last spoken of whom "the couple" stands for."""
        if finding is None or not part.definite or part.head not in name_data().plural_epithets:
            return None
        return self._centres.several(finding) if not part.modifiers else None

    def _same_unnamed(self, part: Described) -> SpeakerName | None:
        """The unnamed speaker of just before whom a definite description repeats, or None."""
        if not part.definite or part.kind is not SpeakerKind.UNNAMED or part.modifiers:
            return None
        for known in reversed(self._centres.spoken[-4:]):
            for speaker in known.speakers:
                words = fold(speaker.name).split()
                head = name_data().synonyms.get(words[-1], words[-1]) if words else ""
                if speaker.kind is SpeakerKind.UNNAMED and head == part.head:
                    return speaker
        return None

    # --- pronouns ---

    def _by_pronoun(self, pronoun: str, finding: Finding) -> tuple[Resolved, str, bool]:
        if pronoun in ("who", "whom", "which", "that"):
            return self._by_antecedent(finding)
        if pronoun in ("i", "we", "you", "one", "me", "us"):
            return NOBODY, "", False
        known = self._centres.antecedent(pronoun, finding)
        if known is None:
            return NOBODY, "", False
        gender = GENDERS.get(pronoun, "")
        if gender:
            self._set_gender(known.speakers[0].name, gender)
        return Resolved(known.speakers, Found.PRONOUN), gender, known.plural

    def _set_gender(self, name: str, gender: str) -> None:
        words = name_words(name)
        person = self._people.find(words, 0)
        if person is not None and not person.gender:
            person.gender = gender

    def _by_antecedent(self, finding: Finding) -> tuple[Resolved, str, bool]:
        """Who "who" stands for: the phrase before the relative clause."""
        text = self._document.text
        sentence = self._document.sentences[finding.sentence]
        position = finding.mention[0] if finding.mention else finding.clause[0]
        before = [item for item in sentence.items if item.end <= position]
        span = phrase_before(before)
        if span is None:
            return NOBODY, "", False
        mention = parse_mention(text, span, self._people)
        if mention.pronoun:
            return NOBODY, "", False
        return self._by_mention(mention, finding)


def _is_body(speaker: SpeakerName, head: str) -> bool:
    """Whether a speaker is an organisation, named or not, that a noun fits by its words."""
    words = fold(speaker.name).split()
    if speaker.kind is SpeakerKind.GROUP:
        return head in name_data().organization_nouns and words[-1:] == [head] and len(words) > 1
    return speaker.kind is SpeakerKind.ORGANIZATION and head in words


def _is_plural(part: Described, speaker: SpeakerName) -> bool:
    """Whether a group is several people, and no body like "the ministry"."""
    if speaker.kind is not SpeakerKind.GROUP:
        return False
    return part.head not in name_data().organization_nouns or part.head in name_data().plural_people

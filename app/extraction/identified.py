"""Those whom a text quotes first and names afterwards.

"A senior minister has warned of … Economy Minister Ana Ruiz told …": the lead withholds the name,
the sentence behind it gives it. The evidence is that the person is named there for the first time,
and that they have the role, or that nothing else introduces them.
"""

from collections.abc import Sequence
from dataclasses import replace

from app.extraction.document import Document, Role
from app.extraction.findings import Finding
from app.extraction.grammar import grammar
from app.extraction.mentions import parse_mention
from app.extraction.names import is_role, name_data, name_words
from app.extraction.nouns import head_of
from app.extraction.organizations import may_be
from app.extraction.people import People, Person
from app.extraction.resolved import Found, Resolved
from app.extraction.role_memory import (
    SPOKESPERSON,
    HeldRole,
    RoleMemory,
    places_named,
    wider_roles,
)
from app.extraction.roles import Described
from app.extraction.subjects import Subjects
from app.extraction.types import Span, SpeakerKind, SpeakerName

_REACH = 4  # sentences
_LEAD = 2  # prose sentences with which an article begins
_CLAUSE = 200  # characters
_OWNER = 8  # characters
_BACK = 3  # sentences
_MAX_PEOPLE = 30
_AGAIN = 3  # times
# Heads and words of the offices that a reader knows the holder of.
_NATIONAL = frozenset({"minister", "premier", "president", "chancellor"})
_NATIONAL_MODIFIERS = frozenset({"prime", "british", "uk", "us"})
_ANY = frozenset({"figure", "person"})


class Identifier:
    """Finds the names that a document gives only after its descriptions."""

    def __init__(
        self, document: Document, people: People, subjects: Subjects, roles: RoleMemory
    ) -> None:
        self._document = document
        self._people = people
        self._subjects = subjects
        self._roles = roles
        body = [
            n
            for n, s in enumerate(document.sentences[:20])
            if document.role(s) is Role.BODY and s.is_prose
        ]
        self._lead_end = body[_LEAD - 1] if len(body) >= _LEAD else (body[-1] if body else -1)

    def identify(self, findings: Sequence[Finding], resolved: list[Resolved]) -> list[Resolved]:
        """The resolved speakers with those named whom the text names afterwards."""
        result = list(resolved)
        self._name_bodies(findings, result)
        for at, finding in enumerate(findings):
            found = result[at]
            if found.how is not Found.DESCRIPTION or finding.mention is None:
                continue
            end = finding.cue[0] if finding.cue and finding.cue[0] > finding.mention[1] else 0
            part = self._description(finding.mention, end)
            if part is None or len(found.speakers) != 1:
                continue
            person = self._spoken_of(part, at, findings, result)
            person = person or self._named_after(at, part, findings, result)
            if person is not None:
                self._roles.add(part, person, finding.mention[0])
            person = person or self._roles.holder(part) or self._known_to_all(part, finding)
            if person is not None:
                self._replace(result, at, findings, found.speakers[0], person)
        return result

    def _name_bodies(self, findings: Sequence[Finding], result: list[Resolved]) -> None:
        """Name the body with which an article opens ("the elections watchdog said")."""
        for at, finding in enumerate(findings):
            found = result[at]
            if finding.sentence > self._lead_end:
                return
            if found.how is not Found.DESCRIPTION or len(found.speakers) != 1:
                continue
            unnamed = found.speakers[0]
            head = head_of(unnamed.name)
            singular = unnamed.kind is SpeakerKind.GROUP and not head.endswith("s")
            if not singular or head not in name_data().organization_nouns or not finding.mention:
                continue
            body = self._body_after(head, finding.sentence, finding.mention[1])
            if body is None:
                continue
            for other in range(at, len(result)):
                if result[other].speakers == (unnamed,):
                    result[other] = replace(result[other], speakers=(body,), how=Found.IDENTIFIED)

    def _body_after(self, head: str, first: int, start: int) -> SpeakerName | None:
        """The organisation that is the subject of one of the next sentences, named there first."""
        for number in range(first, first + _REACH):
            subject = self._subjects.of(number)
            if subject is None or subject.start < start or len(subject.mention.parts) != 1:
                continue
            part = subject.mention.parts[0]
            named = part.kind is SpeakerKind.ORGANIZATION and part.name != part.description
            if not named or not may_be(part.name, head):
                continue
            before = self._document.text.find(part.printed, 0, start)
            return SpeakerName(part.name, part.kind, (part.printed,)) if before < 0 else None
        return None

    def _description(self, mention: Span, end: int) -> Described | None:
        """The description in a mention, if it is of one person who may be named later.

        What stands between it and a cue at ``end`` may say that they must not be.
        """
        text = self._document.text
        parsed = parse_mention(text, mention, self._people, adopt=False)
        if len(parsed.parts) != 1:
            return None
        part = parsed.parts[0]
        if part.kind is not SpeakerKind.UNNAMED or part.name or part.person is not None:
            return None
        whole = text[mention[0] : max(mention[1], min(end, mention[1] + _CLAUSE))]
        words = set(whole.lower().replace(",", " ").split())
        if words & name_data().anonymous:
            return None
        return part if is_role(part.head) or wider_roles(part.head) else None

    def _replace(
        self,
        result: list[Resolved],
        at: int,
        findings: Sequence[Finding],
        unnamed: SpeakerName,
        person: Person,
    ) -> None:
        """Name the speaker here and where the text goes on about them without a name."""
        speaker = SpeakerName(person.name, SpeakerKind.PERSON, (), unnamed.description)
        here = findings[at].clause[0]
        named_at = min((p for p in person.places if p > here), default=len(self._document.text))
        for other in range(at, min(len(result), at + 12)):
            if findings[other].clause[0] > named_at and other > at:
                break
            if result[other].speakers == (unnamed,):
                result[other] = replace(result[other], speakers=(speaker,), how=Found.IDENTIFIED)

    # --- who it is ---

    def _spoken_of(
        self, part: Described, at: int, findings: Sequence[Finding], resolved: Sequence[Resolved]
    ) -> Person | None:
        """Of whom the sentences before are, whom an office describes that nobody else has.

        "Oliver Ray, for the opposition, attacked … The shadow chancellor said …".
        """
        if not part.definite or part.head not in name_data().public_offices:
            return None
        if self._is_owned(findings[at]):
            return None
        here = findings[at].sentence
        said = {
            finding.sentence: found.speakers[0]
            for finding, found in zip(
                findings[max(0, at - 8) : at], resolved[max(0, at - 8) :], strict=False
            )
            if len(found.speakers) == 1 and not finding.nested
        }
        for number in range(here - 1, max(-1, here - 1 - _BACK), -1):
            person = self._centre_of(number, said.get(number))
            if person is not None:
                return person if self._may_hold(person, part) else None
            if not self._goes_on(number):
                return None
        return None

    def _is_owned(self, finding: Finding) -> bool:
        """Whether a mention is somebody else's ("her manager")."""
        start = finding.mention[0] if finding.mention else finding.clause[0]
        first = self._document.text[start : start + _OWNER].split()
        return bool(first) and first[0].lower() in grammar().possessives

    def _centre_of(self, number: int, speaker: SpeakerName | None) -> Person | None:
        """The person who speaks in a sentence, or who is its subject."""
        if speaker is not None:
            is_person = speaker.kind is SpeakerKind.PERSON
            start = self._document.sentences[number].start
            return self._people.find(name_words(speaker.name), start) if is_person else None
        subject = self._subjects.of(number)
        parts = subject.mention.parts if subject is not None else ()
        return parts[0].person if len(parts) == 1 else None

    def _goes_on(self, number: int) -> bool:
        """Whether a sentence is about the same person as the one before, by its pronoun."""
        subject = self._subjects.of(number)
        return subject is not None and subject.mention.pronoun in ("he", "she")

    def _may_hold(self, person: Person, part: Described) -> bool:
        """Whether nothing says that a person has another office, or is of the other gender."""
        theirs = {role.head for role in self._roles.roles if role.person is person}
        other = part.gender and person.gender and part.gender != person.gender
        return not other and not theirs & name_data().public_offices

    def _known_to_all(self, part: Described, finding: Finding) -> Person | None:
        """The one person of an article whom it names again and again and never introduces.

        Who holds an office that readers know ("the prime minister") is named with no role.
        """
        if not part.definite or part.head not in name_data().public_offices:
            return None
        if part.head not in _NATIONAL or part.modifiers - _NATIONAL_MODIFIERS:
            return None
        introduced = {id(role.person) for role in self._roles.roles}
        named = [
            person
            for person in self._people.people[:_MAX_PEOPLE]
            if id(person) not in introduced
            and self._document.text.count(person.name.split()[-1]) >= _AGAIN
        ]
        return named[0] if len(named) == 1 else None

    def _named_after(
        self, at: int, part: Described, findings: Sequence[Finding], resolved: Sequence[Resolved]
    ) -> Person | None:
        finding = findings[at]
        start = finding.mention[1] if finding.mention else finding.clause[1]
        last = min(len(self._document.sentences) - 1, finding.sentence + _REACH)
        end = self._document.sentences[last].end
        leads = finding.sentence <= self._lead_end
        for role in self._roles.after(part, start, end):
            if min(role.person.places) > start and (leads or _is_same(part, role)):
                return role.person
        person = self._spokesperson_after(part, start)
        if person is None and leads:
            person = self._subject_after(part, finding.sentence, start)
        office = part.definite and part.head != SPOKESPERSON
        if person is not None or (office and any(map(str.isupper, part.description or ""))):
            return person  # "the Archbishop of York": known by the office
        return self._bare_speaker(at, findings, resolved, start)

    def _spokesperson_after(self, part: Described, start: int) -> Person | None:
        """The one spokesperson of the same body whom the text names later, or None.

        "A spokeswoman for Acme said … Acme spokeswoman Ann Lee said …".
        """
        telling = places_named(part.modifiers) - name_data().idle
        if part.head != SPOKESPERSON or not telling:
            return None
        later = [
            role.person
            for role in self._roles.after(part, start, len(self._document.text))
            if role.head == part.head and telling == role.modifiers - name_data().idle
        ]
        same = len({id(person) for person in later}) == 1 and min(later[0].places) > start
        return later[0] if same else None

    def _subject_after(self, part: Described, first: int, start: int) -> Person | None:
        """The person who is the subject of one of the next sentences, named there first."""
        for number in range(first, first + _REACH):
            subject = self._subjects.of(number)
            if subject is None or subject.start < start:
                continue
            parts = subject.mention.parts
            person = parts[0].person if len(parts) == 1 else None
            if person is None or min(person.places) < start:
                continue
            return person if _agrees(part, parts[0]) else None
        return None

    def _bare_speaker(
        self, at: int, findings: Sequence[Finding], resolved: Sequence[Resolved], start: int
    ) -> Person | None:
        """The next speaker, if they are named for the first time with nothing to introduce them."""
        for other in range(at + 1, min(len(findings), at + 4)):
            found, finding = resolved[other], findings[other]
            reach = 2 if findings[at].sentence <= self._lead_end else 1
            if finding.sentence > findings[at].sentence + reach:
                return None
            if found.speakers == resolved[at].speakers or finding.nested:
                continue
            if found.how is not Found.NAME or len(found.speakers) != 1 or not finding.mention:
                return None
            parts = parse_mention(self._document.text, finding.mention, self._people).parts
            person = parts[0].person if len(parts) == 1 else None
            if person is None or parts[0].description or min(person.places) < start:
                return None
            return None if self._is_introduced(finding) else person
        return None

    def _is_introduced(self, finding: Finding) -> bool:
        """Whether an apposition behind a mention says who that is."""
        end = finding.mention[1] if finding.mention else finding.clause[1]
        after = self._document.text[end : end + 40].lstrip("”\"'’ ")
        words = after.split()
        return len(words) > 1 and after[:1] in (",", "(", "–", "—", "-") and words[0] != "."


def _is_same(part: Described, role: HeldRole) -> bool:
    """Whether a description repeats a role, by its noun and, unless definite, another word."""
    telling = places_named(part.modifiers) - name_data().idle
    return role.head == part.head and (part.definite or bool(telling & role.modifiers))


def _agrees(part: Described, named: Described) -> bool:
    """Whether somebody introduced with a role may be the one described before."""
    ranks = name_data().ranks
    if named.head and part.modifiers & ranks != named.modifiers & ranks:
        return False
    if not named.head:
        return True
    if named.head == part.head:  # not the spokeswoman of somebody else
        theirs = places_named(named.modifiers) - name_data().idle
        ours = places_named(part.modifiers) - name_data().idle
        return not theirs or not ours or bool(theirs & ours)
    if named.head in wider_roles(part.head) or part.head in wider_roles(named.head):
        return True
    theirs = places_named(named.modifiers) - name_data().idle
    return part.head in _ANY or bool(theirs & places_named(part.modifiers))

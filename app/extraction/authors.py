"""Whose the documents of an article are: "the report" for the commission that published it.

The evidence is in the article: "the commission's report", "a report by Acme", "an Acme survey",
"Acme has published a study", "Acme said in a statement".
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from app.extraction.document import Document, Item, ItemKind, Role
from app.extraction.findings import Finding
from app.extraction.grammar import grammar, low
from app.extraction.mention_parts import author_span
from app.extraction.names import name_data
from app.extraction.nouns import head_of
from app.extraction.outlets import find_outlet
from app.extraction.resolved import Found, Resolved
from app.extraction.subjects import Subjects
from app.extraction.types import Span, SpeakerKind, SpeakerName

_ISSUES = frozenset(
    {
        *("published", "publishes", "released", "releases", "issued", "issues", "launched"),
        *("launches", "unveiled", "unveils", "produced", "compiled", "conducted", "wrote"),
    }
)
_OWNERS = frozenset({"its", "his", "her", "their"})
_TO_VERB = 6  # words between "published" and "report"
_TO_NAME = 2  # words between a name and the document that it stands in front of
_LEAD = 2  # sentences with which an article begins
_IN_DOCUMENT = re.compile(
    r"\bin (?:an?|its|his|her|their) (?:[\w-]+ ){0,3}?(?P<noun>[a-z]+)\b", re.IGNORECASE
)
_SURVEY = "survey"  # an outlet that has one taken is not who found what it shows
_NAMED = frozenset({SpeakerKind.PERSON, SpeakerKind.ORGANIZATION})

NameOf = Callable[[Span], SpeakerName | None]


@dataclass(frozen=True, slots=True)
class _Authored:
    """A document of a group of nouns that is somebody's, by the words at a position."""

    position: int
    group: str
    author: SpeakerName


class Authors:
    """The documents of one text and whose they are."""

    def __init__(self, document: Document, subjects: Subjects, name_of: NameOf) -> None:
        self._document = document
        self._subjects = subjects
        self._name_of = name_of
        self._known = [
            found
            for number, sentence in enumerate(document.sentences)
            if sentence.is_prose and document.role(sentence) is Role.BODY
            for found in self._read(number, sentence.items)
        ]

    def in_phrase(self, mention: Span, sentence: int) -> SpeakerName | None:
        """Whose the document that a mention names is, by the mention and what follows it."""
        items = self._document.sentences[sentence].items
        inside = [at for at, item in enumerate(items) if mention[0] <= item.start < mention[1]]
        nouns = [at for at in inside if _is_document(items[at])]
        owner = self._owner(items, nouns[0]) if nouns else None
        if owner is not None:
            return owner
        span = author_span(items, mention[0])
        if span is None:
            return None
        inside_mention = span[0] < mention[1] < span[1]
        return self._name_of((span[0], mention[1]) if inside_mention else span)

    def name(self, findings: Sequence[Finding], resolved: Sequence[Resolved]) -> list[Resolved]:
        """The resolved speakers with a document's author for one that the article ascribes."""
        known: dict[str, list[_Authored]] = {}
        for one in sorted(
            [*self._known, *self._said_in(findings, resolved)], key=attrgetter("position")
        ):
            known.setdefault(one.group, []).append(one)
        single = {group for group, all_ in known.items() if len({o.author.name for o in all_}) == 1}
        result = list(resolved)
        for at, finding in enumerate(findings):
            group = _unascribed(result[at])
            author = self._author(known.get(group, []), group in single, finding)
            if author is not None:
                result[at] = replace(
                    result[at], speakers=(author,), how=Found.IDENTIFIED, written=True
                )
        return result

    def _author(
        self, known: Sequence[_Authored], is_single: bool, finding: Finding
    ) -> SpeakerName | None:
        """Whose the document is: as last said, or as said of all such in the article."""
        is_new = self._is_new(finding)
        before = bisect_left(known, finding.start, key=attrgetter("position"))
        if before and not is_new:
            return known[before - 1].author
        leads = finding.sentence <= _LEAD or not is_new
        return known[0].author if known and is_single and leads else None

    def _is_new(self, finding: Finding) -> bool:
        """Whether a mention brings up another document ("a report", "recent surveys")."""
        if finding.mention is None:
            return True
        first = self._document.text[slice(*finding.mention)].lower().split()[:1]
        definite = ("the", "this", "that", "it", "its", "which", "these")
        return not first or first[0] not in definite

    # --- reading ---

    def _read(self, number: int, items: Sequence[Item]) -> Iterator[_Authored]:
        for at, item in enumerate(items):
            if not _is_document(item):
                continue
            author = self._owner(items, at) or self._behind(items, at) or self._issuer(number, at)
            group = group_of(item.low)
            if author is not None and not (group == _SURVEY and find_outlet(author.name)):
                yield _Authored(item.start, group, author)

    def _owner(self, items: Sequence[Item], at: int) -> SpeakerName | None:
        """Who stands before a document: "the NAO's annual report", "a Capital Economics survey"."""
        end = at
        while end > max(0, at - _TO_NAME) and _is_plain(items, end - 1):
            end -= 1
        if low(items, end - 1) == "'s" and end > 1:
            end -= 1
        first = end
        while first > 0 and items[first - 1].capital and items[first - 1].kind is ItemKind.WORD:
            first -= 1
        lone = end == 1 and low(items, end) != "'s"
        if first == end or (
            lone and not self._document.text[items[0].end - 2 : items[0].end].isupper()
        ):
            return None  # "Official figures": a capital that only opens the sentence
        return self._name_of((items[first].start, items[end - 1].end))

    def _behind(self, items: Sequence[Item], at: int) -> SpeakerName | None:
        span = author_span(items, items[at].start)
        return self._name_of(span) if span else None

    def _issuer(self, number: int, at: int) -> SpeakerName | None:
        """The subject of a sentence that publishes a document, or that says in its own."""
        items = self._document.sentences[number].items
        if at <= _TO_VERB and low(items, 0) == "in" and low(items, 1) in _OWNERS:
            owner = self._subjects.of(number)
            behind = owner is not None and owner.start > items[at].end
            named = owner is not None and not owner.mention.pronoun
            return self._name_of((owner.start, owner.end)) if owner and behind and named else None
        verb = next((i for i in range(max(0, at - _TO_VERB), at) if low(items, i) in _ISSUES), -1)
        subject = self._subjects.of(number) if verb > 0 else None
        if subject is None or subject.end > items[verb].start or subject.mention.pronoun:
            return None
        return self._name_of((subject.start, subject.end))

    def _said_in(
        self, findings: Sequence[Finding], resolved: Sequence[Resolved]
    ) -> Iterator[_Authored]:
        """The documents in which somebody named says something ("the club said in a statement")."""
        text = self._document.text
        for finding, found in zip(findings, resolved, strict=True):
            if len(found.speakers) != 1 or not _may_issue(found.speakers[0]):
                continue
            if found.written and finding.mention:
                group = _group_in(text[slice(*finding.mention)])
                if group:
                    yield _Authored(finding.mention[0], group, found.speakers[0])
            sentence = self._document.sentences[finding.sentence]
            for match in _IN_DOCUMENT.finditer(text, sentence.start, sentence.end):
                noun = match["noun"].lower()
                if noun in name_data().document_nouns:
                    yield _Authored(match.start(), group_of(noun), found.speakers[0])


def group_of(noun: str) -> str:
    """The noun for all that mean one sort of document ("poll" and "survey")."""
    return name_data().document_groups.get(noun, noun)


def _group_in(mention: str) -> str:
    """The sort of document that a mention names ("its report"), or ""."""
    noun = head_of(mention)
    return group_of(noun) if noun in name_data().document_nouns else ""


def _may_issue(speaker: SpeakerName) -> bool:
    """Whether a speaker may be the author of a document: somebody named, or a body."""
    body = speaker.kind is SpeakerKind.GROUP
    return speaker.kind in _NAMED or (
        body and head_of(speaker.name) in name_data().organization_nouns
    )


def _is_document(item: Item) -> bool:
    return not item.capital and item.low in name_data().document_nouns


def _is_plain(items: Sequence[Item], at: int) -> bool:
    """Whether a word may stand between a name and its document: an adjective or a noun."""
    words = grammar()
    item = items[at]
    closed = (words.determiners, words.prepositions, words.subordinators, words.auxiliaries)
    return (
        item.kind is ItemKind.WORD
        and not item.capital
        and item.low != "'s"
        and item.low not in words.conjunctions | words.pronouns
        and not any(item.low in kind for kind in closed)
    )


def _unascribed(found: Resolved) -> str:
    """The sort of document that speaks with no author known, or ""."""
    if len(found.speakers) != 1 or found.speakers[0].kind not in (
        SpeakerKind.UNNAMED,
        SpeakerKind.GROUP,
    ):
        return ""
    return _group_in(found.speakers[0].name)

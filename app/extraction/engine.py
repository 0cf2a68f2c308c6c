"""The entry: text in, attributions out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from app.extraction.carrying import Carrier
from app.extraction.channels import Channel, find_channels
from app.extraction.confidence import confidence_of
from app.extraction.core import find_findings
from app.extraction.credits import Credits, find_credits
from app.extraction.document import Document, parse_document
from app.extraction.findings import Construction, Finding, conjunction_before, kind_of
from app.extraction.nouns import heads_document
from app.extraction.occasions import find_date, find_medium, leading_day, without_relative_clauses
from app.extraction.organizations import is_study
from app.extraction.outlets import find_outlet, is_paper
from app.extraction.relays import find_relays
from app.extraction.resolved import Resolved
from app.extraction.speakers import Resolver
from app.extraction.transcripts import ANSWER_LABELS
from app.extraction.types import Act, Attribution, Medium, Span, SpeakerKind, SpeakerName
from app.extraction.via import ViaFinder

EXTRACTOR_VERSION = "tagger-1"

_APPOSITION = re.compile(r"[\s”\"’']*,\s+(?:an?|the|his|her|their|its|which|who)\s", re.IGNORECASE)
_SEEN_BY = re.compile(r" (?:seen|obtained|viewed|reviewed|published|leaked) (?:by|to|in) ")
_PRESENT = re.compile(r"\b(?:says|suggests|recommends|warns|urges|argues|concludes|finds|calls)$")
_WRITING_REACH = 4  # sentences over which a post goes on
_WRITTEN = frozenset({Medium.POST, Medium.LETTER, Medium.DOCUMENT, Medium.STATEMENT})
_COMMENTS = frozenset(
    {"note", "observe", "describe", "comment", "argue", "suggest", "call", "opine", "write"}
)
_GOING_ON = frozenset({"continue", "go", "conclude", "add"})


def extract(
    text: str,
    *,
    title: str | None = None,
    publisher: str | None = None,
    published_at: datetime | None = None,
) -> list[Attribution]:
    """The attributions of an article, in the order of the text.

    Offsets are code points into ``text``, which is never changed. ``title`` is not searched for
    attributions (offsets into it would mean nothing). ``publisher`` is left out of every via
    chain; without it the one that a copyright line names is. ``published_at`` dates what was said
    "yesterday" or "on Monday". Any string gives an answer, in time linear in its length.
    """
    del title
    document = parse_document(text)
    credits = find_credits(text)
    return list(_Assembly(document, credits, publisher, published_at).attributions())


class _Assembly:
    """Findings to attributions, for one document."""

    def __init__(
        self,
        document: Document,
        credits: Credits,
        publisher: str | None,
        published_at: datetime | None,
    ) -> None:
        self._document = document
        self._via = ViaFinder(document.text)
        self._published_at = published_at
        self._last_day: date | None = None
        self._carrier = Carrier(document)
        self._channels: dict[str, Channel] = {}
        self._reporting: frozenset[str] = frozenset()
        self._publisher = _canonical(publisher or credits.publisher)
        agency = credits.agency
        self._agency = None if agency and agency == self._publisher else agency

    def attributions(self) -> Iterator[Attribution]:
        """One attribution a finding."""
        findings = find_findings(self._document)
        resolver = Resolver(self._document)
        resolved = resolver.resolve_all(findings)
        writing: dict[str, int] = {}
        spans = self._spans(findings)
        self._reporting = frozenset(
            found.speakers[0].name
            for found in resolved
            if found.written and found.speakers[0].kind is SpeakerKind.ORGANIZATION
        )
        self._channels = find_channels(
            self._document, resolver.subjects, self._via, findings, resolved
        )
        relays = find_relays(self._document, findings, resolved)
        links = {said: resolved[outlet].speakers[0].name for outlet, said in relays.items()}
        for at, (finding, found, span) in enumerate(zip(findings, resolved, spans, strict=True)):
            attribution = self._attribution(finding, found, span, resolver, writing)
            if at in relays:
                attribution = replace(attribution, statement=False)
            elif at in links and links[at] not in attribution.via:
                attribution = replace(attribution, via=(*attribution.via, links[at]))
            yield attribution

    def _attribution(
        self,
        finding: Finding,
        found: Resolved,
        span: Span,
        resolver: Resolver,
        writing: dict[str, int],
    ) -> Attribution:
        text = self._document.text
        speakers = resolver.finish(found.speakers)
        around = self._around(finding, span)
        names = [speaker.name for speaker in speakers]
        leave_out = [*names, self._publisher] if self._publisher else names
        via = self._via.find(around, finding.lemma, leave_out)
        words = " ".join(text[a:b] for a, b in around)
        words = without_relative_clauses(words)
        medium = find_medium(words, finding.act)
        written = found.written or _is_document(speakers) or self._reports(finding, names)
        if medium is None and written:
            medium = Medium.DOCUMENT
        if medium is None and self._is_answer(finding):
            medium = Medium.INTERVIEW
        channel = self._channels.get(names[0]) if len(names) == 1 else None
        if channel is not None and medium is None and not via and finding.act is Act.SPEECH:
            via = tuple(name for name in channel.via if name != self._publisher)
            medium = channel.medium
        if finding.act is not Act.THOUGHT:
            via, medium = self._carrier.carry(finding, tuple(names), via, medium, words)
        act = _act(finding, medium, via, names, writing)
        if act is Act.SPEECH and (written or self._is_papers(finding, speakers)):
            act = Act.WRITING
        if self._agency and self._agency not in via and self._agency not in names:
            via = (*via, self._agency)
        return Attribution(
            content=finding.content,
            cue=(finding.cue,) if finding.cue else (),
            mention=(finding.mention,) if finding.mention else (),
            kind=kind_of(text, finding.content, self._document.quotes_in(finding.content)),
            act=act,
            statement=finding.statement and self._says_something(finding),
            speakers=speakers,
            via=via,
            medium=medium,
            said_on=self._said_on(finding, words),
            confidence=confidence_of(finding, found),
            conjunction=conjunction_before(text, finding.content[0][0]),
        )

    def _reports(self, finding: Finding, names: Sequence[str]) -> bool:
        """Whether an organisation whose report the article is about says it there.

        The news tells what a report says in the present tense ("the commission says"), and what
        was said of it aloud in the past.
        """
        if finding.cue is None or len(names) != 1 or names[0] not in self._reporting:
            return False
        return bool(_PRESENT.search(self._document.text[slice(*finding.cue)]))

    def _is_papers(self, finding: Finding, speakers: Sequence[SpeakerName]) -> bool:
        """Whether a newspaper or a site comments: it writes, where it does not pass on news."""
        if len(speakers) != 1 or finding.mention is None or finding.lemma not in _COMMENTS:
            return False
        if speakers[0].kind is not SpeakerKind.ORGANIZATION:
            return False
        return is_paper(speakers[0].name, self._document.text[slice(*finding.mention)])

    def _is_answer(self, finding: Finding) -> bool:
        """Whether a turn is labelled "A" or "Answer", as interviews are printed."""
        if finding.construction is not Construction.TURN or finding.mention is None:
            return False
        return self._document.text[slice(*finding.mention)].lower() in ANSWER_LABELS

    def _said_on(self, finding: Finding, words: str) -> date | None:
        """The day that the words around a cue, or the mention's first words, name."""
        if finding.mention:
            words = f"{leading_day(self._document.text[slice(*finding.mention)])} {words}"
        said = find_date(words, self._published_at, self._last_day)
        self._last_day = said or self._last_day
        return said

    def _says_something(self, finding: Finding) -> bool:
        text = self._document.text
        return any(c.isalpha() for a, b in finding.content for c in text[a:b])

    def _around(self, finding: Finding, span: Span) -> list[Span]:
        """The words around a cue, inside a span, without content, mention and quotations."""
        if finding.construction is Construction.IMPLICIT:
            return []
        if any(a <= finding.clause[0] < b for a, b in _hulls(finding.content)):
            return [finding.clause]
        quotes = [(quote.start, quote.end) for quote in self._document.quotes_in([span])]
        mention = [self._without_source(finding.mention)] if finding.mention else []
        gaps: list[Span] = []
        at = span[0]
        for start, end in sorted([*finding.content, *quotes, *mention]):
            if start > at:
                gaps.append((at, min(start, span[1])))
            at = max(at, end)
        if at < span[1] and not self._is_apposition(finding, at):
            gaps.append((at, span[1]))
        return gaps

    def _without_source(self, mention: Span) -> Span:
        """A mention up to whoever has seen the document that it names ("papers seen by Acme")."""
        seen = _SEEN_BY.search(self._document.text, *mention)
        return (mention[0], seen.start()) if seen else mention

    def _is_apposition(self, finding: Finding, at: int) -> bool:
        """Whether what follows an indirect content explains that, and not the occasion.

        "She said that they reject the plan, an idea raised by Lee in an interview with …".
        """
        follows = finding.cue is not None and finding.content[0][0] > finding.cue[1]
        return follows and bool(_APPOSITION.match(self._document.text, at))

    def _spans(self, findings: Sequence[Finding]) -> list[Span]:
        """For every finding the stretch of its sentence that tells of its occasion and sources."""
        spans: list[Span] = []
        for at, finding in enumerate(findings):
            sentence = self._document.sentences[finding.sentence]
            same = [f for f in findings[max(0, at - 8) : at + 9] if f.sentence == finding.sentence]
            others = [f for f in same if f is not finding and not f.nested]
            end = min(
                (f.clause[0] for f in others if f.clause[0] > finding.clause[0]),
                default=sentence.end,
            )
            is_first = not any(f.clause[0] < finding.clause[0] for f in others)
            opens = is_first and finding.content[0][0] > finding.clause[0]
            start = sentence.start if opens or finding.shared else finding.clause[0]
            spans.append((min(start, end), max(end, finding.clause[1])))
        return spans


def _is_document(speakers: Sequence[SpeakerName]) -> bool:
    """Whether what speaks is a report, a study, a poll: something written."""
    if len(speakers) != 1:
        return False
    if speakers[0].kind is SpeakerKind.ORGANIZATION:
        return is_study(speakers[0].name)
    return speakers[0].kind is SpeakerKind.UNNAMED and heads_document(speakers[0].name)


def _act(
    finding: Finding,
    medium: Medium | None,
    via: Sequence[str],
    names: Sequence[str],
    writing: dict[str, int],
) -> Act:
    """Speech or writing, also by the occasion; a post that goes on stays writing.

    ``writing`` holds, by speaker, the sentence up to which they were writing, and is kept up.
    """
    if finding.act is Act.THOUGHT:
        return Act.THOUGHT
    key = "|".join(names)
    last = writing.get(key)
    goes_on = (
        (finding.inherits or finding.lemma in _GOING_ON)
        and last is not None
        and finding.sentence - last <= _WRITING_REACH
        and medium is None
        and not via
    )
    is_written = medium in _WRITTEN or any(map(_is_platform, via))
    if finding.act is Act.WRITING or is_written or goes_on:
        if names:
            writing[key] = finding.sentence
        return Act.WRITING
    return Act.SPEECH


def _hulls(content: Sequence[Span]) -> list[Span]:
    """The stretches that content covers with its gaps."""
    return [(content[0][0], content[-1][1])] if len(content) > 1 else []


def _canonical(publisher: str | None) -> str | None:
    outlet = find_outlet(publisher) if publisher else None
    return outlet.name if outlet else publisher


def _is_platform(name: str) -> bool:
    outlet = find_outlet(name)
    return outlet is not None and outlet.kind == "platform"

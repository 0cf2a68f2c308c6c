"""The tagger's attributions and those of the rules made one list of findings.

The tagger finds what the rules have no construction for; the rules know the exact edges of what
they find. What both see is one finding with the tagger's extent and the rules' construction; for
what only one of them sees the evidence decides (listing.py).
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter, itemgetter

from app.extraction.cues import Frame, lexicon
from app.extraction.document import Document, Role
from app.extraction.findings import Construction, Finding, kind_of
from app.extraction.listing import SURE_OF_RULES, Evidence, cue_acts
from app.extraction.nouns import names_no_speaker
from app.extraction.outlets import find_outlet, iter_outlets
from app.extraction.relays import nearby, passes_on
from app.extraction.tagger import Reading, Tagged
from app.extraction.types import Act, Kind, Span

_OVERLAP = 0.5  # of the union, for two to be one
# In a cue, they say that it was not, or may not have been said, or by somebody else.
_UNSAID = frozenset({"may", "might", "could", "not", "never", "didn't", "didn’t", "heard"})
_QUOTED = re.compile(
    r"(?:quot(?:ed|es|ing)|cit(?:ed|es|ing))\s+(?P<who>[^.;:”\"\n]{2,120}?)\s+as\s+(?:saying|stating)\b"
)
# "…, while Acme declined to comment": the writer's own words.
_SILENT = re.compile(
    r"(?<=\w),?\s+(?:while|but|and|whereas)\s+[^.;:”\"\n]{2,80}?\s(?:(?:has |have |had )?"
    r"(?:declined|refused) to (?:comment|be drawn)|could not be reached|was not available"
    r"|did(?: not|n’t|n't) (?:immediately )?(?:respond|reply|return|answer)\b)"
)
_CITING = re.compile(r"(?<=\w), (?:citing|quoting) (?P<who>[^,]{3,80})")
_QUOTED_BY = re.compile(r"(?:was|were|is|are|been) (?:also )?(?:quoted|cited) by\b")
_AS_SAYING = re.compile(r"(?:as )?(?:saying|telling \w+)(?: that)?\s+")
_QUOTED_REACH = 160  # characters
_NEAR_EDGE = 3  # characters
_MOSTLY = 0.6  # of a quotation, for all of it to be content
_CONJUNCTION = re.compile(r"that\s+", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_LOOSE = " \t\xa0,;:.–—-"
_MAX_BEFORE = 8  # rule findings looked at before and behind a tagged one


@dataclass(frozen=True, slots=True)
class Candidate:
    """A finding with the evidence for it."""

    finding: Finding
    evidence: Evidence


class Merger:
    """Puts together what the tagger and the rules find in one document."""

    def __init__(self, document: Document, reading: Reading) -> None:
        self._document = document
        self._reading = reading
        self._starts: list[int] = []
        self._contents = sorted(span for t in reading.tagged for span in t.content)

    def candidates(self, rules: Sequence[Finding]) -> list[Candidate]:
        """Every attribution that either sees, in the order of the text."""
        rules = sorted(rules, key=lambda f: f.content[0])
        self._starts = [rule.content[0][0] for rule in rules]
        pairs = self._pairs(rules)
        found: list[Candidate] = []
        for tagged, at in pairs:
            rule = rules[at] if at is not None else None
            finding = self._both(tagged, rule) if rule else self._alone(tagged)
            if finding is not None:
                found.append(self._candidate(finding, rule, tagged))
        taken = {at for _, at in pairs}
        found += (
            self._candidate(rule, rule, None) for at, rule in enumerate(rules) if at not in taken
        )
        return self._relayed(sorted(found, key=lambda c: (c.finding.start, c.finding.content)))

    def _relayed(self, found: list[Candidate]) -> list[Candidate]:
        """With the words that an outlet passes on as those of whoever says them in its report."""
        for at, outer in enumerate(found):
            mention = outer.finding.mention
            if mention is None or not outer.finding.statement or not self._passes_on(mention):
                continue
            for inner in nearby(found, at):
                finding, seen = found[inner].finding, found[inner].evidence
                hidden = (seen.inside or seen.tagged) and not finding.statement
                if hidden and finding.mention and passes_on(outer.finding, finding):
                    evidence = replace(outer.evidence, content=finding.content)
                    found[inner] = Candidate(replace(finding, nested=False), evidence)
                    break
        return found

    # --- which are the same ---

    def _pairs(self, rules: Sequence[Finding]) -> list[tuple[Tagged, int | None]]:
        """Each tagged attribution with the rule finding that it most overlaps, one to one."""
        starts = [rule.content[0][0] for rule in rules]
        scored: list[tuple[float, int, int]] = []
        for number, tagged in enumerate(self._reading.tagged):
            low = bisect_left(starts, tagged.content[0][0])
            high = bisect_right(starts, tagged.content[-1][1])
            for at in range(max(0, low - _MAX_BEFORE), min(len(rules), high + _MAX_BEFORE)):
                share = _overlap(tagged.content, rules[at].content)
                if share > 0 and _same(tagged.cue, rules[at].cue):
                    share += _OVERLAP
                if share >= _OVERLAP:
                    scored.append((share, number, at))
        chosen: dict[int, int] = {}
        taken: set[int] = set()
        for _, number, at in sorted(scored, reverse=True):
            if number not in chosen and at not in taken:
                chosen[number] = at
                taken.add(at)
        return [(tagged, chosen.get(i)) for i, tagged in enumerate(self._reading.tagged)]

    # --- what they are ---

    def _both(self, tagged: Tagged, rule: Finding) -> Finding:
        """A finding that both see: the tagger's extent, the rules' construction."""
        mention = self._mention(tagged, rule)
        return replace(
            rule,
            content=self._extent(tagged, rule),
            cue=rule.cue or tagged.cue,
            mention=mention,
            inherits=rule.inherits and mention is None,
        )

    def _mention(self, tagged: Tagged, rule: Finding) -> Span | None:
        """Who is named: the rules' words where the tagger means the same, else the tagger's."""
        if rule.mention is not None and (
            rule.construction in SURE_OF_RULES or _same(tagged.mention, rule.mention)
        ):
            return rule.mention
        if rule.mention and tagged.mention and self._passes_on(tagged.mention):
            return rule.mention
        if rule.lemma == "hear":
            return None  # a court hears what others say
        if rule.inherits and tagged.cue and tagged.mention:
            start, end = sorted((tagged.cue[0], rule.content[0][0]))
            if "\n" in self._document.text[start:end]:
                return None  # a cue in another paragraph is no evidence against going on
        return tagged.mention or rule.mention

    def _passes_on(self, mention: Span) -> bool:
        """Whether a mention is an outlet, through which the words of somebody else came."""
        text = self._document.text
        if find_outlet(text[slice(*mention)]) is not None:
            return True
        outlets = iter_outlets(text, *mention)  # "the news agency Acme Press"
        return any(end == mention[1] for (_, end), _ in outlets)

    def _extent(self, tagged: Tagged, rule: Finding) -> tuple[Span, ...]:
        """The content of what both see: the rules' where they are sure and the tagger about agrees.

        Their edges are as exact as the tagger's by PolNeAR, and cleaner by an editor's eye.
        """
        content = self._edges(tagged.content, tagged.cue)
        if not content or (rule.statement and self._yields(content, rule)):
            return rule.content
        return content

    def _yields(self, content: Sequence[Span], rule: Finding) -> bool:
        """Whether a rule knows better: it about agrees, or the tagger is out of its depth."""
        ours, theirs = self._words(content), self._words(rule.content)
        if len(ours & theirs) >= _OVERLAP * len(ours | theirs):
            return True
        if rule.construction in SURE_OF_RULES or _touch(content, rule.mention):
            return True
        direct = self._kind(rule.content) is Kind.DIRECT
        return theirs <= ours or (direct and ours <= theirs)

    def _words(self, content: Sequence[Span]) -> set[int]:
        text = self._document.text
        return {m.start() for start, end in content for m in _WORD.finditer(text, start, end)}

    def _kind(self, content: Sequence[Span]) -> Kind:
        return kind_of(self._document.text, content, self._document.quotes_in(content))

    def _alone(self, tagged: Tagged) -> Finding | None:
        """A finding that only the tagger sees."""
        content = self._edges(tagged.content, tagged.cue)
        if not content:
            return None
        text = self._document.text
        places = [span for span in (tagged.cue, tagged.mention) if span] or [content[0]]
        clause = (min(s for s, _ in places), max(e for _, e in places))
        if not (tagged.cue or tagged.mention):
            clause = (content[0][0], content[0][0])
        number = self._document.sentence_at(clause[0])
        if not self._document.sentences or not self._document.sentences[number].is_prose:
            return None
        words = text[tagged.cue[0] : tagged.cue[1]].lower().split() if tagged.cue else []
        return Finding(
            content=content,
            cue=tagged.cue,
            mention=tagged.mention,
            sentence=number,
            clause=clause,
            lemma=next((lexicon().verbs[w].lemma for w in words if w in lexicon().verbs), ""),
            act=_act(words),
            construction=self._construction(tagged, content, words),
            statement=True,
            nested=False,
            inherits=tagged.continues and tagged.mention is None,
            unsaid=bool(_UNSAID & set(words))
            or self._is_rule_of(tagged, words, number)
            or self._is_passed_on(tagged, content),
        )

    def _is_passed_on(self, tagged: Tagged, content: Sequence[Span]) -> bool:
        """Whether an outlet only passes on what somebody says in the content."""
        at = bisect_left(self._starts, content[0][0])
        inside = at < len(self._starts) and self._starts[at] < content[-1][1]
        return inside and tagged.mention is not None and self._passes_on(tagged.mention)

    def _is_rule_of(self, tagged: Tagged, words: Sequence[str], number: int) -> bool:
        """Whether the content only goes by something ("according to the law")."""
        if "according" not in words or tagged.mention is None:
            return False
        items = self._document.sentences[number].items
        inside = [
            i for i, item in enumerate(items) if tagged.mention[0] <= item.start < tagged.mention[1]
        ]
        return bool(inside) and names_no_speaker(items, inside[0], inside[-1] + 1)

    def _construction(
        self, tagged: Tagged, content: Sequence[Span], words: Sequence[str]
    ) -> Construction:
        text = self._document.text
        if tagged.cue is None:
            return Construction.IMPLICIT
        if "according" in words:
            return Construction.ACCORDING
        if self._kind(content) is Kind.DIRECT:
            return Construction.QUOTATION
        if any(word in lexicon().nouns for word in words):
            return Construction.NOUN
        if not any(c.isalnum() for c in text[tagged.cue[0] : tagged.cue[1]]):
            return Construction.COLON
        verb = next((lexicon().verbs[w] for w in words if w in lexicon().verbs), None)
        if verb is None or not verb.has(Frame.SAY, Frame.TELL):
            return Construction.OBJECT
        after = content[0][0] > tagged.cue[0]
        return Construction.CLAUSE if after else Construction.PARENTHESIS

    def _candidate(
        self, finding: Finding, rule: Finding | None, tagged: Tagged | None
    ) -> Candidate:
        finding = self._without_silence(self._with_quoted(finding))
        sentence = self._document.sentences[finding.sentence] if self._document.sentences else None
        chances = [self._reading.content_chance(span) for span in finding.content]
        evidence = Evidence(
            content=finding.content,
            cue=finding.cue,
            mention=finding.mention,
            kind=self._kind(finding.content),
            rule=rule,
            tagged=tagged is not None,
            chance=sum(chances) / len(chances),
            cue_chance=tagged.p_cue if tagged else 0.0,
            link_chance=tagged.p_link if tagged else 0.0,
            source_chance=tagged.p_source if tagged else 0.0,
            nested=finding.nested,
            inside=tagged is None and self._is_inside(finding),
            heading=sentence is not None and self._document.role(sentence) is Role.HEADING,
        )
        return Candidate(finding, evidence)

    def _with_quoted(self, finding: Finding) -> Finding:
        """A finding with whom somebody quotes as its speaker ("Acme quoted Lee as saying")."""
        if finding.cue is None:
            return finding
        cited = _CITING.search(self._document.text, *finding.mention) if finding.mention else None
        if cited:  # "the agency, citing a source, reported"
            return replace(finding, mention=cited.span("who"))
        if len(finding.content) > 1 and _QUOTED_BY.match(self._document.text, finding.cue[0]):
            return self._quoted_by(finding)
        start = finding.cue[0]
        match = _QUOTED.match(self._document.text, start, start + _QUOTED_REACH)
        return replace(finding, mention=match.span("who")) if match else finding

    def _without_silence(self, finding: Finding) -> Finding:
        """A finding without the clause in which somebody else says nothing."""
        start, end = finding.content[-1]
        match = _SILENT.search(self._document.text, start, end)
        if match is None or self._document.quotes_in([(match.start(), end)]):
            return finding
        return replace(finding, content=(*finding.content[:-1], (start, match.start())))

    def _quoted_by(self, finding: Finding) -> Finding:
        """A finding with its subject as its speaker ("Lee was quoted by Acme as saying")."""
        who, said = finding.content[0], finding.content[1:]
        match = _AS_SAYING.match(self._document.text, *said[0])
        if match is None or finding.cue is None or who[1] > finding.cue[0]:
            return finding
        start = match.end()
        return replace(finding, mention=who, content=((start, said[0][1]), *said[1:]))

    def _is_inside(self, finding: Finding) -> bool:
        """Whether a finding begins inside a content of the tagger's."""
        place = (finding.cue or finding.content[0])[0]
        at = bisect_right(self._contents, place, key=itemgetter(0)) - 1
        return at >= 0 and place < self._contents[at][1]

    # --- exact edges ---

    def _edges(self, content: Sequence[Span], cue: Span | None) -> tuple[Span, ...]:
        """The spans with whole quotations, without a "that" and loose marks; none is empty."""
        out: list[Span] = []
        for span in content:
            start, end = self._with_quotes(span)
            opening = _CONJUNCTION.match(self._document.text, start, end)
            if opening and cue and cue[1] <= start and not out:
                start = opening.end()
            start, end = self._trimmed(max(start, self._prose_start(start)), end)
            if start < end and (not out or start >= out[-1][1]):
                out.append((start, end))
        return tuple(out)

    def _prose_start(self, place: int) -> int:
        """Where the prose of the paragraph at a place begins, behind its dateline."""
        paragraphs = self._document.paragraphs
        at = bisect_right(paragraphs, place, key=attrgetter("end"))
        if at == len(paragraphs):
            return place
        return paragraphs[at].start if paragraphs[at].is_read else paragraphs[at].end

    def _with_quotes(self, span: Span) -> Span:
        """A span grown to the quotations that it nearly or mostly covers."""
        start, end = span
        for quote in self._document.quotes_in([span]):
            inside = min(end, quote.end) - max(start, quote.start)
            mostly = inside >= _MOSTLY * (quote.end - quote.start)
            if quote.start < start <= quote.end and (mostly or start - quote.start <= _NEAR_EDGE):
                start = quote.start
            if quote.start <= end < quote.end and (mostly or quote.end - end <= _NEAR_EDGE):
                end = quote.end
        return start, end

    def _trimmed(self, start: int, end: int) -> Span:
        text = self._document.text
        while start < end and text[start] in _LOOSE:
            start += 1
        while start < end and text[end - 1] in _LOOSE:
            end -= 1
        return start, end


def _act(words: Sequence[str]) -> Act:
    acts = cue_acts(words)
    if Act.SPEECH in acts or not acts:
        return Act.SPEECH
    return Act.WRITING if Act.WRITING in acts else Act.THOUGHT


def _touch(content: Sequence[Span], mention: Span | None) -> bool:
    """Whether a content takes up words of a mention."""
    return any(_same(span, mention) for span in content)


def _same(one: Span | None, other: Span | None) -> bool:
    """Whether two cues share a character."""
    return one is not None and other is not None and one[0] < other[1] and other[0] < one[1]


def _overlap(one: Sequence[Span], other: Sequence[Span]) -> float:
    """The intersection of two lists of spans over their union, in characters."""
    both = sum(max(0, min(b, d) - max(a, c)) for a, b in one for c, d in other if a < d and c < b)
    return both / max(1, sum(b - a for a, b in one) + sum(d - c for c, d in other) - both)

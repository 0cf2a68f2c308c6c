"""Topics of a statement: IPTC Media Topics and the entities that it names.

A first, lexical form. Evidence for a topic is listed words and phrases (``data/iptc.toml``): a
strong one shows the topic alone, a weak one only with others. A statement's own words weigh
most; its paragraph, then its article, support what the statement says, or are inherited with a
low score where the statement says nothing. The article is read once, each statement costs its own
words and its paragraph's topics, so a text with its statements takes linear time.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from app.extraction.data_files import load_data
from app.extraction.folding import slugify
from app.extraction.gazetteer import (
    Entity,
    EntityMention,
    Sense,
    find_entity,
    is_country,
    iter_entities,
)
from app.extraction.phrase_table import Form, PhraseTable, form_words
from app.extraction.types import Span

MAX_IPTC = 5
MAX_ENTITIES = 12


@dataclass(frozen=True, slots=True)
class TopicTag:
    """One topic of a statement.

    ``scheme`` is "iptc" (``code`` like "medtop:20000056", ``name`` IPTC's English label) or
    "entity" (``code`` a slug like "nato", ``name`` the canonical name). ``score`` is in 0..1;
    at or below `INHERITED` the topic is the article's rather than the statement's own.
    """

    scheme: str
    code: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class TopicConcept:
    """A Media Topic of the selection; ``parent`` is a code of the selection, or None."""

    code: str
    name: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What one word or phrase shows: codes with weights."""

    weights: tuple[tuple[str, float], ...]


# Weights of the evidence, chosen so that one strong word scores about 0.6, two about 0.85, one
# weak word alone 0.3 and with the whole article behind it about 0.5.
_STRONG, _WEAK = 0.95, 0.36
_PARAGRAPH, _ARTICLE, _FAMILY = 0.06, 0.03, 0.01
_OWN_FLOOR = 0.36  # below it a statement's own evidence is one weak word that nothing supports
INHERITED = 0.3
_INHERITED_FLOOR = 0.15
# A broader topic goes where a narrower one scores at least this part of it.
_NARROWER = 0.75


@cache
def iptc_concepts() -> tuple[TopicConcept, ...]:
    """The selected Media Topics with all their ancestors, parents before children."""
    return tuple(
        TopicConcept(item["code"], item["name"], item.get("parent"))
        for item in load_data("iptc")["concept"]
    )


@cache
def _concepts() -> Mapping[str, TopicConcept]:
    return {concept.code: concept for concept in iptc_concepts()}


@cache
def _ancestors(code: str) -> tuple[str, ...]:
    """The codes above, nearest first."""
    parent = _concepts()[code].parent
    return () if parent is None else (parent, *_ancestors(parent))


def _family(code: str) -> str:
    """The top-level topic above, or the topic itself."""
    above = _ancestors(code)
    return above[-1] if above else code


@cache
def _table() -> PhraseTable[_Evidence]:
    weights: dict[tuple[str, ...], list[tuple[str, float]]] = {}
    for item in load_data("iptc")["concept"]:
        for key, weight in (("strong", _STRONG), ("weak", _WEAK)):
            for words in {w for term in item.get(key, ()) for w in _inflections(term)}:
                weights.setdefault(words, []).append((item["code"], weight))
    return PhraseTable(Form(words, _Evidence(tuple(shown))) for words, shown in weights.items())


def _inflections(term: str) -> Iterator[tuple[str, ...]]:
    """The words of a term, and of its plural in -s where it may have one."""
    *first, last = form_words(term)
    yield (*first, last)
    if last.islower() and last.isalpha() and not last.endswith(("s", "ing", "ed")):
        ending = last[:-1] + "ies" if re.search(r"[^aeiou]y$", last) else last + "s"
        yield (*first, ending)


def _evidence(text: str) -> Iterator[tuple[int, int, _Evidence]]:
    """Where the text shows topics: start, end and what is shown, without overlap."""
    free = 0
    for matches in _table().candidates(text, 0, len(text)):
        fitting = [match for match in matches if match.exact]
        if fitting and fitting[0].start >= free:
            free = fitting[0].end
            yield fitting[0].start, free, fitting[0].form.value


def _sum(evidence: Iterable[_Evidence]) -> dict[str, float]:
    """The weight of each topic shown."""
    total: defaultdict[str, float] = defaultdict(float)
    for shown in evidence:
        for code, weight in shown.weights:
            total[code] += weight
    return dict(total)


def _by_family(weights: Mapping[str, float]) -> dict[str, float]:
    families: dict[str, float] = {}
    for code, weight in weights.items():
        families[_family(code)] = families.get(_family(code), 0.0) + weight
    return families


def _most_specific(scores: Mapping[str, float]) -> list[TopicTag]:
    """The best topics, without those of which a narrower one holds nearly as well."""
    broader = {
        above
        for code, score in scores.items()
        for above in _ancestors(code)
        if score >= _NARROWER * scores.get(above, 0.0)
    }
    kept = ((code, score) for code, score in scores.items() if code not in broader)
    best = sorted(kept, key=lambda item: (-item[1], item[0]))[:MAX_IPTC]
    return [TopicTag("iptc", code, _concepts()[code].name, round(s, 3)) for code, s in best]


@cache
def _union() -> Entity:
    entity = find_entity(_UNION)
    if entity is None:
        raise LookupError(f"{_UNION} is not listed")
    return entity


@dataclass(frozen=True, slots=True)
class _Paragraph:
    start: int
    end: int
    topics: dict[str, float]


_PARAGRAPH_END = re.compile(r"\n+")
# A statement that speaks of two countries without their names means the two last named.
_TWO_COUNTRIES = re.compile(
    r"\b(?:two|both|our respective|their respective) (?:countries|nations|states|peoples|sides|"
    r"capitals|governments)\b",
    re.IGNORECASE,
)
# Europe that must, will or needs to is the European Union, in an article that names it.
_EUROPE_ACTS = re.compile(
    r"(?<!\bin )\bEurope (?:must|should|will|would|has|is|was|needs?|wants?|can|cannot|does|did)\b"
    r"|\bEuropeans\b"
)
_UNION = "European Union"
_WE = re.compile(r"\b(?:[Ww]e|[Oo]ur|us)\b")
# The role that makes a speaker's "we" an organisation's: "NATO Secretary-General Mark Rutte".
_ROLE_AFTER = re.compile(
    r"(?:’s|'s)? (?:[\w-]+ ){0,2}?(?:[Ss]ecretary[- ][Gg]eneral|[Gg]eneral [Ss]ecretary|"
    r"High Representative|[Pp]resident|[Cc]ommissioner|[Dd]irector[- ][Gg]eneral|[Cc]hair\w*|"
    r"[Ss]pokes\w+|[Ll]eader|[Hh]ead of)\b"
)
_SENTENCE_END = re.compile(r"[.!?][”\"’']? (?=[“\"‘A-Z])")
_SENSE_SCORE = {
    Sense.NAME: 0.9,
    Sense.DEMONYM: 0.7,
    Sense.ACTING: 0.75,
    Sense.MEANT: 0.6,
    Sense.GENERIC: 0.6,
}
_REPEATED = 0.03
_REFERRED = 0.45
# How much text before a statement is searched for what it refers to, and how much around it for
# who speaks: bounded, so that a long paragraph of many statements stays linear.
_MENTIONS_BACK = 12
_FRAME = 200


class TopicTagger:
    """Tags the statements of one article.

    Reads ``text`` (and ``title``, if it is not in the text) once; then `tag` may be called for
    any number of statements.
    """

    def __init__(self, text: str, title: str | None = None) -> None:
        self._text = text
        self._shown = list(_evidence(text))
        self._shown_at = [at for at, _, _ in self._shown]
        mentions = list(iter_entities(text))
        self._named = {m.entity.name for m in mentions if m.sense is not Sense.MEANT}
        self._mentions = [m for m in mentions if m.entity.name in self._named]
        self._mentions_at = [mention.start for mention in self._mentions]
        shown = (*self._shown, *_evidence(title or ""))
        self._article = _sum(evidence for _, _, evidence in shown)
        self._families = _by_family(self._article)
        self._paragraphs = list(self._split())
        self._paragraph_starts = [paragraph.start for paragraph in self._paragraphs]

    def tag(self, spans: Sequence[Span]) -> tuple[TopicTag, ...]:
        """The topics of the statement that stands at ``spans``, best first.

        At most `MAX_IPTC` Media Topics, the most specific that hold, and `MAX_ENTITIES` entities.
        Spans outside the text, and statements that show nothing, have no topics.
        """
        if not spans:
            return ()
        tags = [*self._iptc(spans), *self._entities(spans)]
        return tuple(sorted(tags, key=lambda tag: (-tag.score, tag.scheme, tag.code)))

    def _split(self) -> Iterator[_Paragraph]:
        start = 0
        for end in (*(m.start() for m in _PARAGRAPH_END.finditer(self._text)), len(self._text)):
            shown = _sum(evidence for _, _, evidence in self._evidence_in(start, end))
            yield _Paragraph(start, end, shown)
            start = end

    def _evidence_in(self, start: int, end: int) -> Iterator[tuple[int, int, _Evidence]]:
        first, last = bisect_left(self._shown_at, start), bisect_left(self._shown_at, end)
        return (shown for shown in self._shown[first:last] if shown[1] <= end)

    def _mentions_in(self, start: int, end: int) -> list[EntityMention]:
        first, last = bisect_left(self._mentions_at, start), bisect_left(self._mentions_at, end)
        return [mention for mention in self._mentions[first:last] if mention.end <= end]

    def _paragraph_of(self, spans: Sequence[Span]) -> _Paragraph:
        at = bisect_right(self._paragraph_starts, max(0, spans[0][0])) - 1
        return self._paragraphs[at]

    def _iptc(self, spans: Sequence[Span]) -> list[TopicTag]:
        own = _sum(shown for start, end in spans for _, _, shown in self._evidence_in(start, end))
        paragraph = self._paragraph_of(spans).topics
        scores: dict[str, float] = {}
        for code, weight in own.items():
            around = max(0.0, min(paragraph.get(code, 0.0) - weight, 3.0))
            article = max(0.0, min(self._article.get(code, 0.0) - weight, 5.0))
            family = min(self._families[_family(code)], 10.0)
            total = weight + _PARAGRAPH * around + _ARTICLE * article + _FAMILY * family
            if weight > _WEAK or total > _OWN_FLOOR + _PARAGRAPH:
                scores[code] = 1 - math.exp(-total)
        if not scores:
            scores = self._inherited(paragraph)
        return _most_specific(scores)

    def _inherited(self, paragraph: Mapping[str, float]) -> dict[str, float]:
        """The two topics that paragraph and article agree on, for words that show none."""
        joint = {
            code: INHERITED * (1 - math.exp(-0.3 * (weight + 0.3 * self._article.get(code, 0.0))))
            for code, weight in paragraph.items()
            if weight >= _STRONG
        }
        best = sorted(joint.items(), key=lambda item: (-item[1], item[0]))[:2]
        return {code: score for code, score in best if score >= _INHERITED_FLOOR}

    def _entities(self, spans: Sequence[Span]) -> list[TopicTag]:
        scores: dict[str, float] = {}
        names: dict[str, str] = {}
        own = [m for start, end in spans for m in self._mentions_in(start, end)]
        said = [(m.entity, _SENSE_SCORE[m.sense]) for m in own]
        for entity, score in (*said, *self._referred(spans)):
            code = slugify(entity.name)
            names.setdefault(code, entity.name)
            before = scores.get(code)
            scores[code] = score if before is None else max(before, score) + _REPEATED
        best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:MAX_ENTITIES]
        return [
            TopicTag("entity", code, names[code], round(min(score, 1.0), 3)) for code, score in best
        ]

    def _referred(self, spans: Sequence[Span]) -> Iterator[tuple[Entity, float]]:
        """Entities that the statement plainly means without naming them."""
        words = " … ".join(self._text[max(0, start) : max(0, end)] for start, end in spans)
        if _UNION in self._named and _EUROPE_ACTS.search(words):
            yield _union(), _REFERRED + 0.1
        if _TWO_COUNTRIES.search(words):
            yield from ((country, _REFERRED) for country in self._last_two(spans))
        if _WE.search(words):
            yield from ((entity, _REFERRED) for entity in self._speaks_for(spans))

    def _last_two(self, spans: Sequence[Span]) -> list[Entity]:
        """The two countries last named up to the end of the statement, if there are two."""
        paragraph = self._paragraph_of(spans)
        last = bisect_left(self._mentions_at, spans[-1][1])
        before = self._mentions[max(0, last - _MENTIONS_BACK) : last]
        countries = {
            mention.entity.name: mention.entity
            for mention in reversed(before)
            if mention.start >= paragraph.start and is_country(mention.entity)
        }
        return list(countries.values())[:2] if len(countries) > 1 else []

    def _speaks_for(self, spans: Sequence[Span]) -> Iterator[Entity]:
        """The organisation whose role the speaker is given in the statement's own sentence."""
        for start, end in self._frames(spans):
            for mention in self._mentions_in(start, end):
                spoken_for = mention.entity.kind == "organisation"
                if spoken_for and _ROLE_AFTER.match(self._text, mention.end, end):
                    yield mention.entity

    def _frames(self, spans: Sequence[Span]) -> Iterator[Span]:
        """The words around the statement in its sentence: before it, and after it."""
        paragraph = self._paragraph_of(spans)
        start, end = spans[0][0], spans[-1][1]
        first = max(paragraph.start, start - _FRAME)
        for stop in _SENTENCE_END.finditer(self._text, first, start):
            first = stop.end()
        last = min(paragraph.end, end + _FRAME)
        # A closing mark may end the statement with its sentence: then nothing after is its frame.
        stop_after = _SENTENCE_END.search(self._text, max(end - 2, start, 0), max(last, 0))
        if stop_after:
            last = stop_after.start()
        yield first, start
        yield end, last

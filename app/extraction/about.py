"""The entities that a statement names or plainly means.

Named: what the gazetteer lists, cities, acronyms and capitalised names of places (`unlisted`).
Meant, where the article says who: "the Alliance", "the two countries", "his country", an
organisation's "we" from whoever speaks for it, and Europe that must act. Only a bounded stretch
around a statement is read, so that a long paragraph of many statements stays linear.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, cached_property

from app.extraction.gazetteer import (
    Entity,
    EntityMention,
    Sense,
    find_entity,
    is_country,
    iter_entities,
)
from app.extraction.outlets import iter_outlets
from app.extraction.types import Span
from app.extraction.unlisted import find_surnames, iter_unlisted

# A statement that speaks of two countries without their names means the two last named.
_TWO_COUNTRIES = re.compile(
    r"\b(?:two|both|our respective|their respective) (?:countries|nations|states|peoples|"
    r"capitals|governments)\b",
    re.IGNORECASE,
)
# A speaker's own country. "The state" and "a nation" may be any.
_COUNTRY = re.compile(
    r"\b(?:the (?:country|nation)|(?:my|our|his|her|their|this) (?:country|nation|homeland))\b",
    re.IGNORECASE,
)
# Europe that must, will or needs to is the European Union, in an article that names it.
_EUROPE_ACTS = re.compile(
    r"(?<!\bin )\bEurope (?:must|should|will|would|has|is|was|needs?|wants?|can|cannot|does|did)\b"
    r"|\bEuropeans\b"
)
_UNION = "European Union"
_WE = re.compile(
    r"\b(?:[Ww]e|[Oo]ur|us|"
    r"the (?:company|firm|group|bank|airline|club|party|union|organi[sz]ation|agency|alliance))\b"
)
# The role that makes a speaker's "we" an organisation's: "NATO Secretary-General Mark Rutte".
_ROLE_AFTER = re.compile(
    r"(?:’s|'s)? (?:[\w-]+ ){0,2}?(?:[Ss]ecretary[- ][Gg]eneral|[Gg]eneral [Ss]ecretary|"
    r"High Representative|[Pp]resident|[Cc]ommissioner|[Dd]irector[- ][Gg]eneral|[Cc]hair\w*|"
    r"[Ss]pokes\w+|[Ll]eader|[Cc]hief|[Gg]overnor|[Dd]irector|official|[Hh]ead of)\b"
)
_ROLE_BEFORE = re.compile(
    r"(?:[Ss]pokes\w+|[Ll]eader|[Hh]ead|[Dd]irector|[Cc]hair\w*|[Cc]hief|[Pp]resident|[Gg]overnor)"
    r" (?:of|for) (?:the )?$"
)
# The name that follows such a role: "EU High Representative Kaja Kallas".
_OFFICE_HOLDER = re.compile(
    r"(?: [\w-]+){0,4}?,? (?P<name>[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){1,2})(?=[\s,.;:)]|$)"
)
_SHE = re.compile(r"\b(?:[Ss]?[Hh]e)\b")
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
_MENTIONS_BACK = 12
_FRAME = 200  # characters around a statement in which its speaker is looked for
_BACK = 600  # characters before a sentence in which the one is looked for that "she" means
# Who opens a sentence is whom "she" means in the next; whom it ends with is not.
_OPENING = re.compile(r"(?:\n|[.!?][”\"’']? )[“\"]?((?:[A-Z][\w.’'-]+ ?){1,4})")


@cache
def _union() -> Entity:
    entity = find_entity(_UNION)
    if entity is None:
        raise LookupError(f"{_UNION} is not listed")
    return entity


class Entities:
    """Finds the entities of the statements of one article; reads the article once."""

    def __init__(self, text: str, title: str | None = None) -> None:
        self._text = text
        mentions = list(iter_entities(text))
        in_title = list(iter_entities(title or ""))
        self._named = {m.entity.name for m in (*mentions, *in_title) if m.sense is not Sense.MEANT}
        self._mentions = [m for m in mentions if m.entity.name in self._named]
        self._starts = [mention.start for mention in self._mentions]
        self._holders = dict(self._office_holders())
        self._countries = Counter(
            m.entity.name for m in (*self._mentions, *in_title) if is_country(m.entity)
        )

    @cached_property
    def _surnames(self) -> frozenset[str]:
        return find_surnames(self._text)

    def find(self, spans: Sequence[Span], paragraph: Span) -> dict[str, tuple[Entity, float]]:
        """The entities of the statement at ``spans`` by name, each with a score in 0..1."""
        found: dict[str, tuple[Entity, float]] = {}
        said = [
            (mention.entity, _SENSE_SCORE[mention.sense])
            for start, end in spans
            for mention in (*self._within(start, end), *self._unlisted(start, end))
        ]
        for entity, score in (*said, *self._meant(spans, paragraph)):
            before = found.get(entity.name)
            if before is not None:
                entity, score = before[0], min(1.0, max(before[1], score) + _REPEATED)
            found[entity.name] = (entity, score)
        return found

    def _within(self, start: int, end: int) -> list[EntityMention]:
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [mention for mention in self._mentions[first:last] if mention.end <= end]

    def _unlisted(self, start: int, end: int) -> Iterator[EntityMention]:
        start, end = max(0, start), min(end, len(self._text))
        outlets = [
            EntityMention(*span, Entity(outlet.name, "organisation"), Sense.NAME)
            for span, outlet in iter_outlets(self._text, start, end)
            if outlet.kind != "official"
        ]
        taken = [(m.start, m.end) for m in (*self._within(start, end), *outlets)]

        def is_taken(first: int, last: int) -> bool:
            return any(low < last and first < high for low, high in taken)

        yield from outlets
        yield from iter_unlisted(self._text, start, end, self._surnames, is_taken)

    def _meant(self, spans: Sequence[Span], paragraph: Span) -> Iterator[tuple[Entity, float]]:
        """Entities that the statement plainly means without naming them."""
        words = " … ".join(self._text[max(0, start) : max(0, end)] for start, end in spans)
        if _UNION in self._named and _EUROPE_ACTS.search(words):
            yield _union(), _REFERRED + 0.1
        if _TWO_COUNTRIES.search(words):
            yield from ((country, _REFERRED) for country in self._last_two(spans))
        if _COUNTRY.search(words):
            yield from ((country, _REFERRED) for country in self._own_country(spans, paragraph))
        if _WE.search(words):
            yield from ((entity, _REFERRED) for entity in self._speaks_for(spans, paragraph))

    def _last_two(self, spans: Sequence[Span]) -> list[Entity]:
        """The two countries last named up to the end of the statement, if there are two."""
        last = bisect_left(self._starts, spans[-1][1])
        before = self._mentions[max(0, last - _MENTIONS_BACK) : last]
        countries = {m.entity.name: m.entity for m in reversed(before) if is_country(m.entity)}
        return list(countries.values())[:2] if len(countries) > 1 else []

    def _own_country(self, spans: Sequence[Span], paragraph: Span) -> Iterator[Entity]:
        """The country named beside the speaker, else last before, else most in the article."""
        near = [m for frame in self._frames(spans, paragraph) for m in self._within(*frame)]
        country = next((m.entity for m in near if is_country(m.entity)), None)
        if country is None and any(is_country(m.entity) for s in spans for m in self._within(*s)):
            return
        last = bisect_left(self._starts, spans[0][0])
        before = self._mentions[max(0, last - _MENTIONS_BACK) : last]
        near = [m for m in reversed(before) if m.start >= paragraph[0]]
        country = country or next((m.entity for m in near if is_country(m.entity)), None)
        country = country or self._main_country()
        if country is not None:
            yield country

    def _main_country(self) -> Entity | None:
        """The country that the article names most, unless two are named as often."""
        most = self._countries.most_common(2)
        if not most or (len(most) > 1 and most[0][1] == most[1][1]):
            return None
        return find_entity(most[0][0])

    def _speaks_for(self, spans: Sequence[Span], paragraph: Span) -> Iterator[Entity]:
        """The organisation whose role the speaker is given in the sentence, or in the article."""
        frames = list(self._frames(spans, paragraph))
        for start, end in frames:
            for mention in self._within(start, end):
                spoken_for = mention.entity.kind == "organisation"
                if spoken_for and self._has_role(mention, start, end):
                    yield mention.entity
        holder = self._holder_beside(frames)
        if holder is not None:
            yield holder

    def _office_holders(self) -> Iterator[tuple[str, Entity]]:
        """Who the article says holds an organisation's office: surnames, and the organisation."""
        for mention in self._mentions:
            if mention.entity.kind != "organisation" or mention.sense is Sense.GENERIC:
                continue
            reach = min(len(self._text), mention.end + _FRAME)
            role = _ROLE_AFTER.match(self._text, mention.end, reach)
            holder = role and _OFFICE_HOLDER.match(self._text, role.end(), reach)
            if holder:
                yield holder["name"].split()[-1], mention.entity

    def _holder_beside(self, frames: Sequence[Span]) -> Entity | None:
        """The organisation of the office-holder named beside a statement, or last before "she"."""
        if not self._holders:
            return None
        names = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(self._holders)))})\b")
        beside = [name for frame in frames for name in names.findall(self._text, *frame)]
        if beside:
            return self._holders[beside[0]]
        if not any(_SHE.search(self._text, *frame) for frame in frames):
            return None
        start = max(0, frames[0][0] - _BACK)
        before = self._text[start : frames[0][0]]
        last = max((m.end() for m in names.finditer(before)), default=0)
        openings = " ".join(_OPENING.findall(before[last:])).split()
        if not last or not self._surnames.isdisjoint(openings):
            return None
        return self._holders[names.findall(before)[-1]]

    def _has_role(self, mention: EntityMention, start: int, end: int) -> bool:
        after = _ROLE_AFTER.match(self._text, mention.end, end)
        return bool(after or _ROLE_BEFORE.search(self._text, start, mention.start))

    def _frames(self, spans: Sequence[Span], paragraph: Span) -> Iterator[Span]:
        """The words around the statement in its sentence: before it, and after it."""
        start, end = spans[0][0], spans[-1][1]
        first = max(paragraph[0], start - _FRAME)
        for stop in _SENTENCE_END.finditer(self._text, first, start):
            first = stop.end()
        last = min(paragraph[1], end + _FRAME)
        # A closing mark may end the statement with its sentence: then nothing after is its frame.
        stop_after = _SENTENCE_END.search(self._text, max(end - 2, start, 0), max(last, 0))
        if stop_after:
            last = stop_after.start()
        yield first, start
        yield end, last

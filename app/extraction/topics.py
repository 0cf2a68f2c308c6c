"""Topics of a statement: IPTC Media Topics and the entities that it names or plainly means.

Media Topics come from listed terms (`concepts`) through a small fitted model (`topic_model`),
entities from the gazetteer and what surrounds the statement (`about`). The article is read once;
each statement then costs its own words and the topics of its article.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from app.extraction.about import Entities
from app.extraction.concepts import TopicConcept, iptc_concepts
from app.extraction.folding import slugify
from app.extraction.topic_model import ArticleTopics, choose
from app.extraction.types import Span

__all__ = [
    "MAX_ENTITIES",
    "MAX_IPTC",
    "TopicConcept",
    "TopicTag",
    "TopicTagger",
    "iptc_concepts",
]

MAX_IPTC = 3
MAX_ENTITIES = 12


@dataclass(frozen=True, slots=True)
class TopicTag:
    """One topic of a statement.

    ``scheme`` is "iptc" (``code`` like "medtop:20000056", ``name`` IPTC's English label) or
    "entity" (``code`` a slug like "nato", ``name`` the canonical name). ``score`` is in 0..1: for
    "iptc" the probability that the topic is right, for "entity" how directly it is named.
    """

    scheme: str
    code: str
    name: str
    score: float


_WORD = re.compile(r"\w+")
_LINE = re.compile(r"[^\n]+")


class TopicTagger:
    """Tags the statements of one article.

    Reads ``text`` (and ``title``, if it is not in the text) once; then `tag` may be called for
    any number of statements.
    """

    def __init__(self, text: str, title: str | None = None) -> None:
        self._text = text
        self._topics = ArticleTopics(text, title)
        self._entities = Entities(text, title)
        self._paragraphs = [line.span() for line in _LINE.finditer(text)] or [(0, 0)]
        self._starts = [start for start, _ in self._paragraphs]

    def tag(self, spans: Sequence[Span]) -> tuple[TopicTag, ...]:
        """The topics of the statement that stands at ``spans``, best first.

        At most `MAX_IPTC` Media Topics, the most specific that hold, and `MAX_ENTITIES` entities.
        Spans outside the text, and statements that show nothing, have no topics.
        """
        if not spans:
            return ()
        at = bisect_right(self._starts, max(0, spans[0][0])) - 1
        paragraph = self._paragraphs[max(0, at)]
        tags = [*self._iptc(spans, paragraph), *self._named(spans, paragraph)]
        return tuple(sorted(tags, key=lambda tag: (-tag.score, tag.scheme, tag.code)))

    def _iptc(self, spans: Sequence[Span], paragraph: Span) -> list[TopicTag]:
        words = sum(len(_WORD.findall(self._text, max(0, a), max(0, b))) for a, b in spans)
        if not words:
            return []
        scores = self._topics.score(spans, paragraph, words)
        concepts = iptc_concepts()
        return [
            TopicTag("iptc", concepts[p].code, concepts[p].name, round(scores[p], 3))
            for p in choose(scores, MAX_IPTC)
        ]

    def _named(self, spans: Sequence[Span], paragraph: Span) -> list[TopicTag]:
        best: dict[str, TopicTag] = {}
        for entity, score in self._entities.find(spans, paragraph).values():
            tag = TopicTag("entity", slugify(entity.name), entity.name, round(score, 3))
            if tag.code not in best or best[tag.code].score < tag.score:
                best[tag.code] = tag
        return sorted(best.values(), key=lambda tag: (-tag.score, tag.code))[:MAX_ENTITIES]

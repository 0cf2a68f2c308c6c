"""How likely a statement is about a Media Topic, from the terms around it.

A logistic model over a few features of the listed terms in the statement, its surroundings, its
article and the title, and of how much their words sound like the topic (`topic_head`). It is the
same for all topics, so that a few hundred labelled statements
are enough to fit it (training/topics); its weights are in ``data/topic_model.toml``. Its
probabilities are the tags' scores. A statement's own terms count most; where it has none the
topics of its article show through, with lower scores.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import mul
from typing import Any

import numpy as np

from app.extraction.concepts import STRONG, Shown, ancestors, find_evidence, sum_evidence
from app.extraction.data_files import load_data
from app.extraction.topic_head import Floats, PieceTopics, chance
from app.extraction.types import Span

Weights = Mapping[int, float]  # by position of the concept

# A broader topic goes where a narrower one scores at least this part of it.
_NARROWER = 0.75
_CANDIDATES = 12
_LEADING = 6  # topics of an article that its statements may have without a word of their own
_SOUND_LIKE = (6, 3, 3)  # topics that a statement, its surroundings and its article sound like most
_NEAR = 100  # characters of a paragraph on either side that a statement is read with
# Evidence that an article must show before one of its topics can be said to lead.
_LEAST = 3.0


@dataclass(frozen=True, slots=True)
class _Model:
    weights: tuple[float, ...]
    intercept: float
    threshold: float


@cache
def _model() -> _Model:
    data: dict[str, Any] = load_data("topic_model")
    weights = tuple(data["weights"][name] for name in FEATURES)
    return _Model(weights, data["intercept"], data["threshold"])


@cache
def _children() -> tuple[tuple[int, ...], ...]:
    children: list[list[int]] = [[] for _ in ancestors()]
    for position, above in enumerate(ancestors()):
        if above:
            children[above[0]].append(position)
    return tuple(map(tuple, children))


def _family(position: int) -> int:
    """The top-level topic above, or the topic itself."""
    above = ancestors()[position]
    return above[-1] if above else position


FEATURES = (
    "own", "paragraph", "article", "title", "family", "narrower", "broader", "leaf", "top",
    "own_share", "own_first", "own_of_article", "own_and_article", "paragraph_first",
    "paragraph_third", "share", "share_root", "standing", "standing_cubed", "first", "second",
    "third", "silent_standing", "silent_standing_cubed", "silent_first", "short_article",
    "short_own", "sounds", "sounds_chance", "near_sounds", "article_sounds", "article_chance",
    "sounds_first", "sounds_third", "article_sounds_first", "article_sounds_third",
    "title_sounds", "sounds_and_article",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Standing:
    """A topic's place among the topics of an article."""

    share: float
    place: int
    rank: int  # the place, if the article shows the topic by more than a weak term
    relative: float


_NOWHERE = _Standing(0.0, len(FEATURES), len(FEATURES), 0.0)


def _saturate(weight: float, rate: float) -> float:
    return 1 - math.exp(-rate * weight)


def _ranks(weights: Weights) -> dict[int, int]:
    order = sorted(weights, key=lambda position: (-weights[position], position))
    return {position: rank for rank, position in enumerate(order)}


class ArticleTopics:
    """The Media Topics of one article's statements; reads the article once."""

    def __init__(self, text: str, title: str | None = None) -> None:
        self._shown = find_evidence(text)
        self._sounds = PieceTopics(text, title)
        self._starts = [start for start, _, _ in self._shown]
        self._article = sum_evidence(self._shown)
        self._title = sum_evidence(find_evidence(title or ""))
        self._standings = self._rank()
        self._leading = {p for p, standing in self._standings.items() if standing.place < _LEADING}
        self._families: defaultdict[int, float] = defaultdict(float)
        for position, weight in self._article.items():
            self._families[_family(position)] += weight

    def _rank(self) -> dict[int, _Standing]:
        total = dict(self._article)
        for position, weight in self._title.items():
            total[position] = total.get(position, 0.0) + 1.5 * weight
        whole = sum(total.values()) + 3
        ranks = _ranks(total)
        most = max(_LEAST, *total.values(), 0.0)
        return {
            position: _Standing(
                weight / whole,
                ranks[position],
                ranks[position] if weight >= STRONG else len(ranks),
                math.sqrt(weight / most),
            )
            for position, weight in total.items()
        }

    def _within(self, start: int, end: int) -> Sequence[Shown]:
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [shown for shown in self._shown[first:last] if shown[1] <= end]

    def score(self, spans: Sequence[Span], paragraph: Span, words: int) -> dict[int, float]:
        """The probability of each topic that the article shows, for a statement of ``words``."""
        model = _model()
        return {
            position: 1 / (1 + math.exp(-model.intercept - _dot(model.weights, features)))
            for position, features in self.features(spans, paragraph, words).items()
        }

    def features(
        self, spans: Sequence[Span], paragraph: Span, words: int
    ) -> dict[int, tuple[float, ...]]:
        """`FEATURES` of the topics that the words around or the title show or sound like.

        Also of those that lead in the article.
        """
        first, last = spans[0][0] - _NEAR, spans[-1][1] + _NEAR
        paragraph = (max(paragraph[0], first), min(paragraph[1], last))
        own = sum_evidence(shown for span in spans for shown in self._within(*span))
        around = sum_evidence(self._within(*paragraph))
        statement = _Statement(
            own,
            {p: around.get(p, 0.0) - own.get(p, 0.0) for p in around},
            _ranks(own),
            _ranks({p: _saturate(own.get(p, 0.0), 1) + w for p, w in around.items()}),
            sum(own.values()),
            math.exp(-1.2 * _saturate(max(own.values(), default=0.0), 1)),
            math.exp(-words / 12),
        )
        sound = _Sound.of(self._sounds, spans, paragraph)
        likely = self._leading | self._title.keys() | around.keys() | sound.likely
        return {
            position: (*self._features(position, statement), *sound.features(position))
            for position in sorted(likely)
        }

    def _features(self, position: int, statement: "_Statement") -> tuple[float, ...]:
        raw = statement.own.get(position, 0.0)
        own = _saturate(raw, 1)
        rest = _saturate(self._rest(position, statement), 0.4)
        standing = self._standings.get(position, _NOWHERE)
        above = ancestors()[position]
        children = _children()[position]
        silent, relative = statement.silence, standing.relative
        return (
            own,
            _saturate(statement.around.get(position, 0.0), 0.7),
            rest,
            _saturate(self._title.get(position, 0.0), 1),
            _saturate(self._families.get(_family(position), 0.0), 0.15),
            max((self._blend(child, statement) for child in children), default=0.0),
            self._blend(above[0], statement) if above else 0.0,
            float(not children),
            float(not above),
            raw / (statement.total + 0.5),
            float(raw >= STRONG and statement.own_ranks[position] == 0),
            own * relative,
            own * rest,
            float(statement.around_ranks.get(position) == 0),
            float(statement.around_ranks.get(position, 9) < 3),
            standing.share,
            math.sqrt(standing.share),
            relative,
            relative**3,
            float(standing.rank == 0),
            float(standing.rank == 1),
            float(standing.rank == 2),
            silent * relative,
            silent * relative**3,
            silent * (standing.rank == 0),
            statement.brevity * rest,
            statement.brevity * own,
        )

    def _rest(self, position: int, statement: "_Statement") -> float:
        """What the article shows outside of the statement's paragraph."""
        return (
            self._article.get(position, 0.0)
            - statement.own.get(position, 0.0)
            - statement.around.get(position, 0.0)
        )

    def _blend(self, position: int, statement: "_Statement") -> float:
        own, around = statement.own.get(position, 0.0), statement.around.get(position, 0.0)
        return _saturate(own + 0.5 * around + 0.3 * self._rest(position, statement), 1)


@dataclass(frozen=True, slots=True)
class _Statement:
    """What a statement and its paragraph show.

    ``around`` is the paragraph without the statement, ``total`` all that the statement shows;
    ``silence`` is 1 where it shows nothing itself, ``brevity`` falls with its length.
    """

    own: Weights
    around: Weights
    own_ranks: Mapping[int, int]
    around_ranks: Mapping[int, int]
    total: float
    silence: float
    brevity: float


@dataclass(frozen=True, slots=True)
class _Sound:
    """What a statement, its surroundings, its article and the title sound like, by position."""

    own: Floats
    near: Floats
    article: PieceTopics
    own_chance: Floats
    own_ranks: Sequence[int]
    article_ranks: Sequence[int]
    likely: frozenset[int]

    @classmethod
    def of(cls, article: PieceTopics, spans: Sequence[Span], near: Span) -> "_Sound":
        own, around = article.score(spans), article.score([near])
        orders = [np.argsort(-sound) for sound in (own, around, article.article_chance)]
        likely = (order[:most] for order, most in zip(orders, _SOUND_LIKE, strict=True))
        return cls(
            own,
            around,
            article,
            chance(own),
            orders[0][:3].tolist(),
            orders[2][:3].tolist(),
            frozenset(int(position) for best in likely for position in best),
        )

    def features(self, position: int) -> tuple[float, ...]:
        own, whole = float(self.own_chance[position]), float(self.article.article_chance[position])
        return (
            float(self.own[position]),
            own,
            float(self.near[position]),
            float(self.article.article[position]),
            whole,
            float(position == self.own_ranks[0]),
            float(position in self.own_ranks),
            float(position == self.article_ranks[0]),
            float(position in self.article_ranks),
            float(self.article.title[position]),
            own * whole,
        )


def _dot(weights: Sequence[float], features: Sequence[float]) -> float:
    return float(sum(map(mul, weights, features)))


def choose(scores: Weights, most: int, threshold: float | None = None) -> list[int]:
    """The best topics, best first, without those of which a narrower one holds nearly as well."""
    least = _model().threshold if threshold is None else threshold
    likely = [position for position, score in scores.items() if score >= least]
    best = sorted(likely, key=lambda position: (-scores[position], position))[:_CANDIDATES]
    broader = {
        above
        for position in best
        for above in ancestors()[position]
        if scores[position] >= _NARROWER * scores.get(above, 0.0)
    }
    return [position for position in best if position not in broader][:most]

"""What a made-up database holds, drawn as arrays: who speaks, where and when."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
CHUNK = 20_000
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
DAYS = 5 * 365
SYLLABLES = [consonant + vowel for consonant in "bdfklmnprstvz" for vowel in "aeiou"]
KINDS, KIND_WEIGHTS = ("direct", "indirect", "mixed"), (0.45, 0.45, 0.10)
ACTS, ACT_WEIGHTS = ("speech", "writing", "thought"), (0.90, 0.08, 0.02)
MEDIA = ("interview", "press conference", "speech", "post", "statement", "letter", "broadcast")
LANGUAGES, LANGUAGE_WEIGHTS = ("en", "it", "fr", "de", "es"), (0.7, 0.1, 0.08, 0.07, 0.05)
# A few real words, so that documented queries find something: rare, middling and common.
WORDS = ("war", "tax", "nato", "minsk", "troops", "harbour")
# Names that the documented requests use, at the head, in the middle and in the tail of the skew.
SPEAKERS = {1: "Dmitry Peskov", 40: "Kaja Kallas", 900: "Ingrid Solberg"}
SOURCES = ("ANSA", "TASS", "Reuters", "Truth Social", "The New York Times")
TOPICS = ("NATO", "Ukraine", "Russia")


def zipf(rng: np.random.Generator, n: int, size: int, exponent: float = 1.05) -> Ints:
    """`size` draws from 1…n, the k-th with weight k^-exponent."""
    weights = np.arange(1, n + 1, dtype=np.float64) ** -exponent
    edges = np.cumsum(weights)
    draws = np.searchsorted(edges, rng.random(size) * edges[-1]) + 1
    drawn: Ints = np.minimum(draws, n).astype(np.int64)
    return drawn


def word(number: int) -> str:
    """The made-up word of this number."""
    made, rest = "", number + 25
    while rest:
        rest, syllable = divmod(rest, len(SYLLABLES))
        made += SYLLABLES[syllable]
    return made


@dataclass(frozen=True)
class Sizes:
    """How many rows of each kind go with so many statements."""

    statements: int

    @property
    def speakers(self) -> int:
        return max(1000, self.statements // 40)

    @property
    def articles(self) -> int:
        return max(10, self.statements // 6)

    @property
    def sources(self) -> int:
        return 300

    @property
    def topics(self) -> int:
        return 400

    @property
    def words(self) -> int:
        return 20_000


class Made:
    """Everything drawn, before it is written: arrays, one element a row."""

    def __init__(self, sizes: Sizes, seed: int) -> None:
        rng = np.random.default_rng(seed)
        n, articles = sizes.statements, sizes.articles
        self.sizes, self.rng = sizes, rng
        days = rng.lognormal(0, 0.8, DAYS) * np.where(np.arange(DAYS) % 7 < 5, 1.0, 0.4)
        edges = np.cumsum(days)
        day = np.searchsorted(edges, np.sort(rng.random(articles)) * edges[-1])
        self.published = np.sort(day * 86_400 + rng.integers(5, 23, articles) * 3600)
        self.published += rng.integers(0, 3600, articles)
        self.dated = rng.random(articles) > 0.03
        self.publisher = zipf(rng, sizes.sources, articles)
        self.language = rng.choice(len(LANGUAGES), articles, p=LANGUAGE_WEIGHTS)
        self.speaker = zipf(rng, sizes.speakers, n)
        self.speaker[rng.random(n) < 0.04] = 0
        self.second = np.where(rng.random(n) < 0.02, zipf(rng, sizes.speakers, n), 0)
        self.second[(self.second == self.speaker) | (self.speaker == 0)] = 0
        self.kind = rng.choice(3, n, p=KIND_WEIGHTS)
        self.act = rng.choice(3, n, p=ACT_WEIGHTS)
        self.withdrawn = rng.random(n) < 0.005
        self._place()
        self._classify()

    def _place(self) -> None:
        """In which articles each statement stands: its own, and for a tenth some near in time."""
        rng, n, articles = self.rng, self.sizes.statements, self.sizes.articles
        own = np.sort(rng.integers(0, articles, n))
        copies = np.where(rng.random(n) < 0.1, zipf(rng, 8, n), 0)
        again = np.repeat(np.arange(n), copies)
        near = np.clip(own[again] + rng.integers(-200, 201, len(again)), 0, articles - 1)
        self.statement_of = np.concatenate([np.arange(n), again])
        self.article_of = np.concatenate([own, near])
        at = np.where(self.dated[self.article_of], self.published[self.article_of], np.inf)
        self.first = np.full(n, np.inf)
        np.minimum.at(self.first, self.statement_of, at)
        self.occurrences = np.bincount(self.statement_of, minlength=n)
        m = len(self.statement_of)
        self.medium = np.where(rng.random(m) < 0.12, rng.integers(0, len(MEDIA), m), -1)
        self.via = np.where(rng.random(m) < 0.3, zipf(rng, 20, m), 0)
        self.confidence = np.round(0.5 + rng.random(m) / 2, 2)

    def _classify(self) -> None:
        """Up to three topics a statement, and how often everything is used."""
        rng, n = self.rng, self.sizes.statements
        drawn = zipf(rng, self.sizes.topics, 3 * n).reshape(n, 3)
        drawn[np.arange(3)[None, :] >= rng.integers(0, 4, n)[:, None]] = 0
        drawn[(drawn[:, 1] == drawn[:, 0]), 1] = 0
        drawn[(drawn[:, 2] == drawn[:, 0]) | (drawn[:, 2] == drawn[:, 1]), 2] = 0
        self.topics = drawn
        shown = ~self.withdrawn & (self.act != 2)
        speakers, topics = self.sizes.speakers + 1, self.sizes.topics + 1
        self.said = np.bincount(self.speaker[shown], minlength=speakers)
        self.said += np.bincount(self.second[shown], minlength=speakers)
        self.about = np.bincount(drawn[shown].ravel(), minlength=topics)
        self.printed = np.bincount(self.publisher, minlength=self.sizes.sources + 1)

"""How much the words of a text sound like each Media Topic.

A linear classifier over static vectors of word pieces, in ``data/topic_head.npz``: the vectors
are MiniLM's of each piece alone, the weights were fitted on written examples (training/topics).
No network runs: a span's vector is the sum of its pieces' vectors at length 1.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.extraction.pieces import load_tokenizer
from app.extraction.types import Span

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Floats = NDArray[np.float32]

_LINE = re.compile(r"[^\n]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SHORTEST = 4  # pieces that a paragraph must have to count for its article
_TINY = 1e-6


@dataclass(frozen=True, slots=True)
class _Head:
    rows: NDArray[np.uint16]  # the row of each piece in `vectors`; row 0 is nothing
    vectors: Floats
    weights: Floats
    bias: Floats

    def score(self, pieces: NDArray[np.uint16]) -> Floats:
        """The logit of each topic."""
        total = self.vectors[pieces].sum(axis=0)
        length = np.float32(np.sqrt(total @ total) + _TINY)
        return np.asarray(total / length @ self.weights + self.bias, dtype=np.float32)


@cache
def _head() -> _Head:
    path = resources.files("app.extraction") / "data" / "topic_head.npz"
    with path.open("rb") as file, np.load(file) as data:
        return _Head(
            data["rows"],
            data["vectors"] * data["scale"].astype(np.float32),
            data["weights"].astype(np.float32),
            data["bias"].astype(np.float32),
        )


@cache
def _tokenizer() -> "Tokenizer":
    path = resources.files("app.extraction") / "data" / "tagger" / "tokenizer.json"
    with resources.as_file(path) as file:
        return load_tokenizer(file)


def chance(logits: Floats) -> Floats:
    """The logits as probabilities."""
    return np.asarray(1 / (1 + np.exp(-logits)), dtype=np.float32)


class PieceTopics:
    """The logits of an article, its title, and any of its spans; reads the article once."""

    def __init__(self, text: str, title: str | None = None) -> None:
        rows: list[NDArray[np.uint16]] = []
        self._starts: list[int] = []
        for line in _LINE.finditer(_SURROGATE.sub("?", text)):
            found = _tokenizer().encode(line.group(), add_special_tokens=False)
            self._starts += [line.start() + start for start, _ in found.offsets]
            rows.append(_head().rows[np.asarray(found.ids, dtype=np.int64)])
        self._rows = np.concatenate(rows) if rows else np.zeros(0, dtype=np.uint16)
        self.article = _head().score(self._rows)
        scored = [chance(_head().score(line)) for line in rows if len(line) >= _SHORTEST]
        self.article_chance = (
            np.asarray(np.mean(scored, axis=0), dtype=np.float32)
            if scored
            else np.zeros_like(self.article)
        )
        ids = _tokenizer().encode(_SURROGATE.sub("?", title or ""), add_special_tokens=False).ids
        self.title = _head().score(_head().rows[np.asarray(ids, dtype=np.int64)])

    def score(self, spans: Sequence[Span]) -> Floats:
        """The logit of each topic for the words of the spans."""
        parts = [
            self._rows[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
            for start, end in spans
        ]
        return _head().score(np.concatenate(parts))

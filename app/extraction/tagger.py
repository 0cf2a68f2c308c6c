"""The trained tagger at work: an int8 model in ONNX Runtime, loaded once a process.

What it was trained on and how good it is, training/README.md says.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.extraction.decoding import (
    CONTENT,
    CUE,
    Floats,
    Scores,
    Settings,
    score_words,
    viterbi,
)
from app.extraction.linking import Linked, Weights, link
from app.extraction.pieces import Encoded, Ints, encode, load_tokenizer
from app.extraction.types import Span

_chosen = {"threads": 1}
_LEAST_LETTERS = 0.2  # share of the characters
_BLOCK = 40_000  # characters that are read at once, so that memory does not grow with the text


@dataclass(frozen=True, slots=True)
class Tagged:
    """An attribution as the model sees it, with how sure it is of each step (probabilities)."""

    content: tuple[Span, ...]
    cue: Span | None
    mention: Span | None
    p_content: float
    p_cue: float
    p_link: float
    p_source: float
    continues: bool  # a quoted paragraph of its own, after the cue's


@dataclass(frozen=True)
class Reading:
    """What the model makes of a text; arrays have one entry a word, in the order of the text."""

    tagged: tuple[Tagged, ...]
    starts: Ints  # offset of each word
    content: NDArray[
        np.float64
    ]  # the chance that it belongs to a content, summed up from the first word

    def content_chance(self, span: Span) -> float:
        """The mean chance of the words of a span to belong to a content; 0 without words."""
        low, high = np.searchsorted(self.starts, span)
        return float(self.content[high] - self.content[low]) / max(1, int(high - low))


class Tagger:
    """The model in a folder that training/export.py and training/fit.py wrote."""

    def __init__(self, folder: Path, threads: int = 1, settings: Settings | None = None) -> None:
        import onnxruntime  # noqa: PLC0415 20 MB that a process which extracts nothing need not hold

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        providers = ["CPUExecutionProvider"]
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers)
        self.tokenizer = load_tokenizer(folder / "tokenizer.json")
        self.weights = Weights.from_json(json.loads((folder / "decoder.json").read_text()))
        self.settings = settings or Settings()

    def forward(self, ids: Ints, features: Ints) -> tuple[Floats, Floats]:
        """Tag scores (1, n, 7) and link vectors (1, n, N_LINKS) of a window of n pieces."""
        tags, links = self._session.run(None, {"ids": ids, "features": features})
        return np.asarray(tags), np.asarray(links)

    def read(self, text: str) -> Reading:
        """The attributions of a text of any length, in order; time is linear in the length."""
        tagged: list[Tagged] = []
        starts: list[Ints] = []
        content: list[Floats] = [np.zeros(1, np.float32)]
        for start, end in blocks(text):
            if not is_worded(text[start:end]):
                continue
            encoded = encode(self.tokenizer, text[start:end])
            if not len(encoded.first):
                continue
            scores = score_words(encoded, self.forward, self.settings)
            found = decode(scores, self.weights)
            tagged += (tagged_of(encoded, scores, item, start) for item in found)
            starts.append(encoded.starts + start)
            content.append(np.exp(scores.tags[:, CONTENT : CONTENT + 2]).sum(axis=1))
        return Reading(
            tuple(tagged),
            np.concatenate(starts) if starts else np.zeros(0, np.int64),
            np.cumsum(np.concatenate(content), dtype=np.float64),
        )


def is_worded(text: str) -> bool:
    """Whether a stretch is made of words at all: rows of marks are not worth minutes of reading."""
    return sum(map(str.isalpha, text)) >= _LEAST_LETTERS * len(text)


def decode(scores: Scores, weights: Weights) -> list[Linked]:
    """The attributions in the scores of a text, in words."""
    return link(scores, viterbi(scores.tags, weights.steps, scores.kinds), weights)


def blocks(text: str) -> Iterator[Span]:
    """Character ranges that cover a text, cut at line breaks where there are any."""
    start = 0
    while len(text) - start > _BLOCK:
        low, high = start + _BLOCK // 2, start + _BLOCK
        end = text.rfind("\n", low, high) + 1 or text.rfind(" ", low, high) + 1 or high
        yield start, end
        start = end
    yield start, len(text)


def characters(encoded: Encoded, span: Span) -> Span:
    """A word span as character offsets."""
    return int(encoded.starts[span[0]]), int(encoded.ends[span[1] - 1])


def tagged_of(encoded: Encoded, scores: Scores, found: Linked, shift: int = 0) -> Tagged:
    """An attribution in words as one in characters, moved by `shift`."""

    def place(span: Span) -> Span:
        start, end = characters(encoded, span)
        return start + shift, end + shift

    return Tagged(
        content=tuple(place(span) for span in sorted(found.content)),
        cue=place(found.cue) if found.cue else None,
        mention=place(found.source) if found.source else None,
        p_content=found.p_content,
        p_cue=float(np.exp(scores.tags[found.cue[0], CUE])) if found.cue else 0.0,
        p_link=found.p_link,
        p_source=found.p_source,
        continues=found.continues,
    )


def as_json(tagged: Tagged) -> dict[str, Any]:
    """score.py's exchange format."""
    return {
        "content": [list(span) for span in tagged.content],
        "cue": [list(tagged.cue)] if tagged.cue else [],
        "source": [list(tagged.mention)] if tagged.mention else [],
    }


def tagger_file(name: str) -> dict[str, Any]:
    """What stands in ``data/tagger/NAME.json``. Raises FileNotFoundError if there is none."""
    file = resources.files("app.extraction") / "data" / "tagger" / f"{name}.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def use_threads(count: int) -> None:
    """How many threads of a processor the tagger takes, from its next loading on (1 at first)."""
    _chosen["threads"] = count


def load_tagger() -> Tagger:
    """The tagger that ships with the package; loaded when it is first asked for."""
    return _load(_chosen["threads"])


@cache
def _load(threads: int) -> Tagger:
    with resources.as_file(resources.files("app.extraction") / "data" / "tagger") as folder:
        return Tagger(folder, threads)

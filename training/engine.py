"""The exported model at work: text in, attributions with character offsets out.

What the engine in app/ would do, in little; needs numpy, tokenizers and onnxruntime alone.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnxruntime

from training.decode import (
    Floats,
    Forward,
    Linked,
    Scores,
    Settings,
    Weights,
    blocks,
    characters,
    decode,
    score_words,
)  # fmt: skip
from training.statements import FEATURES, act, features, read
from training.text import Encoded, Ints, encode, load_tokenizer, pair_quotes


@dataclass(frozen=True)
class Attribution:
    """Spans are character offsets; the model's own probabilities say how sure it is."""

    content: list[list[int]]
    cue: list[int] | None
    source: list[int] | None
    p_content: float
    p_cue: float
    p_link: float
    p_source: float
    p_statement: float = 1.0
    act: str = "speech"

    def exchange(self) -> dict[str, list[list[int]]]:
        """In score.py's format."""
        cue, source = ([x] if x else [] for x in (self.cue, self.source))
        return {"content": self.content, "cue": cue, "source": source}


class Engine:
    """A tagger from a folder that export.py wrote; loads in about half a second."""

    def __init__(self, folder: Path, threads: int = 1, settings: Settings | None = None) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options)
        self.tokenizer = load_tokenizer(folder / "tokenizer.json")
        decoder = json.loads((folder / "decoder.json").read_text())
        self.weights = Weights.from_json(decoder)
        self.settings = settings or Settings()
        statement = folder / "statement.json"
        named = json.loads(statement.read_text()) if statement.exists() else {}
        self.statement = np.array([named.get(name, 0.0) for name in FEATURES])

    @property
    def forward(self) -> Forward:
        def run(ids: Ints, features: Ints) -> tuple[Floats, Floats]:
            tags, links = self.session.run(None, {"ids": ids, "features": features})
            return np.asarray(tags), np.asarray(links)

        return run

    def attributions(self, text: str) -> Iterator[Attribution]:
        """The attributions of a text of any length, in order."""
        for start, end in blocks(text):
            encoded = encode(self.tokenizer, text[start:end])
            if not len(encoded.first):
                continue
            scores = score_words(encoded, self.forward, self.settings)
            for found in decode(scores, self.weights, self.settings):
                yield _attribution(encoded, scores, found, start)

    def classified(self, text: str) -> Iterator[Attribution]:
        """The same with the chance that an editor would list it as a statement, and its act."""
        quotes = pair_quotes(text)
        for item in self.attributions(text):
            found = read(text, item.exchange(), quotes, item.p_cue)
            p = 1 / (1 + np.exp(-float(features(found) @ self.statement)))
            yield replace(item, p_statement=float(p), act=act(found))


def _attribution(encoded: Encoded, scores: Scores, found: Linked, shift: int) -> Attribution:
    def place(span: tuple[int, int]) -> list[int]:
        return [offset + shift for offset in characters(encoded, span)]

    return Attribution(
        [place(span) for span in sorted(found.content)],
        place(found.cue) if found.cue else None,
        place(found.source) if found.source else None,
        found.p_content,
        float(np.exp(scores.tags[found.cue[0], 3])) if found.cue else 0.0,
        found.p_link,
        found.p_source,
    )

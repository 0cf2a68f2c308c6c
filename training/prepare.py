"""From a corpus to training examples: labels for each word, links, windows, batches."""

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from app.extraction.pieces import CLS, PAD, SEP, Encoded, Ints, encode, windows

Document = dict[str, Any]

IGNORE = -100
ROLES = ("content", "cue", "source")  # tags: 0 is O; role r has B = 1 + 2r, I = 2 + 2r
HELD_OUT = 60  # articles of the training file on which choices are made


@dataclass(frozen=True)
class Example:
    """One window.  Pointers are piece indices in it; IGNORE where there is none to learn."""

    ids: Ints
    features: Ints
    tags: Ints  # IGNORE on all but first pieces
    to_cue: Ints  # for content words
    to_source: Ints  # for the first word of a cue; 0 ([CLS]) where the cue has no source
    to_speaker: Ints  # the same for content words
    soft: NDArray[np.float16] | None = None  # (n, 7): a teacher's scores of the tags


def read_corpus(path: Path) -> list[Document]:
    """The documents of a JSON Lines file in score.py's exchange format."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def split(documents: list[Document], seed: int = 13) -> tuple[list[Document], list[Document]]:
    """Training and held-out documents: the same HELD_OUT for the same file."""
    order = sorted(documents, key=lambda d: str(d["doc_id"]))
    random.Random(seed).shuffle(order)  # noqa: S311
    return order[HELD_OUT:], order[:HELD_OUT]


def merged(document: Document) -> Document:
    """The document with spans of one role joined where only spaces stand between them."""
    text = document["text"]

    def join(spans: list[list[int]]) -> list[list[int]]:
        out: list[list[int]] = []
        for start, end in sorted(spans):
            if out and start - out[-1][1] < 4 and not text[out[-1][1] : start].strip(" \xa0"):
                out[-1] = [out[-1][0], end]
            else:
                out.append([start, end])
        return out

    attributions = [a | {r: join(a.get(r) or []) for r in ROLES} for a in document["attributions"]]
    return document | {"attributions": attributions}


def words_of(encoded: Encoded, span: list[int]) -> range:
    """Indices of the words that share a character with a span."""
    low = int(np.searchsorted(encoded.ends, span[0], side="right"))
    high = int(np.searchsorted(encoded.starts, span[1], side="left"))
    return range(low, high)


def label(document: Document, encoded: Encoded) -> tuple[Ints, Ints, Ints, Ints]:
    """Tags and the three pointers of Example, one a piece, over the whole document.

    A pointer is the index of a piece, -1 where there is no source.
    """
    n = len(encoded.ids)
    tags = np.full(n, IGNORE, dtype=np.int64)
    to_cue, to_source, to_speaker = tags.copy(), tags.copy(), tags.copy()
    tags[encoded.first] = 0
    for attribution in document["attributions"]:
        heads: dict[str, int] = {}
        for r, role in reversed(list(enumerate(ROLES))):  # content last: it has the head of the cue
            for span in attribution.get(role) or []:
                pieces = encoded.first[list(words_of(encoded, span))]
                if not len(pieces):
                    continue
                tags[pieces] = 2 + 2 * r
                tags[pieces[0]] = 1 + 2 * r
                heads.setdefault(role, int(pieces[0]))
                if role == "content" and "cue" in heads:
                    to_cue[pieces] = heads["cue"]
                    to_speaker[pieces] = heads.get("source", -1)
        if "cue" in heads:
            to_source[heads["cue"]] = heads.get("source", -1)
    return tags, to_cue, to_source, to_speaker


def _shift(pointers: Ints, start: int, end: int) -> Ints:
    """Pointers of a window, moved by its start and the [CLS] before it; outside it, IGNORE."""
    part = pointers[start:end]
    inside = (part >= start) & (part < end)
    moved = np.where(inside, part - start + 1, IGNORE)
    return np.where(part == -1, 0, moved)


def _frame(part: Ints, left: int, right: int) -> Ints:
    return np.concatenate([[left], part, [right]])


def examples(
    document: Document, tokenizer: Tokenizer, size: int, stride: int, offset: int, *, quotes: bool
) -> list[Example]:
    """The windows of a document, with their labels."""
    encoded = encode(tokenizer, document["text"], quotes=quotes)
    tags, to_cue, to_source, to_speaker = label(document, encoded)
    out = []
    for start, end in windows(encoded.first, len(encoded.ids), size, stride, offset):
        out.append(
            Example(
                _frame(encoded.ids[start:end], CLS, SEP),
                _frame(encoded.features[start:end], 0, 0),
                _frame(tags[start:end], IGNORE, IGNORE),
                _frame(_shift(to_cue, start, end), IGNORE, IGNORE),
                _frame(_shift(to_source, start, end), IGNORE, IGNORE),
                _frame(_shift(to_speaker, start, end), IGNORE, IGNORE),
            )
        )
    return out


def collate(batch: list[Example]) -> dict[str, Ints]:
    """Padded arrays (b, n) of a batch."""
    n = max(len(e.ids) for e in batch)

    def stack(name: str, fill: int) -> Ints:
        rows = [getattr(e, name) for e in batch]
        return np.stack([np.pad(r, (0, n - len(r)), constant_values=fill) for r in rows])

    out = {name: stack(name, IGNORE) for name in ("tags", "to_cue", "to_source", "to_speaker")}
    return out | {"ids": stack("ids", PAD), "features": stack("features", 0)}


def collate_soft(batch: list[Example]) -> NDArray[np.float32]:
    """The teacher's scores of a batch, padded: (b, n, 7)."""
    n = max(len(e.ids) for e in batch)
    out = np.zeros((len(batch), n, 7), np.float32)
    for row, example in zip(out, batch, strict=True):
        if example.soft is not None:
            row[: len(example.soft)] = example.soft
    return out

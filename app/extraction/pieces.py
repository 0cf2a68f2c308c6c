"""From a text to what the model reads: word pieces, features and words.  numpy and tokenizers only.

Training and the engine share this file, so that both see a text alike.  A *word* is what BERT's
pre-tokenizer gives (punctuation marks are words); labels are decided on its first piece.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PAD, PARAGRAPH, CLS, SEP = 0, 1, 101, 102  # PARAGRAPH is [unused0]: stands before a new line's word
N_FEATURES = 24  # in quotation (2) x gap before the word (none, space, new line) x case (4)

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MARK = re.compile(r"[“”„‟\"«»]|``|''|(?<!\w)['‘](?=\w)|(?<=[\w.,!?…])['’](?!\w)")
_SURROGATE = re.compile("[\ud800-\udfff]")
OPENING = {"“", "„", "‟", "``", "«", "‘"}
CLOSING = {"”", "»", "’"}
FAMILY = {"«": "g", "»": "g", "'": "s", "‘": "s", "’": "s"}  # else "d", double


@dataclass(frozen=True)
class Encoded:
    """A text as pieces; every array has one entry a piece, `starts` and `ends` one a word."""

    ids: Ints
    features: Ints
    first: Ints  # index of the piece that starts each word
    starts: Ints  # character offsets of the words
    ends: Ints
    participle: Bools  # a word of five letters or more in -ing


def load_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer of `tokenizer.json`, without the truncation and padding set in it."""
    from tokenizers import Tokenizer  # noqa: PLC0415 with the model, and only then

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _opens(text: str, mark: re.Match[str], line: tuple[int, int], is_open: bool) -> bool:
    """Whether a mark that looks alike on both sides opens a quotation (as in score.py)."""
    before = text[mark.start() - 1] if mark.start() > line[0] else " "
    after = text[mark.end()] if mark.end() < line[1] else " "
    can_open = not after.isspace() and (before.isspace() or before in "([{-–—'‘/:")
    can_close = not before.isspace() and not after.isalnum()
    return not is_open if can_open == can_close else can_open


def pair_quotes(text: str) -> list[tuple[int, int, int, int]]:
    """Quotations as (start, inner start, inner end, end), worked out line by line.

    A quotation that is not closed ends with its line (inner end == end), which is how quotations
    over several paragraphs are printed; a single mark that is not closed is an apostrophe.
    """
    found: list[tuple[int, int, int, int]] = []
    for line in re.finditer(r"[^\n]+", text):
        _pair_line(text, (line.start(), line.end()), found)
    return found


def _pair_line(text: str, line: tuple[int, int], found: list[tuple[int, int, int, int]]) -> None:
    current: re.Match[str] | None = None
    for mark in MARK.finditer(text, *line):
        kind, family = mark.group(), FAMILY.get(mark.group(), "d")
        if current is not None and family == "s" and FAMILY.get(current.group(), "d") != "s":
            continue  # a quotation within a quotation, or an apostrophe
        if kind in OPENING and not (kind == "“" and current and current.group() == "„"):
            opens = True
        elif kind in CLOSING:
            opens = False
        else:
            opens = kind != "“" and _opens(text, mark, line, current is not None)
        if current is not None and not (opens and FAMILY.get(current.group(), "d") == "s"):
            end = mark.start() if opens else mark.end()
            found.append((current.start(), current.end(), mark.start(), end))
        current = mark if opens else None
    if current is not None and FAMILY.get(current.group(), "d") != "s":
        found.append((current.start(), current.end(), line[1], line[1]))


def _case(points: Ints, starts: Ints, ends: Ints) -> Ints:
    """0 lower case and the rest, 1 capitalised, 2 capitals throughout, 3 one capital letter."""
    values, inverse = np.unique(points, return_inverse=True)
    upper = np.array([chr(int(v)).isupper() for v in values], dtype=np.int64)[inverse]
    total = np.concatenate([[0], np.cumsum(upper)])
    capitals, length = total[ends] - total[starts], ends - starts
    return np.where(
        upper[starts] == 0,
        0,
        np.where(length == 1, 3, np.where(capitals == length, 2, 1)),
    )


def word_features(text: str, starts: Ints, ends: Ints, *, quotes: bool = True) -> Ints:
    """One number under N_FEATURES for each word."""
    raw = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    points: Ints = raw.astype(np.int64)
    newlines = np.concatenate([[0], np.cumsum(points == 10)])
    before = np.concatenate([[0], ends[:-1]])
    gap = np.where(newlines[starts] > newlines[before], 2, (starts > before).astype(np.int64))
    gap[0] = 2
    depth = np.zeros(len(points) + 1, dtype=np.int64)
    if quotes:
        for start, _, _, end in pair_quotes(text):
            depth[start] += 1
            depth[end] -= 1
    inside: Ints = (np.cumsum(depth)[starts] > 0).astype(np.int64)
    features: Ints = (inside * 3 + gap) * 4 + _case(points, starts, ends)
    return features


def _participles(text: str, starts: Ints, ends: Ints) -> Bools:
    pairs = zip(starts.tolist(), ends.tolist(), strict=True)
    return np.array([e - s > 4 and text.endswith("ing", s, e) for s, e in pairs], dtype=np.bool_)


def encode(tokenizer: Tokenizer, text: str, *, quotes: bool = True) -> Encoded:
    """The pieces of a text, with a PARAGRAPH piece before each word that starts a line."""
    text = _SURROGATE.sub("\ufffd", text)  # the tokenizer takes none; offsets stay
    encoding = tokenizer.encode(text, add_special_tokens=False)
    ids = np.array(encoding.ids, dtype=np.int64)
    if not len(ids):
        empty = np.zeros(0, dtype=np.int64)
        return Encoded(empty, empty, empty, empty, empty, empty > 0)
    offsets = np.array(encoding.offsets, dtype=np.int64)
    words = np.array(encoding.word_ids, dtype=np.int64)
    is_first = np.concatenate([[True], words[1:] != words[:-1]])
    first = np.flatnonzero(is_first)
    starts = offsets[first, 0]
    ends = offsets[np.concatenate([first[1:], [len(ids)]]) - 1, 1]
    by_word = word_features(text, starts, ends, quotes=quotes)
    line_start = (by_word // 4) % 3 == 2
    shift = np.cumsum(line_start)
    features = by_word[np.cumsum(is_first) - 1]
    places = first[line_start]
    return Encoded(
        np.insert(ids, places, PARAGRAPH),
        np.insert(features, places, by_word[line_start]),
        first + shift,
        starts,
        ends,
        _participles(text, starts, ends),
    )


def windows(
    first: Ints, n_pieces: int, size: int, stride: int, offset: int = 0
) -> list[tuple[int, int]]:
    """Piece ranges of at most `size`, from words, that cover a text; `offset` moves the cuts."""
    out: list[tuple[int, int]] = []
    start = 0
    while start < n_pieces:
        end = min(start + size, n_pieces)
        out.append((start, end))
        if end == n_pieces:
            break
        step = stride - offset if start == 0 and offset < stride // 2 else stride
        at = int(np.searchsorted(first, start + step, side="right")) - 1
        start = max(int(first[at]), start + 1)
    return out

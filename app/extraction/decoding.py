"""From a text to tags: the model's scores window by window, then Viterbi.  numpy only."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.extraction.pieces import CLS, N_FEATURES, SEP, Bools, Encoded, Ints, windows

Floats = NDArray[np.float32]
Forward = Callable[[Ints, Ints], tuple[Floats, Floats]]  # ids and features, each (1, n)
Span = tuple[int, int]  # of words, end-exclusive

LINK, POINTERS = 64, 3  # numbers of a vector by which a word points or is pointed at
N_LINKS = 2 * POINTERS * LINK + 2  # the vectors and two scores of "no source"
CONTENT, CUE, SOURCE = 1, 3, 5  # the B tag of each role; I is one more, O is 0
NEVER = -1e4
N_CLASSES = 6
MARKS = (1000, 1523, 1524, 1520, 1521, 1005, 1077, 1090, 1036, 1525)  # " “ ” ‘ ’ ' « » ` „
BE = (2003, 2024, 2001, 2020, 2042, 2022, 2108)
COMMAS, STOPS = (1010, 1024, 1025, 1011, 1516, 1517), (1012, 1029, 999)  # , : ; - – — and . ? !


@dataclass(frozen=True)
class Settings:
    """How a text is cut into windows; chosen on the held-out articles."""

    size: int = 254  # pieces a window, without [CLS] and [SEP]
    stride: int = 230


@dataclass(frozen=True)
class Scores:
    """One row a word: log-probabilities of the tags, link vectors, the piece's place."""

    tags: Floats
    links: Floats
    places: Ints
    line_start: Bools
    quoted: Bools  # stands in quotation marks
    kinds: Ints  # see classes()
    forms: Ints  # 1 a word in -ing, 2 a form of "be", else 0

    @cached_property
    def lines(self) -> Ints:
        """The number of the line of each word."""
        return np.cumsum(self.line_start)


def log_softmax(x: Floats) -> Floats:
    """Along the last axis."""
    x = x - x.max(axis=-1, keepdims=True)
    return np.asarray(x - np.log(np.exp(x).sum(axis=-1, keepdims=True)), dtype=np.float32)


def score_words(encoded: Encoded, forward: Forward, settings: Settings) -> Scores:
    """Run the model over a text; each word is read where its window reaches furthest around it."""
    n = len(encoded.ids)
    ranges = windows(encoded.first, n, settings.size, settings.stride)
    tags = np.zeros((n, 7), dtype=np.float32)
    links = np.zeros((n, N_LINKS), dtype=np.float32)
    for index, (start, end) in enumerate(ranges):
        ids = np.concatenate([[CLS], encoded.ids[start:end], [SEP]])
        features = np.concatenate([[0], encoded.features[start:end], [0]])
        got_tags, got_links = forward(ids[None], features[None])
        low = (start + ranges[index - 1][1]) // 2 if index else 0
        inner = slice(low - start + 1, end - start + 1)
        tags[low:end], links[low:end] = got_tags[0, inner], got_links[0, inner]
    first = encoded.first
    by_word = encoded.features[first]
    line_start, quoted = (by_word // 4) % 3 == 2, by_word >= N_FEATURES // 2
    kinds = classes(encoded)
    forms = np.where(np.isin(encoded.ids[first], BE), 2, encoded.participle.astype(np.int64))
    words = log_softmax(tags[first])
    return Scores(words, links[first], first, line_start, quoted, kinds, forms)


def allowed() -> Floats:
    """0 where one tag may follow another, NEVER where not: I only after B or I of its role."""
    role = np.array([0, 1, 1, 2, 2, 3, 3])
    out = np.zeros((7, 7), np.float32)
    for inside in (2, 4, 6):
        out[:, inside] = np.where(role == role[inside], 0.0, NEVER)
    return out


def classes(encoded: Encoded) -> Ints:
    """The class of each word by which transitions are scored, under N_CLASSES.

    0 a word; 1 a mark that opens a quotation, 2 one that closes it; 3 a comma, colon, semicolon or
    dash; 4 the end of a sentence; 5 a word that starts a line.
    """
    ids, features = encoded.ids[encoded.first], encoded.features[encoded.first]
    inside = features >= N_FEATURES // 2
    after = np.append(inside[1:], False)
    out = np.where((features // 4) % 3 == 2, 5, 0)
    out[np.isin(ids, COMMAS)] = 3
    out[np.isin(ids, STOPS)] = 4
    marks = np.isin(ids, MARKS)
    out[marks & inside & after] = 1
    out[marks & inside & ~after] = 2
    return out


def viterbi(tags: Floats, steps: Floats, kinds: Ints) -> Ints:
    """The best tags; `steps` (2, N_CLASSES, 7, 7) by the class of a word and of the last."""
    n = len(tags)
    table = steps[0][:, None] + steps[1][None] + allowed()  # by class, by class of the last
    back = np.zeros((n, 7), dtype=np.int8)
    best = tags[0] + allowed()[0]
    columns = np.arange(7)
    for i in range(1, n):
        through = best[:, None] + table[kinds[i], kinds[i - 1]]
        back[i] = through.argmax(axis=0)
        best = through[back[i], columns] + tags[i]
    path = np.zeros(n, dtype=np.int64)
    path[-1] = int(best.argmax())
    for i in range(n - 1, 0, -1):
        path[i - 1] = back[i, path[i]]
    return path


def spans(path: Ints, begin: int) -> list[Span]:
    """The word spans of a role in a tag sequence."""
    starts = np.flatnonzero(path == begin)
    stop = np.flatnonzero(np.append(path != begin + 1, True))
    ends = stop[np.searchsorted(stop, starts + 1)] if len(starts) else starts
    return [(int(s), int(e)) for s, e in zip(starts, ends, strict=True)]

"""From the model's scores to attributions: windows, Viterbi, linking.  numpy only, no torch.

All of it is linear in the length of the text: pointers reach only REACH pieces.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from training.text import CLS, N_FEATURES, SEP, Bools, Encoded, Ints, windows

Floats = NDArray[np.float32]
Forward = Callable[[Ints, Ints], tuple[Floats, Floats]]  # ids and features, each (1, n)
Span = tuple[int, int]  # of words, end-exclusive

LINK, BUCKETS, REACH = 64, 32, 300
ASKED = 24  # words of a content whose pointers decide
SURE, LIKELY = 0.6, 0.15  # of pointers and of tags, for what Viterbi left out (see _recovered)
CONTENT, CUE, SOURCE = 1, 3, 5  # the B tag of each role; I is one more, O is 0
NEVER = -1e4
N_CLASSES = 6
MARKS = (1000, 1523, 1524, 1520, 1521, 1005, 1077, 1090, 1036, 1525)  # " “ ” ‘ ’ ' « » ` „
BE = (2003, 2024, 2001, 2020, 2042, 2022, 2108)
COMMAS, STOPS = (1010, 1024, 1025, 1011, 1516, 1517), (1012, 1029, 999)  # , : ; - – — and . ? !


@dataclass(frozen=True)
class Settings:
    """What was chosen on the held-out articles."""

    size: int = 318
    stride: int = 254
    content_bias: float = 0.0  # added to the log-probability of the content tags


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


@dataclass
class Linked:
    """An attribution in words, with how sure the model is of each step (probabilities)."""

    content: list[Span]
    cue: Span | None = None
    source: Span | None = None
    p_content: float = 0.0
    p_link: float = 1.0
    p_source: float = 1.0
    continues: bool = False  # a quoted paragraph of its own, after the cue's; `cue` is then None


def log_softmax(x: Floats) -> Floats:
    """Along the last axis."""
    x = x - x.max(axis=-1, keepdims=True)
    return np.asarray(x - np.log(np.exp(x).sum(axis=-1, keepdims=True)), dtype=np.float32)


def score_words(encoded: Encoded, forward: Forward, settings: Settings) -> Scores:
    """Run the model over a text; each word is read where its window reaches furthest around it."""
    n = len(encoded.ids)
    ranges = windows(encoded.first, n, settings.size, settings.stride)
    tags = np.zeros((n, 7), dtype=np.float32)
    links = np.zeros((n, 4 * LINK + 1), dtype=np.float32)
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


def bucket(distance: Ints) -> Ints:
    """The distance bucket of a pointer (as in model.bucket)."""
    size = (2 * np.log2(np.abs(distance) + 1)).astype(np.int64)
    found: Ints = np.minimum(size, BUCKETS // 2 - 1) + (distance < 0) * (BUCKETS // 2)
    return found


def pointer(scores: Scores, which: int, table: Floats, words: Ints, heads: Ints) -> Floats:
    """Scores (words, heads) of each word pointing to each head word."""
    at = 2 * which * LINK
    queries = scores.links[words, at : at + LINK]
    keys = scores.links[heads, at + LINK : at + 2 * LINK]
    distance = scores.places[heads][None] - scores.places[words][:, None]
    return np.asarray(queries @ keys.T / LINK**0.5 + table[which][bucket(distance)])


class Layout:
    """The spans of a text by role, and what lies between two of them."""

    def __init__(self, path: Ints, scores: Scores) -> None:
        self.scores, self.path = scores, path
        self.spans = {begin: spans(path, begin) for begin in (CONTENT, CUE, SOURCE)}
        self.heads = {b: np.array([s for s, _ in x], dtype=np.int64) for b, x in self.spans.items()}
        likely = {b: np.exp(scores.tags[:, b : b + 2]).sum(axis=1) >= LIKELY for b in (CUE, SOURCE)}
        self.could = {b: x | (path == b) for b, x in likely.items()}
        self.head_places = {b: scores.places[heads] for b, heads in self.heads.items()}
        counted = [path == CONTENT, path == CUE, path == SOURCE, scores.line_start]
        self.counts = np.stack([np.concatenate([[0], np.cumsum(c)]) for c in counted])

    def near(self, begin: int, span: Span) -> slice:
        """Which spans of a role start within REACH pieces of a span."""
        places = self.scores.places
        left = np.searchsorted(self.head_places[begin], places[span[0]] - REACH)
        right = np.searchsorted(self.head_places[begin], places[span[1] - 1] + REACH, "right")
        return slice(int(left), int(right))

    def geometry(self, span: Span, begin: int, near: slice) -> Floats:
        """What lies between a span and each near one of a role: (candidates, 7).

        Logarithm of the gap in words; whether the other stands after it; whether they touch; how
        many contents, cues, sources and line breaks stand between.
        """
        others = np.array(self.spans[begin][near])
        after = others[:, 0] >= span[1]
        low = np.where(after, span[1], others[:, 1])
        high = np.maximum(np.where(after, others[:, 0], span[0]), low)
        between = np.minimum(self.counts[:3, high] - self.counts[:3, low], 3)
        lines = np.minimum(self.counts[3, high + 1] - self.counts[3, low], 2)
        gap = high - low
        parts = [np.log1p(gap), after, gap == 0, *between, lines]
        return np.stack(parts, axis=1).astype(np.float32)


@dataclass(frozen=True)
class Weights:
    """What decoding adds to the model's scores (fitted by fit.py on held-out articles)."""

    distance: Floats  # (2, BUCKETS), of the model
    cue: Floats  # weights of content to cue: pointer, geometry
    source: Floats  # weights of cue to source: pointer, geometry, no source by form of cue
    steps: Floats  # (2, N_CLASSES, 7, 7), for viterbi

    def as_json(self) -> dict[str, object]:
        return {k: np.round(v, 5).tolist() for k, v in vars(self).items()}

    @classmethod
    def from_json(cls, data: dict[str, object]) -> "Weights":
        return cls(**{k: np.array(v, np.float32) for k, v in data.items()})

    @classmethod
    def plain(cls, distance: Floats) -> "Weights":
        """Before fitting: the pointer and the nearer; a cost of passing from role to role."""
        role = np.array([0, 1, 1, 2, 2, 3, 3])
        steps = np.zeros((2, N_CLASSES, 7, 7), np.float32)
        steps[0] = np.where(role[:, None] == role[None], 0.0, -0.3)
        prior = np.array([1.0, -0.5, 0.0, 0.0, 0.0, -0.5, 0.0, 0.0], np.float32)
        return cls(distance, prior, np.append(prior, np.zeros(3, np.float32)), steps)


def cue_features(layout: Layout, weights: Weights, content: Span) -> tuple[slice, Floats]:
    """Candidate cues of a content and their features (candidates, 8)."""
    near = layout.near(CUE, content)
    if near.start >= near.stop:
        return near, np.zeros((0, 8), np.float32)
    words = np.unique(np.linspace(*content, ASKED, False, dtype=int))
    found = pointer(layout.scores, 0, weights.distance, words, layout.heads[CUE][near])
    mean = log_softmax(found).mean(axis=0)
    return near, np.column_stack([mean, layout.geometry(content, CUE, near)])


def source_features(layout: Layout, weights: Weights, cue: Span) -> tuple[slice, Floats]:
    """Candidate sources of a cue and their features (candidates, 8), the pointer against none."""
    near = layout.near(SOURCE, cue)
    if near.start >= near.stop:
        return near, np.zeros((0, 8), np.float32)
    heads = layout.heads[SOURCE][near]
    found = pointer(layout.scores, 1, weights.distance, np.array([cue[0]]), heads)[0]
    found = found - layout.scores.links[cue[0], -1]
    return near, np.column_stack([found, layout.geometry(cue, SOURCE, near)])


def link(scores: Scores, path: Ints, weights: Weights) -> list[Linked]:
    """Contents to cues, cues to sources; contents of one cue are one attribution."""
    layout = Layout(path, scores)
    by_cue: dict[Span, Linked] = {}
    out: list[Linked] = []
    for content in layout.spans[CONTENT]:
        cue, p_link = _cue_of(layout, weights, content)
        if cue in by_cue:
            by_cue[cue].content.append(content)
            continue
        p_content = float(np.exp(scores.tags[content[0], CONTENT]))
        found = Linked([content], cue, None, p_content, p_link)
        out.append(found)
        if cue is not None:
            by_cue[cue] = found
            found.source, found.p_source = _source_of(layout, weights, cue)
    return [part for item in out for part in continuations(item, scores)]


def _cue_of(layout: Layout, weights: Weights, content: Span) -> tuple[Span | None, float]:
    recovered = _recovered(layout, weights, content, CUE)
    if recovered is not None:
        return recovered
    near, features = cue_features(layout, weights, content)
    if not len(features):
        return None, 0.0
    p = np.exp(log_softmax(features @ weights.cue))
    return layout.spans[CUE][near][int(p.argmax())], float(p.max())


def continuations(item: Linked, scores: Scores) -> list[Linked]:
    """An attribution, with quoted paragraphs after that of its cue made attributions of their own.

    PolNeAR joins them (in 0.6 % of its attributions), an editor lists them apart.
    """
    if item.cue is None or len(item.content) < 2:
        return [item]
    content = sorted(item.content)
    lines = scores.lines[[item.cue[0], *(c[0] for c in content)]]
    here = [c for c, n in zip(content, lines[1:], strict=True) if n <= lines[0]]
    apart: dict[int, list[Span]] = {}
    for span, n in zip(content, lines[1:], strict=True):
        if n > lines[0]:
            own = bool(here) and bool(scores.quoted[span[0]])
            apart.setdefault(int(n) if own else 0, []).append(span)
    main = replace(item, content=sorted([*here, *apart.pop(0, [])]))
    return [main, *(replace(item, content=c, cue=None, continues=True) for c in apart.values())]


def _source_of(layout: Layout, weights: Weights, cue: Span) -> tuple[Span | None, float]:
    recovered = _recovered(layout, weights, cue, SOURCE)
    if recovered is not None:
        return recovered
    near, features = source_features(layout, weights, cue)
    if not len(features):
        return None, 1.0
    form = layout.scores.forms[cue[0]]  # what a cue is says if it may lack a source
    null = weights.source[-3] + (weights.source[-3 + form] if form else 0.0)
    found = np.append(features @ weights.source[:-3], null)
    p = np.exp(log_softmax(found))
    best = int(p.argmax())
    return (None if best == len(features) else layout.spans[SOURCE][near][best]), float(p[best])


def _recovered(
    layout: Layout, weights: Weights, span: Span, begin: int
) -> tuple[Span, float] | None:
    """A cue of a content, or a source of a cue, that Viterbi left out but the pointers are sure of.

    Its head is the word that the pointers of the span (of its head, for a source) choose of all.
    """
    scores, which = layout.scores, int(begin == SOURCE)
    own = np.arange(*span)[:1] if which else np.unique(np.linspace(*span, ASKED, False, dtype=int))
    places = scores.places[[span[0], span[1] - 1]] + [-REACH // 2, REACH // 2]
    low, high = np.searchsorted(scores.places, places)
    others = np.concatenate([np.arange(low, span[0]), np.arange(span[1], high)])
    others = others[layout.could[begin][others]]
    if not len(others):
        return None
    found = pointer(scores, which, weights.distance, own, others)
    if which:
        found = np.column_stack([found, scores.links[own, -1]])
    p = np.exp(log_softmax(found)).mean(axis=0)
    best = int(p.argmax())
    if best == len(others) or p[best] < SURE:
        return None
    start = int(others[best])
    if layout.path[start]:
        return None
    end = start + 1
    while end < high and not layout.path[end] and np.exp(scores.tags[end, begin + 1]) > LIKELY:
        end += 1
    return (start, end), float(p[best])


def blocks(text: str, limit: int = 40_000) -> list[tuple[int, int]]:
    """Character ranges of about `limit` that cover a text, cut at line breaks where there are any.

    Each is read by itself, so memory does not grow with the text.
    """
    out, start = [], 0
    while len(text) - start > limit:
        end = text.rfind("\n", start + limit // 2, start + limit) + 1
        end = end or text.rfind(" ", start + limit // 2, start + limit) + 1 or start + limit
        out.append((start, end))
        start = end
    return [*out, (start, len(text))]


def decode(scores: Scores, weights: Weights, settings: Settings) -> list[Linked]:
    """The attributions in the scores of a text."""
    biased = scores.tags + settings.content_bias * np.array([0, 1, 1, 0, 0, 0, 0], np.float32)
    path = viterbi(biased, weights.steps, scores.kinds)
    return link(scores, path, weights)


def characters(encoded: Encoded, span: Span) -> list[int]:
    """A word span as character offsets."""
    return [int(encoded.starts[span[0]]), int(encoded.ends[span[1] - 1])]


def exchange(encoded: Encoded, found: list[Linked]) -> list[dict[str, object]]:
    """Attributions in score.py's format."""
    return [
        {
            "content": [characters(encoded, s) for s in sorted(a.content)],
            "cue": [characters(encoded, a.cue)] if a.cue else [],
            "source": [characters(encoded, a.source)] if a.source else [],
        }
        for a in found
    ]

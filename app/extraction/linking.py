"""From tags to attributions: contents to cues, cues to sources.  numpy only.

All of it is linear in the length of the text: pointers reach only REACH pieces.
"""

from dataclasses import dataclass, replace

import numpy as np

from app.extraction.decoding import (
    CONTENT,
    CUE,
    LINK,
    N_CLASSES,
    SOURCE,
    Floats,
    Scores,
    Span,
    log_softmax,
    spans,
)
from app.extraction.pieces import Ints

BUCKETS, REACH = 32, 300
NO_SOURCE = 3  # weights of "no source", by the form of the cue
ASKED = 24  # words of a content whose pointers decide
SURE, LIKELY = 0.6, 0.15  # of pointers and of tags, for what Viterbi left out (see _recovered)


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

    distance: Floats  # (POINTERS, BUCKETS), of the model
    cue: Floats  # weights of content to cue: pointer, geometry
    source: Floats  # of cue to source: the cue's and the content's pointer, geometry, NO_SOURCE
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
        source = np.concatenate([[0.5, 0.5], prior[1:], np.zeros(NO_SOURCE)])
        return cls(distance, prior, np.asarray(source, np.float32), steps)


def cue_features(layout: Layout, weights: Weights, content: Span) -> tuple[slice, Floats]:
    """Candidate cues of a content and their features (candidates, 8)."""
    near = layout.near(CUE, content)
    if near.start >= near.stop:
        return near, np.zeros((0, 8), np.float32)
    found = pointer(layout.scores, 0, weights.distance, _asked(content), layout.heads[CUE][near])
    mean = log_softmax(found).mean(axis=0)
    return near, np.column_stack([mean, layout.geometry(content, CUE, near)])


def source_features(
    layout: Layout, weights: Weights, cue: Span, content: Span
) -> tuple[slice, Floats]:
    """Candidate sources of a cue and its content: features (candidates + 1, 9 + NO_SOURCE).

    The last candidate is no source; the pointers are logarithms of chances.
    """
    near = layout.near(SOURCE, cue)
    heads = layout.heads[SOURCE][near]
    by_cue = _speaker_chances(layout, weights, 1, np.array([cue[0]]), heads)
    by_content = _speaker_chances(layout, weights, 2, _asked(content), heads)
    table = np.zeros((len(heads) + 1, 9 + NO_SOURCE), np.float32)
    table[:, 0], table[:, 1] = by_cue, by_content
    if len(heads):
        table[:-1, 2:9] = layout.geometry(cue, SOURCE, near)
    table[-1, 9] = 1.0
    form = layout.scores.forms[cue[0]]  # what a cue is says if it may lack a source
    if form:
        table[-1, 9 + form] = 1.0
    return near, table


def _asked(content: Span) -> Ints:
    """The words of a content whose pointers decide."""
    return np.unique(np.linspace(*content, ASKED, False, dtype=int))


def _speaker_chances(
    layout: Layout, weights: Weights, which: int, words: Ints, heads: Ints
) -> Floats:
    """Log-chances of each head, and of none, to be whom some words point to, on average."""
    scores = layout.scores
    found = pointer(scores, which, weights.distance, words, heads)
    none = scores.links[words, -which]
    return np.asarray(log_softmax(np.column_stack([found, none])).mean(axis=0))


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
            found.source, found.p_source = _source_of(layout, weights, cue, content)
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


def _source_of(
    layout: Layout, weights: Weights, cue: Span, content: Span
) -> tuple[Span | None, float]:
    recovered = _recovered(layout, weights, cue, SOURCE)
    if recovered is not None:
        return recovered
    near, features = source_features(layout, weights, cue, content)
    p = np.exp(log_softmax(features @ weights.source))
    best = int(p.argmax())
    none = best == len(features) - 1
    return (None if none else layout.spans[SOURCE][near][best]), float(p[best])


def _recovered(
    layout: Layout, weights: Weights, span: Span, begin: int
) -> tuple[Span, float] | None:
    """A cue of a content, or a source of a cue, that Viterbi left out but the pointers are sure of.

    Its head is the word that the pointers of the span (of its head, for a source) choose of all.
    """
    scores, which = layout.scores, int(begin == SOURCE)
    own = np.arange(*span)[:1] if which else _asked(span)
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

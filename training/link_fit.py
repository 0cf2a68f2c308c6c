"""Fit the weights on held-out articles: python -m training.link_fit CHECKPOINT CORPUS --base DIR.

A conditional logit: among the cues near a gold content (the sources near a gold cue), the right one
should score highest.  Writes weights.json beside the checkpoint.
"""

import numpy as np
from scipy.optimize import minimize

from app.extraction.decoding import CONTENT, CUE, SOURCE, Floats, Scores, log_softmax
from app.extraction.linking import Layout, Weights, cue_features, source_features
from app.extraction.pieces import Encoded
from training.prepare import Document, label, merged

Choice = tuple[Floats, int]  # features (candidates, n) and which one is right


def choices(
    document: Document, encoded: Encoded, scores: Scores, weights: Weights
) -> tuple[list[Choice], list[Choice]]:
    """The choices of a cue and of a source that the gold tags of an article leave."""
    tags, to_cue, to_source, _ = label(merged(document), encoded)
    layout = Layout(tags[encoded.first], scores)
    places = scores.places
    cues, sources = places[layout.heads[CUE]], places[layout.heads[SOURCE]]
    for_cue, for_source = [], []
    for content in layout.spans[CONTENT]:
        near, features = cue_features(layout, weights, content)
        right = np.flatnonzero(cues[near] == to_cue[places[content[0]]])
        if len(right):
            for_cue.append((features, int(right[0])))
    contents = {int(to_cue[places[c[0]]]): c for c in reversed(layout.spans[CONTENT])}
    for cue in layout.spans[CUE]:
        content = contents.get(int(places[cue[0]]))
        if content is None:
            continue
        near, features = source_features(layout, weights, cue, content)
        right = np.flatnonzero(sources[near] == to_source[places[cue[0]]])
        if len(right) or to_source[places[cue[0]]] == -1:
            for_source.append((features, int(right[0]) if len(right) else len(features) - 1))
    return for_cue, for_source


def fit(items: list[Choice], prior: Floats) -> Floats:
    """The weights that make the right choices likeliest, drawn weakly to a prior."""

    def loss(w: Floats) -> tuple[float, Floats]:
        total, slope = float(((w - prior) ** 2).sum()), 2 * (w - prior)
        for features, right in items:
            p = log_softmax(features @ w)
            total -= float(p[right])
            slope -= features[right] - np.exp(p) @ features
        return total, slope

    return np.asarray(minimize(loss, prior, jac=True, method="L-BFGS-B").x)


def fit_links(
    scored: list[tuple[Document, Encoded, Scores]], weights: Weights
) -> tuple[Floats, Floats]:
    """The weights of both links, drawn weakly to those given."""
    parts = [choices(d, e, s, weights) for d, e, s in scored]
    cue = fit([x for p in parts for x in p[0]], weights.cue)
    return cue, fit([x for p in parts for x in p[1]], weights.source)

"""Fit what an editor lists: python -m training.listing_fit FOLDER GOLD.jsonl [GOLD.jsonl ...].

FOLDER is an exported model, GOLD in the format of score_statements.py.  A ridge logistic score over
listing.FEATURES of what tagger and rules find together; the figures shown are of articles left out
one at a time.  Writes FOLDER/listing.json with a weight for each feature.
"""

import argparse
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment, minimize

from app.extraction.document import parse_document
from app.extraction.listing import FEATURES, features
from app.extraction.merging import Candidate, Merger
from app.extraction.rules import find_attributions
from app.extraction.tagger import Tagger
from app.extraction.types import Act, Span
from training.prepare import Document, read_corpus

Floats = NDArray[np.float64]
RIDGE = 1.0


@dataclass(frozen=True)
class Row:
    """A candidate: its article, features, whether a thought, and the act of the gold it matches."""

    article: str
    features: Floats
    thought: bool
    gold: str | None
    unclear: bool  # overlaps gold, but less than matching asks


def tokens(text: str, spans: list[Span]) -> set[int]:
    """The word starts that some spans cover."""
    return {m.start() for m in re.finditer(r"\w+", text)
            if any(s < m.end() and m.start() < e for s, e in spans)}  # fmt: skip


def candidates(tagger: Tagger, text: str) -> list[Candidate]:
    """What tagger and rules find together in a text."""
    document = parse_document(text)
    return Merger(document, tagger.read(text)).candidates(find_attributions(document))


def rows(tagger: Tagger, article: Document) -> list[Row]:
    """The candidates of an article, matched to its gold by token overlap."""
    text = article["text"]
    found = candidates(tagger, text)
    gold = [(tokens(text, s["spans"]), str(s["act"])) for s in article["statements"]]
    covered = [tokens(text, list(c.finding.content)) for c in found]
    overlap = np.array([[len(g & p) / max(1, len(g | p)) for p in covered] for g, _ in gold])
    overlap = overlap.reshape(len(gold), len(covered))
    good = np.where(overlap >= 0.5, overlap, 0.0)
    pairs = {
        j: gold[i][1] for i, j in zip(*linear_sum_assignment(-good), strict=True) if good[i, j]
    }
    out = []
    for j, candidate in enumerate(found):
        near = bool(len(gold)) and overlap[:, j].max() > 0.2 and j not in pairs
        thought = candidate.finding.act is Act.THOUGHT
        values = features(text, candidate.evidence)
        out.append(Row(str(article["doc_id"]), values, thought, pairs.get(j), near))
    return out


def fit(x: Floats, y: Floats, ridge: float = RIDGE) -> Floats:
    """Ridge logistic regression; the first column, the bias, is not drawn to zero."""

    def loss(w: Floats) -> tuple[float, Floats]:
        z = x @ w
        slope = x.T @ (1 / (1 + np.exp(-z)) - y)
        slope[1:] += ridge * w[1:]
        return float(np.logaddexp(0, z).sum() - y @ z + ridge * (w[1:] ** 2).sum() / 2), slope

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(found.x, dtype=np.float64)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("gold", type=Path, nargs="+")
    args = parser.parse_args()
    tagger = Tagger(args.folder)
    articles = [a for path in args.gold for a in read_corpus(path)]
    found = [r for a in articles for r in rows(tagger, a)]
    x = np.array([r.features for r in found])
    y = np.array([float(r.gold is not None) for r in found])
    usable = np.array([not r.unclear for r in found])
    names = np.array([r.article for r in found])
    z = np.zeros(len(y))
    for name in set(names):
        there = names == name
        z[there] = x[there] @ fit(x[~there & usable], y[~there & usable])
    said = np.array([not r.thought and r.gold != "thought" for r in found])
    listed = (z > 0) & said
    total = sum(s["act"] != "thought" for a in articles for s in a["statements"])
    precision, recall = y[listed].mean(), y[listed].sum() / total
    sys.stdout.write(
        f"{len(found)} candidates, {total} statements; left out one at a time: precision "
        f"{y[said].mean():.3f} -> {precision:.3f}, recall {y[said].sum() / total:.3f} -> "
        f"{recall:.3f}, F1 {2 * precision * recall / (precision + recall):.3f}\n"
    )
    for at in np.arange(-1.5, 1.6, 0.25):
        shown = (z > at) & said
        p, r = y[shown].mean(), y[shown].sum() / total
        sys.stdout.write(f"{at:5.2f} {p:.3f} {r:.3f} {2 * p * r / (p + r):.3f}\n")
    weights = fit(x[usable], y[usable])
    named = dict(zip(FEATURES, np.round(weights, 3).tolist(), strict=True))
    (args.folder / "listing.json").write_text(json.dumps(named, indent=1) + "\n")
    for name, weight in named.items():
        sys.stdout.write(f"{weight:8.2f} {name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

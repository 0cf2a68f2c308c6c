"""Fit what is a statement: python -m training.statement_fit FOLDER OUT GOLD.jsonl [GOLD.jsonl ...].

FOLDER is an exported model; GOLD in the format of score_statements.py.  A ridge logistic score over
statements.FEATURES on the model's own attributions; the figures shown are of articles left out one
at a time.  Writes OUT (JSON) with a weight for each feature.
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

from training.engine import Engine
from training.prepare import Document, read_corpus
from training.statements import FEATURES, Found, act, features, read
from training.text import pair_quotes

Floats = NDArray[np.float64]
RIDGE = 1.0


@dataclass(frozen=True)
class Row:
    """A predicted attribution: its article, features, and the act of the gold it matches."""

    article: str
    found: Found
    gold: str | None
    unclear: bool  # overlaps gold, but less than matching asks


def tokens(text: str, spans: list[list[int]]) -> set[int]:
    """The word starts that some spans cover."""
    return {m.start() for m in re.finditer(r"\w+", text)
            if any(s < m.end() and m.start() < e for s, e in spans)}  # fmt: skip


def rows(engine: Engine, article: Document) -> list[Row]:
    """The predictions for an article, matched to its gold by token overlap."""
    text = article["text"]
    quotes = pair_quotes(text)
    predicted = list(engine.attributions(text))
    gold = [(tokens(text, s["spans"]), str(s["act"])) for s in article["statements"]]
    covered = [tokens(text, p.content) for p in predicted]
    overlap = np.array([[len(g & p) / max(1, len(g | p)) for p in covered] for g, _ in gold])
    overlap = overlap.reshape(len(gold), len(covered))
    good = np.where(overlap >= 0.5, overlap, 0.0)
    pairs = {
        j: gold[i][1] for i, j in zip(*linear_sum_assignment(-good), strict=True) if good[i, j]
    }
    out = []
    for j, p in enumerate(predicted):
        near = bool(len(gold)) and overlap[:, j].max() > 0.2 and j not in pairs
        found = read(text, p.exchange(), quotes, p.p_cue)
        out.append(Row(str(article["doc_id"]), found, pairs.get(j), near))
    return out


def fit(x: Floats, y: Floats) -> Floats:
    """Ridge logistic regression; the first column, the bias, is not drawn to zero."""

    def loss(w: Floats) -> tuple[float, Floats]:
        z = x @ w
        slope = x.T @ (1 / (1 + np.exp(-z)) - y)
        slope[1:] += RIDGE * w[1:]
        return float(np.logaddexp(0, z).sum() - y @ z + RIDGE * (w[1:] ** 2).sum() / 2), slope

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(found.x, dtype=np.float64)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("gold", type=Path, nargs="+")
    args = parser.parse_args()
    engine = Engine(args.folder)
    found = [r for path in args.gold for a in read_corpus(path) for r in rows(engine, a)]
    x = np.array([features(r.found) for r in found])
    y = np.array([float(r.gold is not None and r.gold != "thought") for r in found])
    usable = np.array([r.gold != "thought" and not r.unclear for r in found])
    articles = np.array([r.article for r in found])
    z = np.zeros(len(y))
    for article in set(articles):
        there = articles == article
        z[there] = x[there] @ fit(x[~there & usable], y[~there & usable])
    said = np.array([r.gold != "thought" for r in found])
    shown = (z > 0) & said
    acts = [(act(r.found), r.gold) for r in found if r.gold is not None]
    sys.stdout.write(
        f"{len(found)} attributions, {int(y.sum())} of them statements: "
        f"precision {y[said].mean():.3f} -> {y[shown].mean():.3f}, "
        f"of the statements kept {y[shown].sum() / y.sum():.3f}, "
        f"act right {np.mean([a == g for a, g in acts]):.3f}\n"
    )
    weights = fit(x[usable], y[usable])
    named = dict(zip(FEATURES, np.round(weights, 3).tolist(), strict=True))
    args.out.write_text(json.dumps(named, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

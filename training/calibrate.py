"""Fit the confidence of attributions: python -m training.calibrate FOLDER CORPUS OUT --scorer PATH.

The chance that an attribution is right (content matched, source right) from the model's own
probabilities, by logistic regression on the held-out articles.  Shows the reliability of each
half under the weights of the other, and writes OUT (JSON).
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.engine import Attribution, Engine
from training.evaluate import load_scorer
from training.prepare import read_corpus, split
from training.statement_fit import fit

Floats = NDArray[np.float64]
NAMES = ["bias", "content", "cue", "link", "source", "no source", "no cue"]


def evidence(a: Attribution) -> Floats:
    """The logits of the model's probabilities."""
    p = np.clip([a.p_content, a.p_cue, a.p_link, a.p_source], 1e-3, 1 - 1e-3)
    return np.array([1.0, *np.log(p / (1 - p)), a.source is None, a.cue is None])


def right(found: list[Attribution], document: dict[str, Any], scorer: Any) -> list[bool]:
    """Which attributions match a gold one and have its source."""
    name = document["doc_id"]
    predicted = {name: {"doc_id": name, "attributions": [a.exchange() for a in found]}}
    ((_, _, gold, pred, matches),) = scorer.align({name: document}, predicted)
    good = {p for g, p, _ in matches if scorer.source_ok(gold[g], pred[p])}
    return [i in good for i in range(len(found))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--scorer", type=Path, required=True)
    args = parser.parse_args()
    engine, scorer = Engine(args.folder), load_scorer(args.scorer)
    parts: list[tuple[Floats, Floats]] = []
    for document in split(read_corpus(args.corpus))[1]:
        found = list(engine.attributions(document["text"]))
        if found:
            y = np.array(right(found, document, scorer), dtype=np.float64)
            parts.append((np.array([evidence(a) for a in found]), y))
    chances: list[Floats] = []
    truths: list[Floats] = []
    for h in (0, 1):
        other, own = parts[1 - h :: 2], parts[h::2]
        w = fit(np.concatenate([x for x, _ in other]), np.concatenate([t for _, t in other]))
        chances.append(1 / (1 + np.exp(-np.concatenate([x for x, _ in own]) @ w)))
        truths.append(np.concatenate([t for _, t in own]))
    chance, truth = np.concatenate(chances), np.concatenate(truths)
    sys.stdout.write("confidence   n  right\n")
    for low in np.arange(0.0, 1.0, 0.1):
        there = (chance >= low) & (chance < low + 0.1)
        if there.any():
            sys.stdout.write(
                f"{low:.1f}-{low + 0.1:.1f} {there.sum():5d}  {truth[there].mean():.2f}\n"
            )
    weights = fit(np.concatenate([x for x, _ in parts]), np.concatenate([t for _, t in parts]))
    named = dict(zip(NAMES, np.round(weights, 3).tolist(), strict=True))
    args.out.write_text(json.dumps(named, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

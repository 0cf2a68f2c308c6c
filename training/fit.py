"""Fit decoding on the held-out articles: python -m training.fit FOLDER CORPUS --scorer PATH.

FOLDER is an exported model; its decoder.json is written anew.  The figures shown are of the
held-out articles, each half decoded with weights fitted on the other.
"""

import argparse
import json
import sys
from pathlib import Path

import torch

from app.extraction.decoding import Scores
from app.extraction.linking import Weights
from app.extraction.pieces import Encoded
from app.extraction.tagger import Tagger
from training.evaluate import HEADER, line, load_scorer, measure, score_all
from training.link_fit import fit_links
from training.prepare import Document, read_corpus, split
from training.transition_fit import fit_transitions

Scored = list[tuple[Document, Encoded, Scores]]


def fit(scored: Scored, start: Weights) -> Weights:
    """Links and transitions."""
    cue, source = fit_links(scored, start)
    return Weights(start.distance, cue, source, fit_transitions(scored, start))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--scorer", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    tagger, scorer = Tagger(args.folder), load_scorer(args.scorer)
    held_out = split(read_corpus(args.corpus))[1]
    scored = score_all(held_out, tagger.tokenizer, tagger.forward, tagger.settings)
    start = Weights.plain(tagger.weights.distance)
    sys.stdout.write(f"{HEADER}\nbefore   {line(measure(scored, start, scorer)[0])}\n")
    predicted: dict[str, Document] = {}
    for h in (0, 1):
        weights = fit(scored[1 - h :: 2], start)
        predicted |= measure(scored[h::2], weights, scorer)[1]
    gold = {d["doc_id"]: d for d, _, _ in scored}
    sys.stdout.write(f"crossed  {line(scorer.score(gold, predicted))}\n")
    (args.folder / "decoder.json").write_text(json.dumps(fit(scored, start).as_json()))
    return 0


if __name__ == "__main__":
    sys.exit(main())

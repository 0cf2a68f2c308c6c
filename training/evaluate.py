"""Predict with a checkpoint or an exported model and score: python -m training.evaluate --help."""

import argparse
import importlib.util
import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from app.extraction.decoding import Floats, Forward, Scores, Settings, score_words
from app.extraction.linking import Weights
from app.extraction.pieces import Encoded, Ints, encode, load_tokenizer
from app.extraction.tagger import Tagger, as_json, decode, tagged_of
from training.model import Network
from training.prepare import Document, read_corpus, split


def torch_forward(path: Path, which: str) -> tuple[Forward, Floats]:
    """A forward function and the distance table from a checkpoint of train.py."""
    state = torch.load(path, map_location="cpu", weights_only=False)
    model = Network(state.get("base", "minilm"))
    model.load_state_dict(state[which])
    model.eval()

    def forward(ids: Ints, features: Ints) -> tuple[Floats, Floats]:
        with torch.inference_mode():
            tags, links = model(torch.from_numpy(ids), torch.from_numpy(features))
        return tags.numpy(), links.numpy()

    return forward, model.distance.detach().numpy()


def load_scorer(path: Path) -> Any:
    """The module score.py."""
    spec = importlib.util.spec_from_file_location("score", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def score_all(
    documents: list[Document], tokenizer: Tokenizer, forward: Forward, settings: Settings
) -> list[tuple[Document, Encoded, Scores]]:
    """The model's scores of each document, to decode with several settings."""
    out = []
    for document in documents:
        encoded = encode(tokenizer, document["text"])
        out.append((document, encoded, score_words(encoded, forward, settings)))
    return out


def measure(
    scored: list[tuple[Document, Encoded, Scores]],
    weights: Weights,
    scorer: Any,
) -> tuple[dict[str, Any], dict[str, Document]]:
    """score.py's figures, and the predictions."""
    predicted = {}
    for document, encoded, scores in scored:
        found = [as_json(tagged_of(encoded, scores, x)) for x in decode(scores, weights)]
        predicted[document["doc_id"]] = {"doc_id": document["doc_id"], "attributions": found}
    return scorer.score({d["doc_id"]: d for d, _, _ in scored}, predicted), predicted


HEADER = "content      P     R   F1  +src exact | dir  +src  P+s | spch +src"


def line(r: dict[str, Any]) -> str:
    """The figures that matter on one line, under HEADER."""
    d, s = r["direct"], r["speech"]
    figures = [r["content"]["p"], r["content"]["r"], r["content"]["f1"],
               r["content_source"]["f1"], r["exact"]["f1"], d["recall"], d["recall_with_source"],
               d["precision_with_source"], s["recall"], s["recall_with_source"]]  # fmt: skip
    return " ".join("    -" if f is None else f"{100 * f:5.1f}" for f in figures)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="a checkpoint (.pt) or an exported folder")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--base", type=Path, help="folder with tokenizer.json, for a checkpoint")
    parser.add_argument("--scorer", type=Path, required=True, help="score.py")
    parser.add_argument("--decoder", type=Path, help="a decoder.json, for a checkpoint")
    parser.add_argument("--held-out", action="store_true", help="only the held-out articles")
    parser.add_argument("--weights", choices=["ema", "model"], default="ema")
    parser.add_argument("--size", type=int, default=Settings.size)
    parser.add_argument("--stride", type=int, default=Settings.stride)
    parser.add_argument("--predictions", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    documents = read_corpus(args.corpus)
    if args.held_out:
        documents = split(documents)[1]
    settings = Settings(size=args.size, stride=args.stride)
    if args.model.is_dir():
        tagger = Tagger(args.model)
        tokenizer, forward, weights = tagger.tokenizer, tagger.forward, tagger.weights
    else:
        forward, distance = torch_forward(args.model, args.weights)
        tokenizer, weights = load_tokenizer(args.base / "tokenizer.json"), Weights.plain(distance)
    if args.decoder:
        weights = Weights.from_json(json.loads(args.decoder.read_text()))
    scorer = load_scorer(args.scorer)
    began = time.time()
    scored = score_all(documents, tokenizer, forward, settings)
    figures, predicted = measure(scored, weights, scorer)
    words = sum(len(d["text"].split()) for d in documents)
    sys.stdout.write(f"{words / (time.time() - began):.0f} words/s with scoring\n{HEADER}\n")
    sys.stdout.write(f"        {line(figures)}\n{scorer.report(figures)}\n")
    if args.predictions:
        rows = (json.dumps(p) for p in predicted.values())
        args.predictions.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

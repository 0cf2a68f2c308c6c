"""What a teacher makes of articles, for a smaller model to learn from.

python -m training.soften CHECKPOINT CORPUS OUT --base DIR [--unlabelled FILE] writes to OUT one
file for each chunk of articles; chunks that are there are not made again.  A labelled article comes
in several variants (augment.py) with its own labels; an unlabelled one with those that the teacher
decodes.  train.py --soft OUT learns from them.
"""

import argparse
import logging
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from app.extraction.decoding import Floats, Settings
from app.extraction.linking import Weights
from app.extraction.pieces import Ints, load_tokenizer
from app.extraction.tagger import as_json, decode, tagged_of
from training.augment import augment
from training.evaluate import score_all
from training.fit import fit
from training.model import Network
from training.prepare import Document, Example, collate, examples, merged, read_corpus, split
from training.train import save

CHUNK = 100  # articles a file

log = logging.getLogger("soften")


class Teacher:
    """A checkpoint that gives the chances of tags and, once fitted, attributions."""

    def __init__(self, checkpoint: Path, tokenizer: Tokenizer) -> None:
        state = torch.load(checkpoint, map_location="cpu", weights_only=False)
        self.model = Network(state.get("base", "minilm")).eval()
        self.model.load_state_dict(state["ema"])
        self.tokenizer = tokenizer
        self.weights = Weights.plain(self.model.distance.detach().numpy())

    def forward(self, ids: Ints, features: Ints, mask: Ints | None = None) -> tuple[Floats, Floats]:
        """Tag scores and link vectors of windows of one length, or padded and masked."""
        keys = None if mask is None else torch.from_numpy(mask)
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            tags, links = self.model(torch.from_numpy(ids), torch.from_numpy(features), keys)
        return tags.float().numpy(), links.float().numpy()

    def fit(self, held_out: list[Document]) -> None:
        """Fit the decoding on articles that the teacher has not learnt from."""
        scored = score_all(held_out, self.tokenizer, self.forward, Settings())
        self.weights = fit(scored, self.weights)

    def label(self, document: Document) -> Document:
        """The document with the attributions that the teacher finds."""
        ((_, encoded, scores),) = score_all([document], self.tokenizer, self.forward, Settings())
        if not len(encoded.first):
            return document | {"attributions": []}
        found = decode(scores, self.weights)
        attributions = [as_json(tagged_of(encoded, scores, item)) for item in found]
        return document | {"attributions": attributions}

    def soften(self, pool: list[Example], batch: int = 8) -> list[Example]:
        """The examples with the teacher's scores of their tags."""
        pool = sorted(pool, key=lambda e: len(e.ids))
        out = []
        for i in range(0, len(pool), batch):
            part = pool[i : i + batch]
            arrays = collate(part)
            tags, _ = self.forward(arrays["ids"], arrays["features"], arrays["ids"] != 0)
            out += [
                replace(e, soft=scores[: len(e.ids)].astype(np.float16))
                for e, scores in zip(part, tags, strict=True)
            ]
        return out


def chunks(args: argparse.Namespace, documents: list[Document]) -> Iterator[tuple[Path, Document]]:
    """For each file to be made: its path, and how: {"variant", "documents"}."""
    for variant in range(args.variants):
        for i in range(0, len(documents), CHUNK):
            path = args.out / f"gold-{variant}-{i // CHUNK:03}.pt"
            yield path, {"variant": variant, "documents": documents[i : i + CHUNK]}
    if args.unlabelled:
        unlabelled = read_corpus(args.unlabelled)
        random.Random(args.seed).shuffle(unlabelled)  # noqa: S311
        for i in range(0, min(len(unlabelled), args.most), CHUNK):
            path = args.out / f"news-{i // CHUNK:03}.pt"
            yield path, {"variant": None, "documents": unlabelled[i : i + CHUNK]}


def make(teacher: Teacher, how: Document, rng: random.Random, stride: int) -> list[Example]:
    """The examples of a chunk."""
    pool: list[Example] = []
    for document in how["documents"]:
        labelled = document if how["variant"] is not None else teacher.label(document)
        variant = augment(merged(labelled), rng) if how["variant"] != 0 else merged(labelled)
        offset = rng.randrange(stride // 2)
        pool += examples(
            variant, teacher.tokenizer, 254, stride, offset, quotes=rng.random() > 0.04
        )
    return teacher.soften(pool)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--base", type=Path, required=True, help="folder with tokenizer.json")
    parser.add_argument("--unlabelled", type=Path, help="articles without labels, JSON Lines")
    parser.add_argument("--most", type=int, default=2000, help="unlabelled articles")
    parser.add_argument("--variants", type=int, default=3)
    parser.add_argument("--stride", type=int, default=230)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    teacher = Teacher(args.checkpoint, load_tokenizer(args.base / "tokenizer.json"))
    documents, held_out = split(read_corpus(args.corpus))
    todo = [(path, how) for path, how in chunks(args, documents) if not path.exists()]
    if any(how["variant"] is None for _, how in todo):
        teacher.fit(held_out)
    for count, (path, how) in enumerate(todo, 1):
        rng = random.Random(f"{args.seed} {path.name}")  # noqa: S311
        save(path, {"examples": make(teacher, how, rng, args.stride)})
        log.info("%d of %d: %s", count, len(todo), path.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Fit the head of the topics: python -m training.topics.head BASE.

BASE is the folder that `training.base` fills. Reads the written examples beside this file and
writes app/extraction/data/topic_head.npz: a vector for each word piece (what all-MiniLM-L6-v2
gives for the piece alone, centred, reduced and weighed by how rare it is), and a logistic
regression for each Media Topic over the mean vector of a text. A broader topic of a label is
neither right nor wrong. Needs torch, tokenizers and safetensors (training/requirements.txt).
"""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from app.extraction.concepts import ancestors, iptc_concepts

EXAMPLES = Path(__file__).with_name("examples")
OUT = Path("app/extraction/data/topic_head.npz")
DIMENSIONS = 128
RARE = 1e-3  # in the share of all pieces, as in smooth inverse frequency
PENALTY = 2e-5
STEPS = 100
INTERCEPT = -4.5
USUAL = 8000  # pieces, the first of the vocabulary, from which the dimensions are worked out


def main() -> int:
    base = Path(sys.argv[1])
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    examples = read_examples()
    pieces = [tokenizer.encode(text, add_special_tokens=False).ids for text, _ in examples]
    kept = [i for i in range(tokenizer.get_vocab_size()) if is_kept(tokenizer.id_to_token(i))]
    rows = np.zeros(tokenizer.get_vocab_size(), dtype=np.uint16)
    rows[kept] = np.arange(1, len(kept) + 1)
    vectors, scale = quantise(reduce(encode_alone(base, kept), kept, pieces))
    vectors = np.concatenate([np.zeros((1, DIMENSIONS), dtype=np.int8), vectors])
    total = np.array([(vectors[rows[ids]] * scale).sum(0) for ids in pieces])
    x = total / np.linalg.norm(total, axis=1, keepdims=True)
    weights, bias = fit(x, [labels for _, labels in examples])
    np.savez_compressed(
        OUT,
        rows=rows,
        vectors=vectors,
        scale=scale.astype(np.float32),
        weights=weights.astype(np.float16),
        bias=bias.astype(np.float32),
    )
    sys.stdout.write(f"{len(examples)} examples, {OUT.stat().st_size / 1e6:.1f} MB\n")
    return 0


def read_examples() -> list[tuple[str, list[str]]]:
    """The written examples with their labels, the one of their block first."""
    found = []
    for path in sorted(EXAMPLES.glob("*.txt")):
        label = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("== "):
                label = line[3:].strip()
            elif line.strip():
                text, _, more = line.partition(" ++ ")
                found.append((text, [label, *filter(None, map(str.strip, more.split(",")))]))
    return found


def is_kept(token: str) -> bool:
    """Is the piece a word of the Latin alphabet, or part of one?"""
    return token.removeprefix("##").isascii() and token.removeprefix("##").isalnum()


def encode_alone(base: Path, kept: list[int]) -> Any:
    """What the encoder makes of each piece between its marks of beginning and end."""
    from safetensors.torch import load_file  # noqa: PLC0415

    config = BertConfig(
        vocab_size=30522, hidden_size=384, num_hidden_layers=6, intermediate_size=1536
    )
    model = BertModel(config, add_pooling_layer=False).eval()
    model.load_state_dict(load_file(base / "model.safetensors"), strict=False)
    out = []
    with torch.inference_mode():
        for at in range(0, len(kept), 256):
            ids = torch.tensor([[101, i, 102] for i in kept[at : at + 256]])
            out.append(torch.nn.functional.normalize(model(ids).last_hidden_state.mean(1), dim=1))
    return torch.cat(out).numpy()


def reduce(vectors: Any, kept: list[int], pieces: list[list[int]]) -> Any:
    counts = Counter(i for ids in pieces for i in ids)
    shares = np.array([counts[i] + 0.5 for i in kept])
    shares /= shares.sum()
    vectors = vectors - shares @ vectors
    _, _, directions = np.linalg.svd(vectors[:USUAL], full_matrices=False)
    return vectors @ directions[:DIMENSIONS].T * (RARE / (RARE + shares))[:, None]


def quantise(vectors: Any) -> tuple[Any, Any]:
    scale = np.abs(vectors).max(0) / 127
    return np.round(vectors / scale).astype(np.int8), scale


def fit(x: Any, labels: list[list[str]]) -> tuple[Any, Any]:
    """Weights and intercepts of one logistic regression a topic, fitted together."""
    index = {concept.name: i for i, concept in enumerate(iptc_concepts())}
    right = np.zeros((len(labels), len(index)), dtype=np.float32)
    counted = np.ones_like(right)
    for row, names in enumerate(labels):
        for name in names:
            counted[row, list(ancestors()[index[name]])] = 0
        right[row, [index[name] for name in names]] = 1
        counted[row, [index[name] for name in names]] = 1
    inputs, wanted, mask = (torch.tensor(a, dtype=torch.float32) for a in (x, right, counted))
    weights = torch.zeros(x.shape[1], len(index), requires_grad=True)
    bias = torch.full((len(index),), INTERCEPT, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=STEPS, line_search_fn="strong_wolfe")

    def loss() -> Any:
        optimizer.zero_grad()
        each = torch.nn.functional.binary_cross_entropy_with_logits(
            inputs @ weights + bias, wanted, reduction="none"
        )
        value = (each * mask).sum(1).mean() + PENALTY * (weights**2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    return weights.detach().numpy(), bias.detach().numpy()


if __name__ == "__main__":
    sys.exit(main())

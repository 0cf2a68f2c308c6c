"""Fit the transitions of Viterbi: a linear-chain CRF over the model's fixed tag scores."""

import numpy as np
import torch
from torch import Tensor

from app.extraction.decoding import NEVER, Floats, Scores, allowed
from app.extraction.linking import Weights
from app.extraction.pieces import Encoded, Ints
from training.prepare import Document, label, merged

PIECE = 200  # words of a training sequence
DRAW = 1.0  # of the weights to where they start


def sequences(
    scored: list[tuple[Document, Encoded, Scores]],
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Tag scores (n, PIECE, 7), gold tags, classes and mask of stretches of the articles."""
    rows: list[tuple[Floats, Ints, Ints]] = []
    for document, encoded, scores in scored:
        gold = label(merged(document), encoded)[0][encoded.first]
        for at in range(0, len(gold), PIECE):
            part = slice(at, at + PIECE)
            rows.append((scores.tags[part], gold[part], scores.kinds[part]))
    tags = torch.zeros(len(rows), PIECE, 7)
    gold_tags, kinds = (torch.zeros(len(rows), PIECE, dtype=torch.long) for _ in range(2))
    mask = torch.zeros(len(rows), PIECE, dtype=torch.bool)
    for i, (t, g, k) in enumerate(rows):
        tags[i, : len(g)], mask[i, : len(g)] = torch.from_numpy(t), True
        gold_tags[i, : len(g)], kinds[i, : len(g)] = torch.from_numpy(g), torch.from_numpy(k)
    return tags, gold_tags, kinds, mask


def loss(tags: Tensor, gold: Tensor, kinds: Tensor, mask: Tensor, steps: Tensor) -> Tensor:
    """The negative log-likelihood of the gold sequences; their first tags are given."""
    table = steps[0][:, None] + steps[1][None] + torch.from_numpy(allowed())
    by_word = table[kinds[:, 1:], kinds[:, :-1]]
    rows = torch.arange(len(tags))
    alpha = torch.full((len(tags), 7), NEVER)
    alpha[rows, gold[:, 0]] = 0.0
    right = torch.zeros(len(tags))
    for i in range(1, PIECE):
        through = torch.logsumexp(alpha[:, :, None] + by_word[:, i - 1], dim=1) + tags[:, i]
        alpha = torch.where(mask[:, i, None], through, alpha)
        path = by_word[rows, i - 1, gold[:, i - 1], gold[:, i]] + tags[rows, i, gold[:, i]]
        right = right + torch.where(mask[:, i], path, torch.zeros(()))
    return (torch.logsumexp(alpha, dim=1) - right).sum()


def fit_transitions(
    scored: list[tuple[Document, Encoded, Scores]], weights: Weights, rounds: int = 25
) -> Floats:
    """The transition scores that make the gold tags likeliest."""
    data = sequences(scored)
    start = torch.from_numpy(weights.steps)
    steps = start.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([steps], max_iter=rounds, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        total = loss(*data, steps) + DRAW * ((steps - start) ** 2).sum()
        torch.autograd.backward([total])
        return total

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return np.asarray(steps.detach().numpy())

"""The tagger: a BERT encoder in plain torch with a tag head and two pointer heads.

Tags are O and B/I of content, cue and source (the roles never overlap in PolNeAR).  The pointers
say which cue a content word belongs to and which source a cue has: dot products of small vectors
plus a bias by distance, so that the engine can link with numpy.
"""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from training.text import N_FEATURES

HIDDEN, LAYERS, HEADS, INNER, VOCABULARY, POSITIONS = 384, 6, 12, 1536, 30522, 512
N_TAGS, LINK = 7, 64
BUCKETS = 32  # of signed distance: 16 each way, two to each doubling


class Dense(nn.Linear):
    """A linear layer that can imitate ONNX Runtime's dynamic int8 while it trains (`imitate`).

    Activations: 8 bits between the extremes of a window; weights: 8 bits for each output.
    Gradients pass as if nothing had been rounded.
    """

    imitate = False

    def forward(self, x: Tensor) -> Tensor:
        if not self.imitate:
            return super().forward(x)
        with torch.no_grad():
            low = x.float().amin(dim=(1, 2), keepdim=True).clamp(max=0.0)
            high = x.float().amax(dim=(1, 2), keepdim=True).clamp(min=0.0)
            scale = ((high - low) / 255).clamp(min=1e-8)
            zero = torch.round(-low / scale)
            rounded = (torch.round(x.float() / scale + zero).clamp(0, 255) - zero) * scale
            width = self.weight.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127
            weights = torch.round(self.weight / width) * width
        x = x + (rounded - x.float()).to(x.dtype)
        return F.linear(x, self.weight + (weights - self.weight).detach(), self.bias)


class Layer(nn.Module):
    """One layer, post-norm as in BERT; no dropout in attention, which lets the fused kernel run."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.qkv = Dense(HIDDEN, 3 * HIDDEN)
        self.out = Dense(HIDDEN, HIDDEN)
        self.norm1 = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.up = Dense(HIDDEN, INNER)
        self.down = Dense(INNER, HIDDEN)
        self.norm2 = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        b, n, _ = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, HEADS, HIDDEN // HEADS).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        y = self.out(y.transpose(1, 2).reshape(b, n, HIDDEN))
        x = self.norm1(x + self.dropout(y))
        y = self.down(F.gelu(self.up(x)))
        out: Tensor = self.norm2(x + self.dropout(y))
        return out


class Tagger(nn.Module):
    """`forward` gives tag scores (b, n, 7) and link vectors (b, n, 4 * LINK + 1)."""

    def __init__(self, dropout: float = 0.1) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, HIDDEN)
        self.positions = nn.Embedding(POSITIONS, HIDDEN)
        self.features = nn.Embedding(N_FEATURES, HIDDEN)
        nn.init.zeros_(self.features.weight)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        self.tags = nn.Linear(HIDDEN, N_TAGS)
        self.links = nn.Linear(HIDDEN, 4 * LINK + 1)
        self.distance = nn.Parameter(torch.zeros(2, BUCKETS))

    def forward(
        self, ids: Tensor, features: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        positions = torch.arange(ids.shape[1], device=ids.device)
        x = self.words(ids) + self.positions(positions) + self.features(features)
        x = self.dropout(self.norm(x))
        keys = None if mask is None else mask[:, None, None, :]
        for layer in self.layers:
            x = layer(x, keys)
        x = self.dropout(x)
        return self.tags(x), self.links(x)


def bucket(distance: Tensor) -> Tensor:
    """The distance bucket of a pointer (see decode.bucket, its numpy twin)."""
    size = (2 * torch.log2(distance.abs().float() + 1)).long().clamp(max=BUCKETS // 2 - 1)
    return size + (distance < 0).long() * (BUCKETS // 2)


def link_scores(links: Tensor, distance: Tensor, which: int) -> Tensor:
    """Pointer scores (b, n, n) of each piece over the pieces of its row."""
    at = 2 * which * LINK
    queries, keys = links[..., at : at + LINK], links[..., at + LINK : at + 2 * LINK]
    places = torch.arange(links.shape[1], device=links.device)
    bias = distance[which][bucket(places[None] - places[:, None])]
    scores: Tensor = queries @ keys.transpose(1, 2) / LINK**0.5 + bias
    return scores


def from_minilm(weights: Path, dropout: float = 0.1) -> Tagger:
    """A tagger whose encoder has the weights of all-MiniLM-L6-v2 (`model.safetensors`)."""
    model = Tagger(dropout)
    w: dict[str, Any] = load_file(str(weights))
    state = model.state_dict()
    types = w["embeddings.token_type_embeddings.weight"][0]
    state["words.weight"] = w["embeddings.word_embeddings.weight"]
    state["positions.weight"] = w["embeddings.position_embeddings.weight"] + types
    for part in ("weight", "bias"):
        state[f"norm.{part}"] = w[f"embeddings.LayerNorm.{part}"]
        for i in range(LAYERS):
            old = f"encoder.layer.{i}."
            qkv = [w[f"{old}attention.self.{k}.{part}"] for k in ("query", "key", "value")]
            state[f"layers.{i}.qkv.{part}"] = torch.cat(qkv)
            state[f"layers.{i}.out.{part}"] = w[f"{old}attention.output.dense.{part}"]
            state[f"layers.{i}.norm1.{part}"] = w[f"{old}attention.output.LayerNorm.{part}"]
            state[f"layers.{i}.up.{part}"] = w[f"{old}intermediate.dense.{part}"]
            state[f"layers.{i}.down.{part}"] = w[f"{old}output.dense.{part}"]
            state[f"layers.{i}.norm2.{part}"] = w[f"{old}output.LayerNorm.{part}"]
    model.load_state_dict(state)
    return model

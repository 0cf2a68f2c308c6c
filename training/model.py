"""The tagger: a BERT encoder in plain torch with a tag head and three pointer heads.

Tags are O and B/I of content, cue and source (the roles never overlap in PolNeAR).  The pointers
say which cue a content word belongs to, which source a cue has and which source a content word has:
dot products of small vectors plus a bias by distance, so that the engine can link with numpy.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from app.extraction.pieces import CLS, N_FEATURES, PAD, SEP

VOCABULARY = 30522  # of bert-base-uncased; MPNet's is the same, four further on
N_TAGS, LINK, POINTERS = 7, 64, 3
N_LINKS = 2 * POINTERS * LINK + 2  # queries and keys; the score of "no source" of two of them
BUCKETS = 32  # of signed distance: 16 each way, two to each doubling


@dataclass(frozen=True)
class Shape:
    """What an encoder looks like."""

    hidden: int
    layers: int
    inner: int
    positions: int
    epsilon: float
    heads: int = 12
    relative: int = 0  # buckets of a bias by distance, shared by the layers (MPNet)
    frozen: int = 0  # lower layers that do not learn; the features come in above them


SHAPES = {
    "minilm": Shape(384, 6, 1536, 512, 1e-12),
    "minilm-4": Shape(384, 4, 1536, 512, 1e-12),  # of a trained "minilm", see `with_layers`
    "minilm-3": Shape(384, 3, 1536, 512, 1e-12),
    "mpnet": Shape(768, 12, 3072, 512, 1e-5, relative=32, frozen=4),
}


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

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.heads = shape.heads
        self.qkv = Dense(shape.hidden, 3 * shape.hidden)
        self.out = Dense(shape.hidden, shape.hidden)
        self.norm1 = nn.LayerNorm(shape.hidden, eps=shape.epsilon)
        self.up = Dense(shape.hidden, shape.inner)
        self.down = Dense(shape.inner, shape.hidden)
        self.norm2 = nn.LayerNorm(shape.hidden, eps=shape.epsilon)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        b, n, hidden = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, hidden // self.heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        y = self.out(y.transpose(1, 2).reshape(b, n, hidden))
        x = self.norm1(x + self.dropout(y))
        y = self.down(F.gelu(self.up(x)))
        out: Tensor = self.norm2(x + self.dropout(y))
        return out


class Network(nn.Module):
    """`forward` gives tag scores (b, n, 7) and link vectors (b, n, N_LINKS)."""

    def __init__(self, base: str = "minilm", dropout: float = 0.1) -> None:
        super().__init__()
        self.base, self.shape = base, SHAPES[base]
        hidden = self.shape.hidden
        self.words = nn.Embedding(VOCABULARY, hidden)
        self.positions = nn.Embedding(self.shape.positions, hidden)
        self.features = nn.Embedding(N_FEATURES, hidden)
        nn.init.zeros_(self.features.weight)
        self.norm = nn.LayerNorm(hidden, eps=self.shape.epsilon)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(self.shape, dropout) for _ in range(self.shape.layers))
        if self.shape.relative:
            self.relative = nn.Embedding(self.shape.relative, self.shape.heads)
        self.tags = nn.Linear(hidden, N_TAGS)
        self.links = nn.Linear(hidden, N_LINKS)
        self.distance = nn.Parameter(torch.zeros(POINTERS, BUCKETS))

    def frozen(self) -> list[nn.Parameter]:
        """The parameters that do not learn."""
        if not self.shape.frozen:
            return []
        modules = [self.words, self.positions, self.norm, *self.layers[: self.shape.frozen]]
        return [p for m in modules for p in m.parameters()] + [self.relative.weight]

    def _mask(self, mask: Tensor | None, n: int) -> Tensor | None:
        """What is added to attention's scores, or which keys may be seen."""
        keys = None if mask is None else mask[:, None, None, :]
        if not self.shape.relative:
            return keys
        places = torch.arange(n, device=self.words.weight.device)
        bias = self.relative(relative_bucket(places[None] - places[:, None], self.shape.relative))
        bias = bias.permute(2, 0, 1)[None]
        return bias if keys is None else bias.masked_fill(~keys, -1e4)

    def forward(
        self, ids: Tensor, features: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        keys = self._mask(mask, ids.shape[1])
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.shape.frozen):
            positions = torch.arange(ids.shape[1], device=ids.device)
            x = self.words(ids) + self.positions(positions)
            if not self.shape.frozen:
                x = x + self.features(features)
            x = self.dropout(self.norm(x))
            for layer in self.layers[: self.shape.frozen]:
                x = layer(x, keys)
        if self.shape.frozen:
            x = x + self.features(features)
        for layer in self.layers[self.shape.frozen :]:
            x = layer(x, keys)
        x = self.dropout(x)
        return self.tags(x), self.links(x)


def with_layers(weights: dict[str, Tensor], kept: Sequence[int]) -> dict[str, Tensor]:
    """The weights of a network that has only these layers of another, numbered anew."""
    out = {}
    for name, value in weights.items():
        parts = name.split(".")
        if parts[0] != "layers":
            out[name] = value
        elif int(parts[1]) in kept:
            out[".".join(["layers", str(kept.index(int(parts[1]))), *parts[2:]])] = value
    return out


def relative_bucket(distance: Tensor, buckets: int, furthest: int = 128) -> Tensor:
    """The bucket of a signed distance in MPNet's attention bias (T5's, both ways)."""
    half, size = buckets // 2, distance.abs()
    exact = half // 2
    far = torch.log(size.float().clamp(min=1) / exact) / math.log(furthest / exact)
    large = (exact + (far * (half - exact)).long()).clamp(max=half - 1)
    return torch.where(size < exact, size, large) + (distance > 0).long() * half


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


def pretrained(folder: Path, dropout: float = 0.1) -> Network:
    """A tagger whose encoder has the weights of a folder that base.py made."""
    weights = folder / "model.safetensors"
    if (folder / "config.json").exists():
        return _from_mpnet(weights, dropout)
    return _from_minilm(weights, dropout)


def _from_mpnet(weights: Path, dropout: float) -> Network:
    model = Network("mpnet", dropout)
    w: dict[str, Any] = load_file(str(weights))
    state = model.state_dict()
    words = w["embeddings.word_embeddings.weight"]
    state["words.weight"] = words[4 : 4 + VOCABULARY].clone()
    for ours, theirs in ((PAD, 1), (CLS, 0), (SEP, 2)):
        state["words.weight"][ours] = words[theirs]
    state["positions.weight"] = w["embeddings.position_embeddings.weight"][2:]
    state["relative.weight"] = w["encoder.relative_attention_bias.weight"]
    names = {
        "out": "attention.attn.o", "norm1": "attention.LayerNorm", "up": "intermediate.dense",
        "down": "output.dense", "norm2": "output.LayerNorm",
    }  # fmt: skip
    for part in ("weight", "bias"):
        state[f"norm.{part}"] = w[f"embeddings.LayerNorm.{part}"]
        for i in range(model.shape.layers):
            old = f"encoder.layer.{i}."
            qkv = [w[f"{old}attention.attn.{k}.{part}"] for k in "qkv"]
            state[f"layers.{i}.qkv.{part}"] = torch.cat(qkv)
            for ours, theirs in names.items():
                state[f"layers.{i}.{ours}.{part}"] = w[f"{old}{theirs}.{part}"]
    model.load_state_dict(state)
    return model


def _from_minilm(weights: Path, dropout: float) -> Network:
    model = Network("minilm", dropout)
    w: dict[str, Any] = load_file(str(weights))
    state = model.state_dict()
    types = w["embeddings.token_type_embeddings.weight"][0]
    state["words.weight"] = w["embeddings.word_embeddings.weight"]
    state["positions.weight"] = w["embeddings.position_embeddings.weight"] + types
    for part in ("weight", "bias"):
        state[f"norm.{part}"] = w[f"embeddings.LayerNorm.{part}"]
        for i in range(model.shape.layers):
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

"""Scales that make activations easier to round to int8 (SmoothQuant, Xiao et al., ICML 2023).

A few dimensions of BERT's activations are many times larger than the rest, and one scale for a
whole window then rounds the rest coarsely.  Dividing each dimension by a scale before a product,
and multiplying the weights' columns by it, changes nothing but the rounding.
"""

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from app.extraction.decoding import Floats, Settings, score_words
from app.extraction.pieces import Ints, encode
from training.model import Network
from training.prepare import Document

STRENGTH = {"out": 0.8, "up": 0.8, "down": 0.9}  # 1: by the activations alone, 0: by the weights
ARTICLES = 12


def maxima(tagger: Network, articles: list[Document], tokenizer: Tokenizer) -> dict[str, Tensor]:
    """The largest size of each dimension that enters the products named in STRENGTH."""
    found: dict[str, Tensor] = {}
    hooks = []

    def watch(name: str) -> None:
        def hook(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            largest = inputs[0].abs().amax(dim=(0, 1))
            found[name] = torch.maximum(found.get(name, largest), largest)

        hooks.append(tagger.get_submodule(name).register_forward_pre_hook(hook))

    def forward(ids: Ints, features: Ints) -> tuple[Floats, Floats]:
        with torch.inference_mode():
            tags, links = tagger(torch.from_numpy(ids), torch.from_numpy(features))
        return tags.numpy(), links.numpy()

    for name, _ in tagger.named_modules():
        if name.rpartition(".")[2] in STRENGTH:
            watch(name)
    for article in articles[:ARTICLES]:
        score_words(encode(tokenizer, article["text"]), forward, Settings())
    for hook in hooks:
        hook.remove()
    return found


def scales(
    tagger: Network, articles: list[Document], tokenizer: Tokenizer
) -> list[dict[str, Tensor]]:
    """For each layer, what to divide the activations by before `out`, `up` and `down`."""
    largest = maxima(tagger, articles, tokenizer)
    layers: list[dict[str, Tensor]] = []
    for i in range(len(tagger.layers)):
        layer: dict[str, Tensor] = {}
        for part, strength in STRENGTH.items():
            name = f"layers.{i}.{part}"
            weight = tagger.get_parameter(f"{name}.weight").detach()
            columns = weight.abs().amax(dim=0).clamp(min=1e-4)
            activations = largest[name].clone().clamp(min=1e-4)
            layer[part] = activations**strength / columns ** (1 - strength)
        layers.append(layer)
    return layers

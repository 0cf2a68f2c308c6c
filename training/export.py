"""Export a checkpoint to int8 ONNX: python -m training.export CHECKPOINT CORPUS OUT --base DIR.

OUT gets model.onnx (weights in int8, activations quantised as they come), tokenizer.json (without
truncation and padding) and decoder.json (for fit.py to fill).
"""

import argparse
import copy
import json
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from app.extraction.linking import Weights
from app.extraction.pieces import load_tokenizer
from training.model import SHAPES, Layer, Network
from training.prepare import read_corpus, split
from training.smooth import scales

HIDDEN, HEADS = SHAPES["minilm"].hidden, SHAPES["minilm"].heads
LONGEST = 320  # pieces of a window, with [CLS] and [SEP]

log = logging.getLogger("export")


class PlainLayer(nn.Module):
    """A layer in the operators that ONNX Runtime's optimiser knows from BERT, smoothed for int8."""

    up_scale: Tensor
    down_scale: Tensor

    def __init__(self, layer: Layer, scales: dict[str, Tensor]) -> None:
        super().__init__()
        self.norm1, self.norm2 = layer.norm1, layer.norm2
        self.qkv = nn.ModuleList(nn.Linear(HIDDEN, HIDDEN) for _ in range(3))
        softmax = torch.tensor((HIDDEN / HEADS) ** -0.5)
        for i, factor in enumerate((softmax, torch.ones(()), 1 / scales["out"])):
            rows = slice(i * HIDDEN, (i + 1) * HIDDEN)
            old = {k: v[rows] for k, v in layer.qkv.state_dict().items()}
            old["weight"] = old["weight"] * factor.reshape(-1, 1)
            self.qkv[i].load_state_dict({**old, "bias": old["bias"] * factor})
        self.out, self.up, self.down = (copy.deepcopy(x) for x in (layer.out, layer.up, layer.down))
        with torch.no_grad():
            for name, scale in scales.items():
                self.get_parameter(f"{name}.weight").mul_(scale)
        self.register_buffer("up_scale", 1 / scales["up"])
        self.register_buffer("down_scale", 1 / scales["down"])

    def heads(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], x.shape[1], HEADS, HIDDEN // HEADS).permute(0, 2, 1, 3)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (self.heads(part(x)) for part in self.qkv)
        weights = F.softmax(q @ k.transpose(-1, -2), dim=-1)
        y = (weights @ v).permute(0, 2, 1, 3).contiguous()
        y = self.out(y.view(x.shape[0], x.shape[1], HIDDEN))
        x = self.norm1(x + y)
        y = F.gelu(self.up(x * self.up_scale))
        out: Tensor = self.norm2(x + self.down(y * self.down_scale))
        return out


class Plain(nn.Module):
    """The tagger with PlainLayer in place of Layer."""

    words: Tensor
    scale: Tensor
    positions: Tensor

    def __init__(self, tagger: Network, layer_scales: list[dict[str, Tensor]]) -> None:
        super().__init__()
        self.tagger = tagger
        words = tagger.words.weight.detach()
        scale = words.abs().amax(dim=1, keepdim=True) / 127  # a scale a word, not one for all
        self.register_buffer("scale", scale)
        self.register_buffer("words", torch.round(words / scale).to(torch.int8))
        self.register_buffer("positions", tagger.positions.weight.detach()[:LONGEST].clone())
        self.layers = nn.ModuleList()
        for layer, its_scales in zip(tagger.layers, layer_scales, strict=True):
            if isinstance(layer, Layer):
                self.layers.append(PlainLayer(layer, its_scales))

    def forward(self, ids: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        t = self.tagger
        words = self.words[ids].float() * self.scale[ids]
        x = words + self.positions[: ids.shape[1]] + t.features(features)
        x = t.norm(x)
        for layer in self.layers:
            x = layer(x)
        return t.tags(x), t.links(x)


def export(tagger: Network, layer_scales: list[dict[str, Tensor]], out: Path) -> None:
    """The float32 model, with the graph's layers fused."""
    ids = torch.randint(1000, 2000, (1, 40))
    names = ["ids", "features"]
    axes = {n: {1: "length"} for n in [*names, "tags", "links"]}
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.onnx"
        torch.onnx.export(
            Plain(tagger, layer_scales).eval(), (ids, torch.zeros_like(ids)), str(raw),
            input_names=names, output_names=["tags", "links"], dynamic_axes=axes,
            opset_version=17, dynamo=False,
        )  # fmt: skip
        options = FusionOptions("bert")
        options.enable_embed_layer_norm = False
        options.enable_attention = False  # the fused kernels are slower on a CPU
        options.enable_skip_layer_norm = False
        fused = optimize_model(
            str(raw), "bert", num_heads=HEADS, hidden_size=HIDDEN, opt_level=1,
            optimization_options=options,
        )  # fmt: skip
        log.info("fused: %s", fused.get_fused_operator_statistics())
        fused.save_model_to_file(str(out))


def quantize(source: Path, target: Path, keep: Sequence[str] = ("/tags/", "/links/")) -> None:
    """Weights of the products in int8, but those in nodes whose name begins as in `keep`."""
    names = [n.name for n in onnx.load(str(source)).graph.node if n.name.startswith(tuple(keep))]
    quantize_dynamic(
        str(source), str(target), per_channel=True, weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul"], nodes_to_exclude=names,
        extra_options={"MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT},
    )  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument(
        "corpus", type=Path, help="training articles, for the scales of activations"
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--weights", choices=["ema", "model"], default="ema")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    state = torch.load(args.checkpoint, map_location="cpu", weights_only=False)
    tagger = Network(state.get("base", "minilm"))
    tagger.load_state_dict(state[args.weights])
    tagger.eval()
    tokenizer = load_tokenizer(args.base / "tokenizer.json")
    articles = split(read_corpus(args.corpus))[0]
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "float.onnx"
        export(tagger, scales(tagger, articles, tokenizer), whole)
        quantize(whole, args.out / "model.onnx")
    onnx.checker.check_model(onnx.load(str(args.out / "model.onnx")), full_check=False)
    tokenizer.save(str(args.out / "tokenizer.json"), pretty=False)
    plain = Weights.plain(tagger.distance.detach().numpy())
    (args.out / "decoder.json").write_text(json.dumps(plain.as_json()))
    return 0


if __name__ == "__main__":
    sys.exit(main())

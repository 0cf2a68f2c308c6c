"""Train the tagger: python -m training.train CORPUS.jsonl OUT --base DIR; resumes from OUT/last.pt.

Same seed, same machine, same result; a GPU is used if there is one.
"""

import argparse
import copy
import json
import logging
import math
import random
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from app.extraction.pieces import SEP, load_tokenizer
from training.augment import augment
from training.model import POINTERS, Dense, Network, link_scores, pretrained, with_layers
from training.prepare import (
    IGNORE,
    Example,
    collate,
    collate_soft,
    examples,
    merged,
    read_corpus,
    split,
)

MASK = 103

log = logging.getLogger("train")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--base", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument(
        "--start", type=Path, help="a checkpoint whose averaged weights to go on from"
    )
    parser.add_argument(
        "--keep", help="layers of --start that a smaller network takes, such as 0,1,3,5"
    )
    parser.add_argument("--int8", action="store_true", help="imitate int8 rounding while training")
    parser.add_argument("--all", action="store_true", help="hold no article out")
    parser.add_argument("--soft", type=Path, help="a folder that soften.py filled, to learn from")
    parser.add_argument("--soft-weight", type=float, default=0.7, help="of the teacher's scores")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--size", type=int, default=254, help="pieces a window")
    parser.add_argument("--stride", type=int, default=230)
    parser.add_argument("--lr", type=float, default=1.5e-4)
    parser.add_argument("--head-lr", type=float, default=1e-3)
    parser.add_argument("--decay", type=float, default=0.9, help="of the rate, layer by layer down")
    parser.add_argument("--link-weight", type=float, default=0.2)
    parser.add_argument("--augment", type=float, default=1.0)
    parser.add_argument("--mask", type=float, default=0.0, help="share of pieces hidden by [MASK]")
    parser.add_argument("--ema", type=float, default=0.998)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--save-every", type=int, default=100)
    parser.add_argument("--stop-after", type=int, default=0, help="steps, for a trial")
    return parser.parse_args()


def parameter_groups(model: Network, args: argparse.Namespace) -> list[dict[str, object]]:
    """AdamW's groups: rates fall layer by layer; no weight decay on biases and norms."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    frozen = {id(p) for p in model.frozen()}
    for name, parameter in model.named_parameters():
        if id(parameter) in frozen:
            parameter.requires_grad_(False)
            continue
        if name.startswith("distance"):
            rate = 20 * args.head_lr  # a table of 64 numbers, each seldom met
        elif name.startswith(("tags", "links", "features")):
            rate = args.head_lr
        elif name.startswith("layers."):
            rate = args.lr * args.decay ** (model.shape.layers - 1 - int(name.split(".")[1]))
        else:
            rate = args.lr * args.decay**model.shape.layers
        weight_decay = 0.0 if parameter.ndim < 2 or name == "distance" else 0.01
        groups.setdefault((rate, weight_decay), []).append(parameter)
    return [{"params": p, "lr": r, "weight_decay": d} for (r, d), p in groups.items()]


def schedule(step: int, total: int) -> float:
    """Linear warm-up over 6 % of the steps, then a cosine to zero."""
    warm = max(1, int(0.06 * total))
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm) / max(1, total - warm))))


def link_loss(model: Network, links: Tensor, batch: dict[str, Tensor], which: int) -> Tensor:
    """Cross-entropy of the pointers over the words of their window and [CLS]."""
    target = batch[("to_cue", "to_source", "to_speaker")[which]]
    scores = link_scores(links, model.distance, which)
    allowed = batch["tags"] != IGNORE
    if which:  # [CLS], for no source, has a score that depends on the cue (the content) alone
        scores = torch.cat([links[..., -which, None], scores[..., 1:]], dim=2)
        allowed[:, 0] = True
    rows, places = torch.nonzero(target != IGNORE, as_tuple=True)
    scores = scores.masked_fill(~allowed[:, None], -1e4)[rows, places]
    return F.cross_entropy(scores, target[rows, places], reduction="sum") / max(1, len(rows))


def loss_of(
    model: Network, batch: dict[str, Tensor], link_weight: float, soft_weight: float = 0.0
) -> tuple[Tensor, Tensor]:
    """The tags' loss (of the labels and of the teacher's scores) and the weighted links' loss."""
    device = batch["ids"].device.type
    with torch.autocast(device, dtype=torch.bfloat16):
        tags, links = model(batch["ids"], batch["features"], batch["ids"] != 0)
    scores, labels = tags.float().flatten(0, 1), batch["tags"].flatten()
    tag_loss = F.cross_entropy(scores, labels, ignore_index=IGNORE)
    if "soft" in batch:  # Hinton et al., 2015, at temperature 1
        words = labels != IGNORE
        chances = F.softmax(batch["soft"].flatten(0, 1)[words], dim=-1)
        tag_loss = tag_loss.lerp(F.cross_entropy(scores[words], chances), soft_weight)
    links = links.float()
    pointers = torch.stack([link_loss(model, links, batch, i) for i in range(POINTERS)]).sum()
    return tag_loss, link_weight * pointers


def epoch_batches(args: argparse.Namespace, epoch: int) -> list[list[Example]]:
    """The batches of an epoch: the same for the same seed and epoch."""
    rng = random.Random(args.seed * 1000 + epoch)  # noqa: S311
    if args.soft:
        return batched(soft_pool(args.soft, epoch), args.batch, rng)
    documents = read_corpus(args.corpus)
    if not args.all:
        documents, _ = split(documents)
    tokenizer = load_tokenizer(args.base / "tokenizer.json")
    pool: list[Example] = []
    for document in documents:
        variant = augment(merged(document), rng, args.augment if epoch < args.epochs - 1 else 0.4)
        offset, quotes = rng.randrange(args.stride // 2), rng.random() > 0.05 * args.augment
        pool += examples(variant, tokenizer, args.size, args.stride, offset, quotes=quotes)
    return batched(pool, args.batch, rng)


def soft_pool(folder: Path, epoch: int) -> list[Example]:
    """What a teacher made of one variant of the labelled articles and half of the others."""
    gold: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("gold-*.pt")):
        gold.setdefault(path.name.split("-")[1], []).append(path)
    variants = list(gold.values())
    news = sorted(folder.glob("news-*.pt"))
    chosen = variants[(epoch + 1) % len(variants)] + news[epoch % 2 :: 2]
    return [e for path in chosen for e in torch.load(path, weights_only=False)["examples"]]


def batched(pool: list[Example], size: int, rng: random.Random) -> list[list[Example]]:
    """The pool in random order, like lengths together, to pad little."""
    rng.shuffle(pool)
    blocks = [pool[i : i + 20 * size] for i in range(0, len(pool), 20 * size)]
    batches = []
    for block in blocks:
        block.sort(key=lambda e: len(e.ids))
        batches += [block[i : i + size] for i in range(0, len(block), size)]
    rng.shuffle(batches)
    return batches


def save(path: Path, state: Mapping[str, object]) -> None:
    temporary = path.with_suffix(".tmp")
    torch.save(state, temporary)
    temporary.replace(path)


def _layers(keep: str) -> list[int]:
    return [int(number) for number in keep.split(",")]


def _small(keep: str) -> Network:
    return Network(f"minilm-{len(_layers(keep))}")


class Run:
    """A training run: its model, optimiser, averaged weights and place."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model = _small(args.keep) if args.keep else pretrained(args.base)
        self.model.to(self.device)
        if args.start:
            weights = torch.load(args.start, map_location=self.device, weights_only=False)["ema"]
            weights = with_layers(weights, _layers(args.keep)) if args.keep else weights
            own = self.model.state_dict()  # of a head of another shape nothing is taken
            fits = {k: v for k, v in weights.items() if v.shape == own[k].shape}
            self.model.load_state_dict(own | fits)
        for module in self.model.modules():
            if isinstance(module, Dense):
                module.imitate = args.int8
        self.optimizer = torch.optim.AdamW(parameter_groups(self.model, args), eps=1e-6, fused=True)
        self.rates = [g["lr"] for g in self.optimizer.param_groups]
        self.ema = copy.deepcopy(self.model).eval()
        self.step = self.epoch = self.within = self.total = 0

    def resume(self) -> None:
        path = self.args.out / "last.pt"
        if not path.exists():
            return
        state = torch.load(path, map_location=self.device, weights_only=False)
        self.model.load_state_dict(state["model"])
        self.ema.load_state_dict(state["ema"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.epoch, self.within = state["step"], state["epoch"], state["within"]
        torch.set_rng_state(state["rng"].cpu())
        log.info("resumed at step %d", self.step)

    def save(self) -> None:
        state = {
            "model": self.model.state_dict(),
            "ema": self.ema.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "rng": torch.get_rng_state(),
            "step": self.step,
            "epoch": self.epoch,
            "within": self.within,
        }
        save(self.args.out / "last.pt", state)

    def update(self, batch: list[Example]) -> tuple[float, float]:
        tensors = {k: torch.from_numpy(v).to(self.device) for k, v in collate(batch).items()}
        if self.args.soft:
            tensors["soft"] = torch.from_numpy(collate_soft(batch)).to(self.device)
        hidden = (torch.rand(tensors["ids"].shape) < self.args.mask).to(self.device)
        tensors["ids"] = tensors["ids"].masked_fill(hidden & (tensors["ids"] > SEP), MASK)
        factor = schedule(self.step, self.total)
        for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate * factor
        tag_loss, pointers = loss_of(
            self.model, tensors, self.args.link_weight, self.args.soft_weight
        )
        torch.autograd.backward([tag_loss + pointers])
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        decay = min(self.args.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, new in zip(self.ema.parameters(), self.model.parameters(), strict=True):
                mean.lerp_(new, 1 - decay)
        return tag_loss.item(), pointers.item()

    def run_epoch(self) -> None:
        batches = epoch_batches(self.args, self.epoch)
        self.total = self.total or len(batches) * self.args.epochs
        self.model.train()
        sums, began = np.zeros(2), time.time()
        for count, batch in enumerate(batches[self.within :], 1):
            sums += self.update(batch)
            self.within += 1
            if self.step % 20 == 0:
                rate = (time.time() - began) / count
                log.info(
                    "epoch %d step %d of %d loss %.4f links %.4f, %.2f s a step",
                    self.epoch, self.step, self.total, *(sums / count), rate,
                )  # fmt: skip
            if self.step % self.args.save_every == 0:
                self.save()
            if self.args.stop_after and self.step >= self.args.stop_after:
                return
        self.epoch, self.within = self.epoch + 1, 0
        self.save()
        both = {
            "base": self.model.base,
            "model": self.model.state_dict(),
            "ema": self.ema.state_dict(),
        }
        save(self.args.out / f"epoch{self.epoch}.pt", both)


def main() -> int:
    args = arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    settings = {k: str(v) for k, v in vars(args).items()}
    (args.out / "settings.json").write_text(json.dumps(settings, indent=1))
    run = Run(args)
    run.total = len(epoch_batches(args, 0)) * args.epochs
    run.resume()
    while run.epoch < args.epochs:
        run.run_epoch()
        if args.stop_after and run.step >= args.stop_after:
            break
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Fit the model of Media Topics: python -m training.topics.fit [OUT].

Reads the development part of tests/gold/topics.jsonl, tells the F1 by cross-validation over
articles, and writes weights and threshold to app/extraction/data/topic_model.toml (or OUT).
Needs numpy and scikit-learn (training/requirements.txt).
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from app.extraction.concepts import iptc_concepts
from app.extraction.topic_model import FEATURES, ArticleTopics, choose

GOLD = Path("tests/gold/topics.jsonl")
PRACTICE = Path("training/topics/practice.jsonl")  # labelled for the fit alone
PARTS = ("development", "practice")
OUT = Path("app/extraction/data/topic_model.toml")
PENALTY = 0.1  # scikit-learn's C
FOLDS, SEEDS = 6, (0, 1, 2)
TOP = 3
DISTANCES = (7, 19)  # to the articles that share a page in a digest
DIGEST_WEIGHT = 0.4
CHANCE = 0.003  # of F1
NAMES = [concept.name for concept in iptc_concepts()]
CODES = {concept.code: concept.name for concept in iptc_concepts()}
PARENTS = {c.name: CODES[c.parent] if c.parent else None for c in iptc_concepts()}
THRESHOLDS = [x / 100 for x in range(14, 50, 2)]


def main() -> int:
    articles = [
        json.loads(line)
        for path in (GOLD, PRACTICE)
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    articles = [a for a in articles if a["part"] in PARTS]
    rows = [row for number, a in enumerate(articles) for row in read(number, a)]
    rows += [
        row for number in range(len(articles)) for row in read(number, digest(articles, number))
    ]
    fold_of = np.random.RandomState
    scored = [cross_validate(rows, fold_of(seed).permutation(len(articles))) for seed in SEEDS]
    means = {t: np.mean([f1(rows, s, t, digests=False) for s in scored]) for t in THRESHOLDS}
    # As good as the best, within what chance does: the highest, which leaves out most.
    best = max(t for t, mean in means.items() if mean >= max(means.values()) - CHANCE)
    for is_digest in (False, True):
        figures = [f1(rows, s, best, digests=is_digest) for s in scored]
        kind = "digests" if is_digest else "articles"
        sys.stdout.write(f"F1 by cross-validation, {kind}: {np.mean(figures):.3f} at {best}\n")
    model = fit(rows)
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    lines = ["# Made by `python -m training.topics.fit` from tests/gold/topics.jsonl."]
    lines += [f"intercept = {model.intercept_[0]:.4f}", f"threshold = {best}", "", "[weights]"]
    pairs = zip(FEATURES, model.coef_[0], strict=True)
    out.write_text("\n".join(lines + [f"{n} = {w:.4f}" for n, w in pairs]) + "\n", encoding="utf-8")
    return 0


def digest(articles: list[dict[str, Any]], number: int) -> dict[str, Any]:
    """An article between others on a page, as in a live report: longer, and about more things."""
    others = [articles[(number + step) % len(articles)]["text"] for step in DISTANCES]
    article = articles[number]
    before = "\n\n".join(others[: len(others) // 2]) + "\n\n"
    text = before + article["text"] + "\n\n" + "\n\n".join(others[len(others) // 2 :])
    statements = [
        {**s, "span": [s["span"][0] + len(before), s["span"][1] + len(before)]}
        for s in article["statements"]
    ]
    return {"text": text, "title": None, "statements": statements, "digest": True}


def read(number: int, article: dict[str, Any]) -> list[dict[str, Any]]:
    """One row a statement: the features of every topic that its article shows, and its labels."""
    text = article["text"]
    topics = ArticleTopics(text, article["title"])
    rows = []
    for statement in article["statements"]:
        start, end = statement["span"]
        first = text.rfind("\n", 0, start) + 1
        last = text.find("\n", start)
        paragraph = (first, len(text) if last < 0 else last)
        words = len(re.findall(r"\w+", text[start:end]))
        found = topics.features([(start, end)], paragraph, words)
        rows.append({
            "article": number,
            "digest": "digest" in article,
            "positions": list(found),
            "x": np.array(list(found.values()) or np.zeros((0, len(FEATURES)))),
            "y": np.array([float(NAMES[p] in statement["iptc"]) for p in found]),
            "labels": statement["iptc"],
        })  # fmt: skip
    return rows


def fit(rows: list[dict[str, Any]]) -> LogisticRegression:
    x = np.concatenate([row["x"] for row in rows])
    y = np.concatenate([row["y"] for row in rows])
    weights = np.concatenate(
        [np.full(len(row["x"]), DIGEST_WEIGHT if row["digest"] else 1.0) for row in rows]
    )
    return LogisticRegression(C=PENALTY, max_iter=3000).fit(x, y, sample_weight=weights)


def cross_validate(rows: list[dict[str, Any]], order: Any) -> list[dict[int, float]]:
    """For each row the scores by a model that has not seen its article."""
    scores: list[dict[int, float]] = [{} for _ in rows]
    for fold in range(FOLDS):
        model = fit([row for row in rows if order[row["article"]] % FOLDS != fold])
        for i, row in enumerate(rows):
            if order[row["article"]] % FOLDS == fold and len(row["x"]):
                found = model.predict_proba(row["x"])[:, 1]
                scores[i] = dict(zip(row["positions"], map(float, found), strict=True))
    return scores


def f1(
    rows: list[dict[str, Any]], scores: list[dict[int, float]], threshold: float, *, digests: bool
) -> float:
    """Hierarchy-aware F1 as tests/extraction/topic_scores.py defines it."""
    credit = total = 0.0
    for row, found in zip(rows, scores, strict=True):
        if row["digest"] is not digests:
            continue
        given = [NAMES[p] for p in choose(found, TOP, threshold)]
        exact = set(given) & set(row["labels"])
        left = [PARENTS[label] for label in row["labels"] if label not in exact]
        half = sum(tag in left for tag in given if tag not in exact)
        credit += len(exact) + half / 2
        total += len(given) + len(row["labels"])
    return 2 * credit / total


if __name__ == "__main__":
    sys.exit(main())

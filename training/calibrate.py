"""Fit the confidence: python -m training.calibrate FOLDER CORPUS --scorer PATH --gold GOLD …

The chance that content and source are right, by logistic regression on the held-out articles of
CORPUS (each half shown under the weights of the other): FOLDER/confidence.json.  How often the
speaker is right, by the way in which it was found, on the GOLD articles: FOLDER/speakers.json.
"""

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.extraction.core import find_findings
from app.extraction.document import parse_document
from app.extraction.findings import Finding, conjunction_before
from app.extraction.listing import FEATURES, features
from app.extraction.merging import Candidate
from app.extraction.resolved import Found
from app.extraction.speakers import Resolver
from app.extraction.tagger import Tagger
from training.evaluate import load_scorer
from training.listing_fit import candidates, fit, rows, tokens
from training.prepare import Document, read_corpus, split

Floats = NDArray[np.float64]
# What is believed of a way of finding the speaker before any case is seen, and how many cases that
# is worth: much, since the resolver was made while looking at most of the gold articles.
PRIOR = {
    Found.NAME: 0.98, Found.SURNAME: 0.95, Found.ROLE: 0.85, Found.PRONOUN: 0.85,
    Found.DESCRIPTION: 0.9, Found.INHERITED: 0.85, Found.SALIENT: 0.7, Found.IDENTIFIED: 0.75,
}  # fmt: skip
PRIOR_COUNT = 30.0


def exchange(text: str, finding: Finding) -> dict[str, Any]:
    """A finding in score.py's format."""
    content = [list(span) for span in finding.content]
    conjunction = conjunction_before(text, content[0][0])
    if conjunction:
        content[0][0] = conjunction[0]
    mention = [list(finding.mention)] if finding.mention else []
    return {"content": content, "cue": [], "source": mention}


def right(found: list[Candidate], document: Document, scorer: Any) -> list[bool]:
    """Which candidates match a gold attribution and have its source."""
    name, text = document["doc_id"], document["text"]
    rows = [exchange(text, c.finding) for c in found]
    predicted = {name: {"doc_id": name, "attributions": rows}}
    ((_, _, gold, pred, matches),) = scorer.align({name: document}, predicted)
    good = {p for g, p, _ in matches if scorer.source_ok(gold[g], pred[p])}
    return [i in good for i in range(len(found))]


def attribution_weights(tagger: Tagger, documents: list[Document], scorer: Any) -> Floats:
    """The weights of FEATURES; prints how reliable the chances are."""
    parts: list[tuple[Floats, Floats]] = []
    for document in documents:
        found = [c for c in candidates(tagger, document["text"]) if c.evidence.tagged]
        if found:
            x = np.array([features(document["text"], c.evidence) for c in found])
            parts.append((x, np.array(right(found, document, scorer), dtype=np.float64)))
    chances: list[Floats] = []
    truths: list[Floats] = []
    for h in (0, 1):
        other, own = parts[1 - h :: 2], parts[h::2]
        w = fit(np.concatenate([x for x, _ in other]), np.concatenate([t for _, t in other]))
        chances.append(1 / (1 + np.exp(-np.concatenate([x for x, _ in own]) @ w)))
        truths.append(np.concatenate([t for _, t in own]))
    chance, truth = np.concatenate(chances), np.concatenate(truths)
    sys.stdout.write("chance      n  right\n")
    for low in np.arange(0.0, 1.0, 0.1):
        there = (chance >= low) & (chance < low + 0.1)
        if there.any():
            share = truth[there].mean()
            sys.stdout.write(f"{low:.1f}-{low + 0.1:.1f} {there.sum():5d}  {share:.2f}\n")
    return fit(np.concatenate([x for x, _ in parts]), np.concatenate([t for _, t in parts]))


def _words(name: str) -> set[str]:
    return set(re.findall(r"\w+", name.lower())) - {"the", "a", "an", "of", "and"}


def speaker_shares(articles: list[Document]) -> dict[str, float]:
    """How often the speaker of a matched statement is right, by the way it was found."""
    hits: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for article in articles:
        text = article["text"]
        document = parse_document(text)
        findings = find_findings(document)
        resolver = Resolver(document)
        resolved = resolver.resolve_all(findings)
        for gold in article["statements"]:
            wanted = tokens(text, gold["spans"])
            for finding, found in zip(findings, resolved, strict=True):
                have = tokens(text, list(finding.content))
                if not finding.statement or len(wanted & have) < 0.5 * len(wanted | have):
                    continue
                name = " ".join(s.name for s in found.speakers)
                seen[found.how] += 1
                hits[found.how] += bool(_words(name) & _words(gold["speaker"] or ""))
                break
    return {
        how: (hits[how] + prior * PRIOR_COUNT) / (seen[how] + PRIOR_COUNT)
        for how, prior in PRIOR.items()
    } | {Found.NOBODY: 0.5}


def alone_share(tagger: Tagger, articles: list[Document]) -> float:
    """How often what the rules list and the tagger does not see is a statement."""
    found = [
        row
        for article in articles
        for row in rows(tagger, article)
        if row.features[FEATURES.index("tagger: none")]
        and row.features[FEATURES.index("rules: statement")]
    ]
    return (sum(r.gold is not None for r in found) + 0.6 * 10) / (len(found) + 10)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--scorer", type=Path, required=True)
    parser.add_argument("--gold", type=Path, nargs="+", required=True)
    args = parser.parse_args()
    tagger, scorer = Tagger(args.folder), load_scorer(args.scorer)
    weights = attribution_weights(tagger, split(read_corpus(args.corpus))[1], scorer)
    named = dict(zip(FEATURES, np.round(weights, 3).tolist(), strict=True))
    (args.folder / "confidence.json").write_text(json.dumps(named, indent=1) + "\n")
    shares = speaker_shares([a for path in args.gold for a in read_corpus(path)])
    shares["rules alone"] = alone_share(tagger, [a for p in args.gold for a in read_corpus(p)])
    rounded = {how: round(share, 3) for how, share in shares.items()}
    (args.folder / "speakers.json").write_text(json.dumps(rounded, indent=1) + "\n")
    sys.stdout.write(f"{rounded}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

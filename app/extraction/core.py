"""The core of extraction: what the tagger and the rules find, and what of it is a statement."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from app.extraction.document import Document
from app.extraction.findings import Finding
from app.extraction.listing import FEATURES, features
from app.extraction.merging import Candidate, Merger
from app.extraction.rules import find_attributions
from app.extraction.tagger import load_tagger

# Scores (log-odds) that are asked for: of rules where the tagger sees nothing, or another extent;
# and of the tagger where the rules see no statement.
_ALONE, _INSIDE, _AGAINST = 0.0, 1.5, 0.5


def find_findings(document: Document) -> list[Finding]:
    """Every finding of a document, in the order of the text."""
    rules = find_attributions(document)
    reading = load_tagger().read(document.text)
    return list(_decided(document, Merger(document, reading).candidates(rules)))


def _decided(document: Document, candidates: list[Candidate]) -> Iterator[Finding]:
    """The candidates that stand; what the rules alone see has to be listed to stand."""
    weights = _listing_weights()
    for candidate in candidates:
        evidence = candidate.evidence
        score = float(features(document.text, evidence) @ weights)
        if evidence.sure:
            yield candidate.finding
        elif evidence.tagged or score > (_INSIDE if evidence.inside else _ALONE):
            enough = score > (_AGAINST if evidence.doubted else 0)
            yield replace(candidate.finding, statement=enough and not candidate.finding.unsaid)


@cache
def _listing_weights() -> NDArray[np.float64]:
    file = resources.files("app.extraction") / "data" / "tagger" / "listing.json"
    named = json.loads(file.read_text(encoding="utf-8"))
    return np.array([named[name] for name in FEATURES])

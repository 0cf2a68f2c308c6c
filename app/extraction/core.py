"""The core of extraction: what the tagger and the rules find, and what of it is a statement."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from app.extraction.document import Document
from app.extraction.findings import Finding
from app.extraction.joining import join_twice_cued
from app.extraction.listing import FEATURES, features
from app.extraction.merging import Candidate, Merger
from app.extraction.rules import find_attributions
from app.extraction.tagger import load_tagger, tagger_file

# Scores (log-odds) that are asked for: of rules where the tagger sees nothing, or another extent;
# and of the tagger where the rules see no statement.
_ALONE, _INSIDE, _AGAINST = -0.3, 0.6, 0.5


def find_findings(document: Document) -> list[Finding]:
    """Every finding of a document, in the order of the text."""
    rules = find_attributions(document)
    reading = load_tagger().read(document.text)
    decided = list(_decided(document, Merger(document, reading).candidates(rules)))
    return list(join_twice_cued(document, decided))


def _decided(document: Document, candidates: list[Candidate]) -> Iterator[Finding]:
    """The candidates that stand; what the rules alone see has to be listed to stand."""
    listing, right = _weights("listing"), _weights("confidence")
    unseen = float(tagger_file("speakers")["rules alone"])
    for candidate in candidates:
        finding, evidence = candidate.finding, candidate.evidence
        values = features(document.text, evidence)
        score = float(values @ listing)
        alone = not (evidence.tagged or evidence.sure)
        if alone and score <= (_INSIDE if evidence.inside else _ALONE):
            continue
        listed = score > (_AGAINST if evidence.doubted else 0 if evidence.rule is None else _ALONE)
        yield replace(
            finding,
            statement=finding.statement if evidence.sure else listed and not finding.unsaid,
            chance=_chance(float(values @ right))
            if evidence.tagged
            else max(_chance(score), unseen),
        )


def _chance(score: float) -> float:
    return float(1 / (1 + np.exp(-score)))


@cache
def _weights(name: str) -> NDArray[np.float64]:
    """The weights of the features in ``data/tagger/NAME.json``, as training fitted them.

    A feature that a fit did not have weighs nothing.
    """
    named = tagger_file(name)
    return np.array([named.get(feature, 0.0) for feature in FEATURES])

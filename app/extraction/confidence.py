"""How sure an attribution is: the chance that its content, its source and its speaker are right.

The first factor is a logistic score over what tagger and rules say, fitted on held-out articles of
PolNeAR; the second is how often, on articles annotated by hand, a speaker found in this way was
the right one (training/calibrate.py; the reliability is in training/README.md).
"""

from functools import cache

from app.extraction.findings import Finding
from app.extraction.resolved import Resolved
from app.extraction.tagger import tagger_file


def confidence_of(finding: Finding, resolved: Resolved) -> float:
    """Between 0 and 1, two decimals; halved where the finding stands inside another's content."""
    value = finding.chance * _by_speaker()[resolved.how]
    return round(value / 2 if finding.nested else value, 2)


@cache
def _by_speaker() -> dict[str, float]:
    return {name: float(share) for name, share in tagger_file("speakers").items()}

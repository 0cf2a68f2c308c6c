"""How sure an attribution is: the construction times how its speaker was found.

A heuristic set by hand, not a measured probability: it orders attributions by how often the
construction and the way of finding the speaker go wrong when articles are read through.
"""

from app.extraction.findings import Construction, Finding
from app.extraction.resolved import Found, Resolved

_BY_CONSTRUCTION = {
    Construction.QUOTATION: 0.95,
    Construction.CLAUSE: 0.9,
    Construction.PARENTHESIS: 0.85,
    Construction.ACCORDING: 0.85,
    Construction.PARTICIPLE: 0.8,
    Construction.NOUN: 0.7,
    Construction.COLON: 0.85,
    Construction.TURN: 0.85,
    Construction.ANAPHORA: 0.85,
    Construction.IMPLICIT: 0.75,
    Construction.OBJECT: 0.6,
}
_BY_SPEAKER = {
    Found.NAME: 1.0,
    Found.SURNAME: 0.95,
    Found.ROLE: 0.8,
    Found.PRONOUN: 0.8,
    Found.DESCRIPTION: 0.9,
    Found.INHERITED: 0.9,
    Found.SALIENT: 0.7,
    Found.IDENTIFIED: 0.75,
    Found.NOBODY: 0.5,
}


def confidence_of(finding: Finding, resolved: Resolved) -> float:
    """Between 0 and 1, two decimals; halved where the finding stands inside another's content."""
    value = _BY_CONSTRUCTION[finding.construction] * _BY_SPEAKER[resolved.how]
    return round(value / 2 if finding.nested else value, 2)

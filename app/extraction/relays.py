"""Words that an outlet only passes on: "Police said he was ill, Reuters reported".

There the police speak and Reuters is a link of the chain. The reading finds two attributions, of
which the outlet's is no statement of its own.
"""

from collections.abc import Sequence

from app.extraction.document import Document
from app.extraction.findings import Construction, Finding
from app.extraction.outlets import find_outlet
from app.extraction.resolved import Resolved
from app.extraction.types import Act, Span, SpeakerKind

_NEAR = 3  # findings
_OUTLETS = frozenset({"agency", "newspaper", "broadcaster", "website"})
_WHOLE = 0.8  # of what the outlet reports is what another says, with who says it


def find_relays(
    document: Document, findings: Sequence[Finding], resolved: Sequence[Resolved]
) -> dict[int, int]:
    """By the index of an outlet's finding, that of the one whose words it passes on."""
    relays: dict[int, int] = {}
    for at, finding in enumerate(findings):
        if not _is_outlets(resolved[at]) or finding.act is Act.THOUGHT:
            continue
        if document.text[finding.content[0][0]] in "\"“«'‘":
            continue  # the outlet's own words
        for other in nearby(findings, at):
            speaks = resolved[other].speakers and not _is_outlets(resolved[other])
            speaks = speaks and findings[other].statement
            if speaks and passes_on(finding, findings[other]):
                relays[at] = other
                break
    return relays


def nearby(found: Sequence[object], at: int) -> range:
    """The indices of what is found about a place: what is passed on stands beside it."""
    return range(max(0, at - _NEAR), min(len(found), at + _NEAR + 1))


def _is_outlets(found: Resolved) -> bool:
    if len(found.speakers) != 1 or found.speakers[0].kind is not SpeakerKind.ORGANIZATION:
        return False
    outlet = find_outlet(found.speakers[0].name)
    return outlet is not None and outlet.kind in _OUTLETS


def passes_on(outer: Finding, inner: Finding) -> bool:
    """Whether what an outlet reports is that somebody says something, and that alone."""
    if outer.sentence != inner.sentence or inner.cue is None or inner.act is Act.THOUGHT:
        return False
    if inner.construction is Construction.OBJECT:
        return False
    whole, part = _hull([*outer.content]), _hull([*inner.content])
    if whole == part:
        return True
    said = _hull([*inner.content, *((inner.mention,) if inner.mention else ())])
    if not (whole[0] <= said[0] and said[1] <= whole[1]):
        return False
    return said[1] - said[0] >= _WHOLE * (whole[1] - whole[0])


def _hull(spans: Sequence[Span]) -> Span:
    return min(a for a, _ in spans), max(b for _, b in spans)

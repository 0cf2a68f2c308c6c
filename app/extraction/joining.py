"""One utterance with two cues: "Lee said: “It is late,” he said. “Go home.”"

The second cue only stands where the first has already named who speaks; an editor lists one
statement.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.extraction.document import Document
from app.extraction.findings import Finding

_PRONOUNS = frozenset({"he", "she", "they"})
_CLOSING = "\"”’'»"
_GOING_ON = frozenset(",?!")
_GAP = 3  # characters


def join_twice_cued(document: Document, findings: Sequence[Finding]) -> Iterator[Finding]:
    """The findings, with one that only interrupts the quotation of the one before taken into it."""
    waiting: Finding | None = None
    for finding in findings:
        if waiting is not None and _interrupts(document.text, waiting, finding):
            content = tuple(dict.fromkeys((*waiting.content, *finding.content)))
            waiting = replace(waiting, content=content)
            continue
        if waiting is not None:
            yield waiting
        waiting = finding
    if waiting is not None:
        yield waiting


def _interrupts(text: str, first: Finding, second: Finding) -> bool:
    """Whether a cue with a pronoun stands in the middle of the quotation that a cue announced."""
    if not (first.statement and second.statement) or first.cue is None or second.cue is None:
        return False
    if second.mention is None or text[slice(*second.mention)].lower() not in _PRONOUNS:
        return False
    end = first.content[-1][1]
    before = min(second.cue[0], second.mention[0]) - end
    behind = second.content[0][0] - max(second.cue[1], second.mention[1])
    announced = first.cue[1] <= first.content[0][0]
    interrupted = text[end - 2 : end - 1] in _GOING_ON and text[end - 1] in _CLOSING
    return announced and interrupted and 0 <= before <= 1 and 0 <= behind <= _GAP

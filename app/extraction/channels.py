"""Where somebody said everything that an article quotes of them, as a sentence of its own tells.

"He made his comments on the Breakfast Hour programme", "She talked to the Sunday Review about …".
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from app.extraction.document import Document, Role
from app.extraction.findings import Finding
from app.extraction.occasions import find_medium
from app.extraction.resolved import Resolved
from app.extraction.subjects import Subjects
from app.extraction.types import Act, Medium
from app.extraction.via import ViaFinder

_MADE = re.compile(
    r"\b(?:made|making) (?:his|her|their|the|these|those) (?:comments?|remarks?|claims?)\b"
    r"|\b(?:comments|remarks) were made\b"
    r"|\b(?:was|were) (?:speaking|talking) (?:to|on|in)\b"
    r"|\b(?:talked|spoke) to\b",
    re.IGNORECASE,
)
_REACH = 200  # characters behind the verb


@dataclass(frozen=True, slots=True)
class Channel:
    """The outlets through which the words came, the nearest to the speaker first, and how."""

    via: tuple[str, ...]
    medium: Medium | None


def find_channels(
    document: Document,
    subjects: Subjects,
    via: ViaFinder,
    findings: Sequence[Finding],
    resolved: Sequence[Resolved],
) -> dict[str, Channel]:
    """By the name of a speaker, the channel that a sentence gives for all that they say."""
    channels: dict[str, Channel] = {}
    spoken = _speakers(findings, resolved)
    contents = {finding.sentence: finding.content for finding in findings}
    for number, sentence in enumerate(document.sentences):
        if not sentence.is_prose or document.role(sentence) is not Role.BODY:
            continue
        match = _MADE.search(document.text, sentence.start, sentence.end)
        if match and any(a <= match.start() < b for a, b in contents.get(number, ())):
            continue
        name = _whose(subjects, number, spoken) if match else ""
        if match is None or not name:
            continue
        end = min(sentence.end, match.end() + _REACH)
        outlets = via.find([(match.start(), end)], "", [name])
        if outlets:
            words = document.text[match.start() : end]
            channels.setdefault(name, Channel(outlets, find_medium(words, Act.SPEECH)))
    return channels


def _speakers(findings: Sequence[Finding], resolved: Sequence[Resolved]) -> list[tuple[int, str]]:
    """The single speakers of an article with the sentences in which they speak, in order."""
    found = zip(findings, resolved, strict=True)
    return sorted((f.sentence, r.speakers[0].name) for f, r in found if len(r.speakers) == 1)


def _whose(subjects: Subjects, number: int, spoken: Sequence[tuple[int, str]]) -> str:
    """Whose words a sentence is about: its subject's, or the last speaker's; "" if unknown."""
    subject = subjects.of(number)
    parts = subject.mention.parts if subject is not None else ()
    if len(parts) == 1 and parts[0].person is not None:
        return parts[0].person.name
    before = bisect_left(spoken, (number, ""))
    if before:
        return spoken[before - 1][1]
    last = subjects.of(number - 1)
    parts = last.mention.parts if last is not None else ()
    return parts[0].person.name if len(parts) == 1 and parts[0].person is not None else ""

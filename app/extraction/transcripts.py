"""Questions and answers in turns: "BBC: …" and "Orosei: …" at the beginnings of lines."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.extraction.document import Document, Role
from app.extraction.findings import Construction, Finding
from app.extraction.outlets import find_outlet
from app.extraction.types import Act, Span

ANSWER_LABELS = frozenset({"a", "answer"})
_QUESTION_LABELS = frozenset({"q", "question", "interviewer", "reporter", "moderator", "host"})
_LABEL = re.compile(
    r"[\"“*]*([A-Z][\w.’'-]*(?: (?:de|van|von|al|bin|[A-Z][\w.’'-]*)){0,3})[*]*:[*]*\s+"
)
_MIN_TURNS = 3
_MAX_WITHOUT_LABEL = 3  # paragraphs with which a turn goes on


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says before the next label: paragraph indices, half-open."""

    label: Span
    colon: int
    content: Span
    first: int
    end: int
    is_question: bool


def find_turns(document: Document) -> list[Turn]:
    """The turns of a transcript; none where too few lines begin with a label that comes again."""
    text = document.text
    labels: list[tuple[int, re.Match[str]]] = []
    for number, paragraph in enumerate(document.paragraphs):
        match = _LABEL.match(text, paragraph.start, paragraph.end)
        if match and paragraph.role in (Role.BODY, Role.HEADING):
            labels.append((number, match))
    count = Counter(match.group(1) for _, match in labels)
    repeated = [name for name, times in count.items() if times > 1]
    if not repeated or len(labels) < _MIN_TURNS or len(count) < 2:
        return []
    if len(count) > max(2, len(labels) // 2 + 1):
        return []  # a list of different things
    return [_turn(document, labels, at) for at in range(len(labels))]


def _turn(document: Document, labels: Sequence[tuple[int, re.Match[str]]], at: int) -> Turn:
    number, match = labels[at]
    following = labels[at + 1][0] if at + 1 < len(labels) else number + 1
    end = number + 1
    while end < min(following, number + 1 + _MAX_WITHOUT_LABEL):
        if document.paragraphs[end].role is not Role.BODY:
            break
        end += 1
    name = match.group(1)
    is_outlet = find_outlet(name) is not None
    return Turn(
        match.span(1),
        match.end(1),
        (match.end(), document.paragraphs[end - 1].end),
        number,
        end,
        name.lower() in _QUESTION_LABELS or is_outlet,
    )


def turn_findings(document: Document, turns: Sequence[Turn]) -> list[Finding]:
    """One finding a turn; questions are attributed, and are no statements."""
    return [
        Finding(
            content=(turn.content,),
            cue=(turn.colon, turn.colon + 1),
            mention=turn.label,
            sentence=document.sentence_at(turn.label[0]),
            clause=(turn.label[0], turn.colon + 1),
            lemma="say",
            act=Act.SPEECH,
            construction=Construction.TURN,
            statement=not turn.is_question,
        )
        for turn in turns
        if turn.content[0] < turn.content[1]
    ]

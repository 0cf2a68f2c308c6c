"""What extraction gives: attributions as plain data with character offsets.

Offsets are Unicode code points over the text as given, start inclusive, end exclusive:
``text[start:end]`` is always exactly the words meant.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

Span = tuple[int, int]


class Kind(StrEnum):
    """How the words are given (the terms of narratology and of PolNeAR)."""

    DIRECT = "direct"  # all of the content stands between quotation marks
    INDIRECT = "indirect"  # none of it does
    MIXED = "mixed"  # some of it does


class Act(StrEnum):
    """What the speaker did: speech, writing or thought presentation (Semino & Short 2004)."""

    SPEECH = "speech"
    WRITING = "writing"  # published in writing: a post, letter, report, written statement
    THOUGHT = "thought"  # believed, hoped, intended: reported, but not uttered


class Medium(StrEnum):
    """The occasion or form in which the words were uttered."""

    INTERVIEW = "interview"
    PRESS_CONFERENCE = "press conference"
    SPEECH = "speech"
    POST = "post"
    STATEMENT = "statement"
    LETTER = "letter"
    BROADCAST = "broadcast"
    DOCUMENT = "document"


class SpeakerKind(StrEnum):
    """What kind of entity speaks."""

    PERSON = "person"
    ORGANIZATION = "organization"
    GROUP = "group"  # descriptive: "officials", "residents"; belongs to one text
    UNNAMED = "unnamed"  # one person or source without a name: "a US official"; belongs to one text


@dataclass(frozen=True, slots=True)
class SpeakerName:
    """A speaker as the article shows them, resolved within the article.

    ``name`` is the fullest name ("Dmitry Peskov"), for `group` and `unnamed` the description.
    ``aliases`` are the names as printed in the article ("Peskov"), never roles or pronouns.
    ``description`` is the role as printed at any mention ("Kremlin spokesperson"), or None.
    """

    name: str
    kind: SpeakerKind
    aliases: tuple[str, ...] = ()
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Attribution:
    """One attribution: content, who it is attributed to, and how we know.

    ``content`` holds one span, or several where a cue interrupts the words; ``conjunction`` is the
    "that" which leads it in, no part of what was said. ``mention`` is the span that names who
    speaks (at most one; empty where nobody is named there). ``via`` holds canonical names of the
    sources through which the words came, nearest the speaker first. ``statement`` is False for
    what is attributed but is no utterance an editor would list. ``confidence`` is the chance,
    between 0 and 1, that content and speaker are right.
    """

    content: tuple[Span, ...]
    cue: tuple[Span, ...]
    mention: tuple[Span, ...]
    kind: Kind
    act: Act
    statement: bool
    speakers: tuple[SpeakerName, ...]
    via: tuple[str, ...]
    medium: Medium | None
    said_on: date | None
    confidence: float
    conjunction: Span | None = None

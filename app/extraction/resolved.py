"""What resolving gives: the speakers of a finding, and what is remembered to refer back to."""

from dataclasses import dataclass
from enum import StrEnum

from app.extraction.types import SpeakerName


class Found(StrEnum):
    """How a speaker was resolved; the confidence depends on it."""

    NAME = "name"
    SURNAME = "surname"
    ROLE = "role"
    PRONOUN = "pronoun"
    DESCRIPTION = "description"
    INHERITED = "inherited"
    SALIENT = "salient"  # "the singer": the person last spoken of, of whom nothing says that
    IDENTIFIED = "identified"  # "a senior minister": whom the text names only afterwards
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Resolved:
    """The speakers of a finding, and how they were found.

    ``written`` says that a document of theirs speaks ("figures released by the bank").
    """

    speakers: tuple[SpeakerName, ...]
    how: Found
    written: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who was mentioned: at a position, with what is needed to refer back to them."""

    position: int
    sentence: int
    speakers: tuple[SpeakerName, ...]
    gender: str
    plural: bool


NOBODY = Resolved((), Found.NOBODY)

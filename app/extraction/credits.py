"""Who published a text and which agency it came from, as the text itself says."""

import re
from dataclasses import dataclass
from functools import cache

from app.extraction.data_files import load_data
from app.extraction.outlets import find_outlet

_HEAD = 1500  # bylines and datelines stand in the first characters, closing credits in the last
_TAIL = 600
_MAX_TITLE = 200


@dataclass(frozen=True, slots=True)
class Credits:
    """The publisher of a copyright line and the agency of a byline, dateline or closing credit.

    Canonical names where the outlet is listed, else as printed; None where the text names none.
    """

    publisher: str | None
    agency: str | None


@cache
def _patterns(name: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(p, re.MULTILINE) for p in load_data("credits")[name])


def find_credits(text: str) -> Credits:
    """The publisher and the agency that a text credits."""
    return Credits(_publisher(text), _agency(text))


def _publisher(text: str) -> str | None:
    for part in (text[-_TAIL * 3 :], text[:_HEAD]):
        for pattern in _patterns("copyright"):
            for match in pattern.finditer(part):
                name = " ".join(match.group(1).split()).strip(" .,;-–—")
                if name:
                    outlet = find_outlet(name)
                    return outlet.name if outlet else name
    return None


def _agency(text: str) -> str | None:
    for name, part in (("opening", text[:_HEAD]), ("closing", text[-_TAIL:])):
        for pattern in _patterns(name):
            for match in pattern.finditer(part):
                outlet = find_outlet(" ".join(match.group(1).split()))
                if outlet is not None and outlet.kind == "agency":
                    return outlet.name
    return None


_DATELINE = re.compile(
    r"^[A-Z][A-Z .,'’-]{2,40}(?:,\s[^()]{2,30})?\s*(?:\([^)]{2,40}\))?\s*(?:[-–—]|--|:)"
)


def find_title(text: str) -> str | None:
    """The title that the text itself marks, or None: it is never guessed from a paragraph.

    A Markdown heading ("# …") in the first line, or a first line of at most 200 characters that
    stands alone above an empty line, ends no sentence and is no dateline.
    """
    head = text.lstrip("\ufeff\r\n\t ")[: _MAX_TITLE * 4]
    lines = head.splitlines()
    if not lines:
        return None
    first = lines[0].strip()
    if first.startswith("# "):
        return first[2:].strip(" #")[:_MAX_TITLE] or None
    alone = len(lines) > 1 and not lines[1].strip() and bool(head[len(lines[0]) :].strip())
    if not alone or not 0 < len(first) <= _MAX_TITLE or _DATELINE.match(first):
        return None
    ends = first.rstrip("”\"'’»)")[-1:] in (".", "!", "?", "…", ":", ";", ",")
    return None if ends or not any(c.isalpha() for c in first) else first

"""The occasion of an utterance: its medium, and the date on which it was made."""

import re
from datetime import date, datetime, timedelta
from functools import cache

from app.extraction.data_files import load_data
from app.extraction.types import Act, Medium

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_MONTH = "|".join(_MONTHS)
_RELATIVE = re.compile(
    r"\b(?:(today|tonight|this morning|yesterday)|(?:on |late |early |last )?"
    rf"({'|'.join(_DAYS)})\b)"
)
_EXPLICIT = re.compile(
    rf"\b(?:on )?(?:(\d{{1,2}})(?:st|nd|rd|th)? ({_MONTH})|"
    rf"({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?)\b"
    r"(?:,? (\d{4}))?"
)


@cache
def _media() -> tuple[tuple[Medium, re.Pattern[str]], ...]:
    table = load_data("occasions")["medium"]
    return tuple((Medium(name), re.compile(pattern)) for name, pattern in table.items())


# What somebody did otherwise: "said Dr Lee, who led the study".
_RELATIVE_CLAUSE = re.compile(r"\b(?:who|whose|whom|which)\b[^,;.]*")


def without_relative_clauses(words: str) -> str:
    """The words around a cue less what they tell of the speaker only."""
    return _RELATIVE_CLAUSE.sub(" ", words)


def find_medium(around: str, act: Act) -> Medium | None:
    """The medium that the words around a cue name, or None.

    ``around`` is the cue clause without the content.
    """
    lowered = around.lower()
    for medium, pattern in _media():
        if pattern.search(lowered):
            if medium is Medium.DOCUMENT and act is Act.SPEECH and "told" in lowered:
                continue
            return medium
    return None


def find_date(around: str, published_at: datetime | None) -> date | None:
    """The day that the words around a cue name, by the date of publication, or None.

    A weekday is the last one of that name, the day of publication included.
    """
    if published_at is None:
        return None
    lowered = around.lower()
    published = published_at.date()
    explicit = _EXPLICIT.search(lowered)
    if explicit:
        return _explicit(explicit, published)
    relative = _RELATIVE.search(lowered)
    if relative is None:
        return None
    if relative.group(1):
        return published - timedelta(days=relative.group(1) == "yesterday")
    back = (published.weekday() - _DAYS.index(relative.group(2))) % 7
    return published - timedelta(days=back)


def _explicit(match: re.Match[str], published: date) -> date | None:
    day = int(match.group(1) or match.group(4))
    month = _MONTHS.index(match.group(2) or match.group(3)) + 1
    year = int(match.group(5)) if match.group(5) else published.year
    try:
        said = date(year, month, day)
    except ValueError:
        return None
    if match.group(5) is None and said > published:
        return said.replace(year=year - 1) if not (month == 2 and day == 29) else None
    return said

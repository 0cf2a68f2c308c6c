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
_MONTH = "|".join(f"{name}|{name[:4]}\\.?|{name[:3]}\\.?" for name in _MONTHS)
_COUNTS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COUNT = rf"(\d{{1,2}}|{'|'.join(_COUNTS)}|a)"
_RELATIVE = re.compile(
    r"\b(?:(today|tonight|this morning|yesterday)|(?:on |late |early |last )?"
    rf"({'|'.join(_DAYS)})\b)"
)
_EXPLICIT = re.compile(
    rf"\b(?:on )?(?:(\d{{1,2}})(?:st|nd|rd|th)? ({_MONTH})|"
    rf"({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?)\b"
    r"(?:,? (\d{4}))?"
)
_AGO = re.compile(rf"\b{_COUNT} (day|week)s? ago\b")
# By a date that the text has just given.
_LATER = re.compile(
    rf"\b(?:(?:{_COUNT} days?|(the (?:next|following) day|a day)) (?:later|after(?:wards)?)"
    r"|(?:on )?(the (?:next|following) day)|(?:on )?(the (?:day before|previous day)))\b"
)


@cache
def _media() -> tuple[tuple[Medium, re.Pattern[str]], ...]:
    table = load_data("occasions")["medium"]
    return tuple((Medium(name), re.compile(pattern)) for name, pattern in table.items())


_NAMED_POST = re.compile(r"\b[A-Z]\w* Post\b")  # a newspaper

# What somebody did otherwise: "said Dr Lee, who led the study".
_RELATIVE_CLAUSE = re.compile(r"\b(?:who|whose|whom|which)\b[^,;.]*")


def without_relative_clauses(words: str) -> str:
    """The words around a cue less what they tell of the speaker only."""
    return _RELATIVE_CLAUSE.sub(" ", words)


def find_medium(around: str, act: Act) -> Medium | None:
    """The medium that the words around a cue name, or None.

    ``around`` is the cue clause without the content.
    """
    lowered = _NAMED_POST.sub("", around).lower()
    for medium, pattern in _media():
        if pattern.search(lowered):
            if medium is Medium.DOCUMENT and act is Act.SPEECH and "told" in lowered:
                continue
            return medium
    return None


def find_date(
    around: str, published_at: datetime | None, before: date | None = None
) -> date | None:
    """The day that the words around a cue name, by the date of publication, or None.

    A weekday is the last one of that name, the day of publication included. "Two days later"
    counts from ``before``, the day that the text gave last.
    """
    if published_at is None:
        return None
    lowered = around.lower()
    published = published_at.date()
    explicit = _EXPLICIT.search(lowered)
    if explicit:
        return _explicit(explicit, published)
    later = _LATER.search(lowered)
    if later:
        return _later(later, before, published)
    ago = _AGO.search(lowered)
    if ago:
        return published - timedelta(days=_count(ago.group(1)) * (7 if ago[2] == "week" else 1))
    relative = _RELATIVE.search(lowered)
    if relative is None:
        return None
    if relative.group(1):
        return published - timedelta(days=relative.group(1) == "yesterday")
    back = (published.weekday() - _DAYS.index(relative.group(2))) % 7
    return published - timedelta(days=back)


_BEFORE = re.compile(
    r"\b(?:earlier|previously|once|formerly|last (?:week|month|year|night|[a-z]+day)|later"
    r"|the (?:same|next|following|previous) (?:day|week|month|year)|in (?:19|20)\d\d)\b"
)


def names_time(around: str) -> bool:
    """Whether the words around a cue say that it was at a time of its own."""
    lowered = around.lower()
    return any(p.search(lowered) for p in (_BEFORE, _RELATIVE, _EXPLICIT, _AGO, _LATER))


_OPENS_WITH_DAY = re.compile(
    rf"(?:(?:on |late |early |last )?(?:yesterday|today|{'|'.join(_DAYS)})\b(?!['’])"
    rf"|{_COUNT} (?:day|week)s? ago\b)",
    re.IGNORECASE,
)


def leading_day(mention: str) -> str:
    """The day with which the words of a mention begin ("Last Thursday the line"), or ""."""
    match = _OPENS_WITH_DAY.match(mention)
    return match.group() if match else ""


def _count(word: str) -> int:
    if word.isdigit():
        return int(word)
    return 1 if word == "a" else _COUNTS.index(word) + 1


def _later(match: re.Match[str], before: date | None, published: date) -> date | None:
    """The day so many days after, or one before, the day given last; none after publication."""
    if before is None:
        return None
    days = -1 if match.group(4) else _count(match.group(1)) if match.group(1) else 1
    said = before + timedelta(days=days)
    return said if said <= published else None


def _explicit(match: re.Match[str], published: date) -> date | None:
    day = int(match.group(1) or match.group(4))
    name = (match.group(2) or match.group(3))[:3]
    month = next(at for at, month in enumerate(_MONTHS, 1) if month.startswith(name))
    year = int(match.group(5)) if match.group(5) else published.year
    try:
        said = date(year, month, day)
    except ValueError:
        return None
    if match.group(5) is None and said > published:
        return said.replace(year=year - 1) if not (month == 2 and day == 29) else None
    return said

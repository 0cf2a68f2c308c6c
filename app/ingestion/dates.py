"""Points in time as pages, feeds and dumps write them."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from app.moments import parse_moment

_EPOCH = re.compile(r"\d{9,10}(?:\d{3})?(?:\.\d+)?")
_FIRST, _LAST = datetime(1600, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
# "2025-02-12 10:00:00 UTC", "20250212T100000Z" and what 3.11's fromisoformat leaves unread.
_ZONE = re.compile(r"\s*(?:UTC|GMT|Z)$")
_LONGEST = 100


def find_moment(value: object) -> datetime | None:
    """The moment meant, in UTC, or None: ISO 8601, RFC 2822, or seconds since 1970."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, datetime):
        value = value.isoformat()
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    found = _read(value.strip())
    return found if found and _FIRST <= found < _LAST else None


def _read(value: str) -> datetime | None:
    if _EPOCH.fullmatch(value):
        return _from_epoch(float(value))
    try:
        found = parse_moment(_ZONE.sub("Z", value))
    except ValueError:
        return _from_mail(value)
    return found if isinstance(found, datetime) else None


def _from_epoch(number: float) -> datetime:
    milliseconds = number * 1000 if number < 1e11 else number
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)


def _from_mail(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None

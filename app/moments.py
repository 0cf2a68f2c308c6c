"""Points in time as people write them: ISO 8601 days, and date-times kept in UTC."""

from datetime import UTC, date, datetime, time
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema


def parse_moment(value: object) -> object:
    """An ISO 8601 date (midnight UTC) or date-time (UTC where no zone is given).

    Raises ValueError naming the value. What is no string passes, for pydantic to judge.
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    if not isinstance(value, str):
        raise ValueError("not an ISO 8601 date or date-time")
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{value[:40]!r} is not an ISO 8601 date or date-time such as 2025-02-12"
        ) from None


Moment = Annotated[
    datetime,
    BeforeValidator(parse_moment),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date"},
                {"type": "string", "format": "date-time"},
            ]
        }
    ),
]


def parse_day(value: object) -> object:
    """An ISO 8601 date. Raises ValueError naming the value; what is no string passes."""
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise ValueError(f"{value[:40]!r} is not an ISO 8601 date such as 2025-02-12") from None


Day = Annotated[
    date,
    BeforeValidator(parse_day),
    WithJsonSchema({"type": "string", "format": "date"}),
]

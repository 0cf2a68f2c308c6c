"""Parameters of the dashboards: the filters of statements, and what to count them by."""

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from app.queries.filters import StatementFilters, split_commas


class Facet(StrEnum):
    """What statements can be counted by; each is the name of the filter that picks a value."""

    SPEAKER = "speaker"
    SPEAKER_KIND = "speaker_kind"
    SOURCE = "source"
    PUBLISHER = "publisher"
    VIA = "via"
    TOPIC = "topic"
    KIND = "kind"
    ACT = "act"
    MEDIUM = "medium"
    LANGUAGE = "language"


class Interval(StrEnum):
    """How long a bucket of a timeline is; weeks are those of ISO 8601."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Split(StrEnum):
    """What a timeline can be split by."""

    SPEAKER = "speaker"
    SOURCE = "source"
    TOPIC = "topic"
    KIND = "kind"


class Measure(StrEnum):
    """What a timeline counts."""

    STATEMENTS = "statements"
    OCCURRENCES = "occurrences"


class FacetList(StatementFilters):
    """Parameters of `GET /stats/facets`."""

    facet: Annotated[
        list[Facet],
        BeforeValidator(split_commas),
        Field(
            default_factory=lambda: [Facet.SPEAKER, Facet.SOURCE, Facet.TOPIC, Facet.KIND],
            min_length=1,
            max_length=20,
            description="What to count by. Each leaves its own filter out of account. Without: "
            "speaker, source, topic and kind.",
        ),
    ]
    size: Annotated[int, Field(ge=1, le=100, description="Buckets a facet.")] = 10


class Timeline(StatementFilters):
    """Parameters of `GET /stats/timeline`."""

    interval: Annotated[Interval, Field(description="How long a bucket is; UTC, ISO weeks.")] = (
        Interval.MONTH
    )
    split_by: Annotated[
        Split | None, Field(description="A series of counts for each of the most frequent values.")
    ] = None
    measure: Annotated[
        Measure,
        Field(
            description="`statements`: each once, at the date that lists show; `occurrences`: "
            "every place that satisfies the filters."
        ),
    ] = Measure.STATEMENTS
    size: Annotated[int, Field(ge=1, le=20, description="Series at most.")] = 5

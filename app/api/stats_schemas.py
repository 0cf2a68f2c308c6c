"""The shapes of the dashboards' answers."""

from datetime import datetime

from pydantic import Field

from app.api.schemas import Resolution, Shape
from app.queries.stats_filters import Interval, Measure, Split


class Bucket(Shape):
    """One value of a facet."""

    value: str = Field(description="What to give to the filter of the same name.", examples=["3"])
    label: str = Field(examples=["Dmitry Peskov"])
    count: int = Field(description="Statements that have this value.")
    selected: bool = Field(description="Whether the request's own filter asks for it.")


class FacetCounts(Shape):
    """Statements counted by one facet, its own filter left out of account."""

    buckets: list[Bucket] = Field(description="The most frequent values first.")
    other_count: int | None = Field(description="The sum over all values not shown.")
    unknown_count: int | None = Field(description="Statements that have no value.")
    timed_out: bool = Field(description="There was no time to count it.")


class Facets(Shape):
    """Statements counted by each facet asked for."""

    facets: dict[str, FacetCounts]
    resolved: dict[str, list[Resolution]]


class TimelineBucket(Shape):
    """One stretch of time, UTC, end exclusive."""

    label: str = Field(examples=["2025-W07"])
    start: datetime
    end: datetime
    partial: bool = Field(description="Cut by the range asked for, or not over yet.")
    count: int


class Series(Shape):
    """The counts of one value, bucket by bucket."""

    value: str | None = Field(description="Null for all others together, and for none at all.")
    label: str = Field(examples=["Dmitry Peskov", "other", "unknown"])
    total: int = Field(description="Undated ones too.")
    counts: list[int]


class TimelineCounts(Shape):
    """Statements or occurrences over time, without gaps."""

    interval: Interval
    measure: Measure
    split_by: Split | None
    buckets: list[TimelineBucket]
    series: list[Series] | None = Field(
        description="With `split_by`; what has several values counts in each of them."
    )
    undated_count: int | None
    timed_out: bool = Field(description="There was no time to count: there are no buckets then.")
    resolved: dict[str, list[Resolution]]

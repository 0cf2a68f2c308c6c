"""Statements or their occurrences counted over time, under the same filters as the list."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import CTE, BigInteger, SQLColumnExpression, Text, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db import AnyRow, AnySelect
from app.errors import InvalidParameterError
from app.models import Occurrence, Statement
from app.queries.budget import Budget
from app.queries.stats_filters import Facet, Interval, Measure, Timeline
from app.queries.values import is_of_occurrences, labels, pairs
from app.queries.where import Where, resolve_names, where

_MOST = 2000  # buckets
_LABELS = {
    Interval.DAY: "%Y-%m-%d",
    Interval.WEEK: "%G-W%V",
    Interval.MONTH: "%Y-%m",
    Interval.YEAR: "%Y",
}


async def count_timeline(connection: AsyncConnection, parameters: Timeline) -> dict[str, Any]:
    """The answer of `/stats/timeline`: `buckets` without gaps, and `series` where it is split.

    Raises InvalidParameterError where there would be over 2,000 buckets.
    """
    resolved = await resolve_names(connection, parameters, {})
    conditions, values = where(resolved.pattern(parameters)), resolved.values(parameters)
    budget = Budget()
    totals: list[AnyRow] = []
    split: list[AnyRow] = []
    async with budget.spend(connection):
        totals = list((await connection.execute(_totals(conditions, parameters), values)).all())
    if parameters.split_by is not None and not budget.timed_out:
        facet = Facet(parameters.split_by.value)
        async with budget.spend(connection):  # what is left: the server times each query anew
            query = _split(conditions, parameters, facet)
            split = list((await connection.execute(query, values)).all())
    counts = {} if budget.timed_out else {row.bucket: row.n for row in totals}
    undated = counts.pop(None, 0)
    starts = [] if budget.timed_out else _starts(parameters, list(counts))
    return {
        "interval": parameters.interval,
        "measure": parameters.measure,
        "split_by": parameters.split_by,
        "buckets": [_bucket(parameters, start, counts.get(start, 0)) for start in starts],
        "series": await _series(connection, parameters, starts, split),
        "undated_count": None if budget.timed_out else undated,
        "timed_out": budget.timed_out,
        "resolved": resolved.shown,
    }


def _dated(conditions: Where, parameters: Timeline) -> CTE:
    """What is counted, with its statement and the start of its bucket, null where undated."""
    if parameters.measure is Measure.OCCURRENCES:
        place, of, date = Occurrence.id, Occurrence.statement_id, Occurrence.published_at
        query = _with_bucket(parameters, place, of, date).select_from(Occurrence)
        return conditions.apply_to_occurrences(query).cte("dated")
    if conditions.of_places:
        query = _with_bucket(parameters, *conditions.places)
        return conditions.apply_to_earliest(query).cte("dated")
    query = _with_bucket(parameters, Statement.id, Statement.id, Statement.first_published_at)
    return conditions.apply(query).cte("dated")


def _with_bucket(
    parameters: Timeline,
    own_id: SQLColumnExpression[int],
    statement_id: SQLColumnExpression[int],
    date: SQLColumnExpression[datetime | None],
) -> AnySelect:
    bucket = func.date_trunc(parameters.interval.value, date, "UTC").label("bucket")
    return select(own_id.label("id"), statement_id.label("statement_id"), bucket)


def _totals(conditions: Where, parameters: Timeline) -> AnySelect:
    dated = _dated(conditions, parameters)
    return select(dated.c.bucket, func.count().label("n")).group_by(dated.c.bucket)


def _split(conditions: Where, parameters: Timeline, facet: Facet) -> AnySelect:
    """Counts by bucket and value; a null value is one of the less frequent, or none at all."""
    dated = _dated(conditions, parameters)
    by_occurrence = parameters.measure is Measure.OCCURRENCES and is_of_occurrences(facet)
    found = pairs(conditions, facet, by_occurrence=by_occurrence)
    own_id = dated.c.id if by_occurrence else dated.c.statement_id
    counted = (
        select(dated.c.bucket, found.c.value, func.count().label("n"))
        .outerjoin(found, found.c.id == own_id)
        .group_by(dated.c.bucket, found.c.value)
        .cte("counted")
    )
    top = (
        select(counted.c.value)
        .where(counted.c.value.is_not(None))
        .group_by(counted.c.value)
        .order_by(func.sum(counted.c.n).desc(), cast(counted.c.value, Text))
        .limit(parameters.size)
        .cte("top")
    )
    shown = case((counted.c.value.in_(select(top.c.value)), counted.c.value))
    unknown = counted.c.value.is_(None)
    return select(
        counted.c.bucket,
        cast(shown, Text).label("value"),
        unknown.label("unknown"),
        cast(func.sum(counted.c.n), BigInteger).label("n"),
    ).group_by(counted.c.bucket, shown, unknown)


def _next(start: datetime, interval: Interval) -> datetime:
    match interval:
        case Interval.DAY:
            return start + timedelta(days=1)
        case Interval.WEEK:
            return start + timedelta(days=7)
        case Interval.MONTH:
            return (start + timedelta(days=31)).replace(day=1)
        case Interval.YEAR:
            return start.replace(year=start.year + 1)


def _floor(moment: datetime, interval: Interval) -> datetime:
    start = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match interval:
        case Interval.DAY:
            return start
        case Interval.WEEK:
            return start - timedelta(days=start.weekday())
        case Interval.MONTH:
            return start.replace(day=1)
        case Interval.YEAR:
            return start.replace(month=1, day=1)


def _starts(parameters: Timeline, found: list[datetime]) -> list[datetime]:
    """The starts of all buckets, from the range asked for or else from what was found."""
    interval = parameters.interval
    edges = list(found)
    try:
        if parameters.published_from is not None:
            edges.append(_floor(parameters.published_from, interval))
        if parameters.published_before is not None:
            last = parameters.published_before - timedelta(microseconds=1)
            edges.append(_floor(last, interval))
        if not edges:
            return []
        starts, end = [min(edges)], max(edges)
        while starts[-1] < end and len(starts) <= _MOST:
            starts.append(_next(starts[-1], interval))
        _next(starts[-1], interval)
    except (OverflowError, ValueError):
        raise InvalidParameterError(
            "the range reaches beyond the years that can be counted", parameter="interval"
        ) from None
    if len(starts) > _MOST:
        raise InvalidParameterError(
            f"more than {_MOST:,} buckets from {starts[0]:%Y-%m-%d} to {end:%Y-%m-%d}; "
            "give a longer interval, or published_from and published_before",
            parameter="interval",
        )
    return starts


def _bucket(parameters: Timeline, start: datetime, count: int) -> dict[str, Any]:
    end = _next(start, parameters.interval)
    after, before = parameters.published_from, parameters.published_before
    cut = (after is not None and start < after) or (before is not None and before < end)
    return {
        "label": start.strftime(_LABELS[parameters.interval]),
        "start": start,
        "end": end,
        # Cut by the range asked for, or not over yet.
        "partial": cut or start <= datetime.now(UTC) < end,
        "count": count,
    }


async def _series(
    connection: AsyncConnection,
    parameters: Timeline,
    starts: list[datetime],
    split: list[AnyRow],
) -> list[dict[str, Any]] | None:
    if parameters.split_by is None:
        return None
    by_series: dict[tuple[str | None, bool], dict[datetime | None, int]] = {}
    for row in split:
        by_series.setdefault((row.value, row.unknown), {})[row.bucket] = row.n
    values = [value for value, _ in by_series if value is not None]
    names = await labels(connection, Facet(parameters.split_by.value), values)
    series = [
        {
            "value": value,
            "label": names[value] if value is not None else ("unknown" if unknown else "other"),
            "total": sum(counts.values()),
            "counts": [counts.get(start, 0) for start in starts],
        }
        for (value, unknown), counts in by_series.items()
    ]
    # The most frequent first; what is no value of its own, last.
    return sorted(series, key=lambda s: (s["value"] is None, -s["total"], s["label"]))

"""Statements counted by speaker, source, topic and so on, under the same filters as the list."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Text, cast, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db import AnyRow, AnySelect
from app.extraction.types import Act
from app.models import Statement
from app.queries.budget import Budget
from app.queries.stats_filters import Facet, FacetList
from app.queries.values import labels, pairs
from app.queries.where import Resolved, Where, resolve_names, where


async def count_facets(connection: AsyncConnection, parameters: FacetList) -> dict[str, Any]:
    """The answer of `/stats/facets`: `facets` by name, and `resolved`.

    All facets share one time budget, fairly; one that does not get done has `timed_out` and no
    counts.
    """
    resolved = await resolve_names(connection, parameters, {})
    budget = Budget()
    wanted = list(dict.fromkeys(parameters.facet))
    facets = {}
    for n, facet in enumerate(wanted):
        others = _without(parameters, facet)
        conditions, values = where(resolved.pattern(others)), resolved.values(others)
        rows: Sequence[AnyRow] | None = None
        total: int | None = None
        async with budget.spend(connection, parts=len(wanted) - n):
            query = _query(conditions, facet, parameters.size)
            rows = (await connection.execute(query, values)).all()
        if rows is not None:
            # In what is left: the server times each query anew.
            async with budget.spend(connection, parts=len(wanted) - n):
                every = conditions.apply(select(func.count()).select_from(Statement))
                total = await connection.scalar(every, values)
        chosen = _chosen(parameters, resolved, facet)
        facets[facet.value] = await _facet(connection, facet, rows or [], total, chosen)
    return {"facets": facets, "resolved": resolved.shown}


def _without(parameters: FacetList, facet: Facet) -> FacetList:
    """The filters without the facet's own, so that the other values can be seen and chosen."""
    anything = list(Act) if facet is Facet.ACT else []
    return parameters.model_copy(update={facet.value: anything})


async def _facet(
    connection: AsyncConnection,
    facet: Facet,
    rows: Sequence[AnyRow],
    total: int | None,
    chosen: set[str],
) -> dict[str, Any]:
    """A facet's counts as answers show them; `total` is None where there was no time."""
    if total is None:
        return {"buckets": [], "other_count": None, "unknown_count": None, "timed_out": True}
    names = await labels(connection, facet, [row.value for row in rows])
    shown = sum(row.n for row in rows)
    return {
        "buckets": [
            {
                "value": row.value,
                "label": names[row.value],
                "count": row.n,
                "selected": row.value in chosen,
            }
            for row in rows
        ],
        "other_count": (rows[0].everything if rows else 0) - shown,
        "unknown_count": total - (rows[0].known if rows else 0),
        "timed_out": False,
    }


def _chosen(parameters: FacetList, resolved: Resolved, facet: Facet) -> set[str]:
    if facet.value in resolved.ids:
        return {str(i) for i in resolved.ids[facet.value]}
    # What a default says was not chosen by anybody.
    given = facet.value in parameters.model_fields_set
    return {str(value) for value in getattr(parameters, facet.value)} if given else set()


def _query(conditions: Where, facet: Facet, size: int) -> AnySelect:
    valued = pairs(conditions, facet)
    counted = select(valued.c.value, func.count().label("n")).group_by(valued.c.value)
    counts = counted.cte("counts")
    value = cast(counts.c.value, Text).label("value")
    everything = select(cast(func.sum(counts.c.n), BigInteger)).scalar_subquery()
    known = select(func.count(distinct(valued.c.id))).scalar_subquery()
    return (
        select(
            value.label("value"), counts.c.n, everything.label("everything"), known.label("known")
        )
        .order_by(counts.c.n.desc(), value)
        .limit(size)
    )

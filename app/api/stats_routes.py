"""The dashboards' routes: counts under the same filters as the list."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from app.api import stats_schemas
from app.api.dependencies import Connection, answer, reject_repeats
from app.api.openapi import problems
from app.queries.facets import count_facets
from app.queries.stats_filters import FacetList, Timeline
from app.queries.timeline import count_timeline

_COUNTS: dict[int | str, dict[str, Any]] = problems(422, 500, 503)

router = APIRouter(dependencies=[Depends(reject_repeats)])


@router.get(
    "/stats/facets",
    tags=["stats"],
    operation_id="count_facets",
    response_model=stats_schemas.Facets,
    responses=_COUNTS,
)
async def get_facets(connection: Connection, parameters: Annotated[FacetList, Query()]) -> Response:
    """How many statements by speaker, source, topic and so on, under the filters of the list.

    A facet leaves its own filter out of account, so that the other values can be seen. A
    statement with two speakers counts for both. What takes too long says `timed_out`.
    """
    return answer(await count_facets(connection, parameters))


@router.get(
    "/stats/timeline",
    tags=["stats"],
    operation_id="count_timeline",
    response_model=stats_schemas.TimelineCounts,
    responses=_COUNTS,
)
async def get_timeline(
    connection: Connection, parameters: Annotated[Timeline, Query()]
) -> Response:
    """How many statements or occurrences over time, under the filters of the list."""
    return answer(await count_timeline(connection, parameters))

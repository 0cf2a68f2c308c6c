"""Routes for those who run the service: is it up, is it well?"""

from fastapi import APIRouter, Depends, Response

from app.api import schemas
from app.api.dependencies import Connection, NoParameters, answer, reject_repeats
from app.api.openapi import problems
from app.queries.health import check_ready

router = APIRouter(dependencies=[Depends(reject_repeats)], tags=["service"])


@router.get(
    "/healthz",
    operation_id="get_health",
    response_model=schemas.Health,
    responses=problems(422, 500),
)
async def get_health(_: NoParameters) -> Response:
    """Whether the process answers; says nothing of the database."""
    return answer({"status": "ok"})


@router.get(
    "/readyz",
    operation_id="get_readiness",
    response_model=schemas.Readiness,
    responses=problems(422, 500, 503),
)
async def get_readiness(connection: Connection, _: NoParameters) -> Response:
    """Whether the database answers and has the schema that this version needs."""
    return answer(await check_ready(connection))

"""The route that Prometheus scrapes."""

import logging

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError

from app.api.dependencies import NoParameters, reject_repeats
from app.api.metrics import MEDIA_TYPE, Instruments
from app.api.openapi import problems
from app.queries.gauges import GaugeReader

log = logging.getLogger(__name__)
router = APIRouter(dependencies=[Depends(reject_repeats)], tags=["service"])


@router.get(
    "/metrics",
    operation_id="get_metrics",
    response_class=PlainTextResponse,
    responses=problems(422, 500),
)
async def get_metrics(request: Request, _: NoParameters) -> Response:
    """Requests by route and status, latency, connections, and how ingestion stands.

    In Prometheus's text format. What the database knows is at most ten seconds old, and left as
    it was while the database does not answer (`onrecord_database_up` is 0 then).
    """
    reader: GaugeReader = request.app.state.gauges
    instruments: Instruments = request.app.state.instruments
    try:
        gauges = await reader.read()
    except (SQLAlchemyError, OSError) as error:
        log.warning("no figures from the database: %s", error)
        gauges = None
    return Response(
        instruments.render(request.app.state.engine, gauges), headers={"Content-Type": MEDIA_TYPE}
    )

"""Routes that find names."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.api import name_schemas
from app.api.dependencies import Connection, answer, reject_repeats
from app.api.openapi import problems
from app.queries.autocomplete import complete
from app.queries.name_filters import Autocomplete

router = APIRouter(dependencies=[Depends(reject_repeats)])


@router.get(
    "/autocomplete",
    tags=["names"],
    operation_id="autocomplete",
    response_model=name_schemas.Completions,
    responses=problems(422, 500, 503),
)
async def get_completions(
    connection: Connection, parameters: Annotated[Autocomplete, Query()]
) -> Response:
    """Speakers, sources and topics whose name begins with what was typed, slips allowed.

    Give `id` or `slug` to the filter named by `type`; `hint` tells namesakes apart.
    """
    return answer(await complete(connection, parameters))

"""Incremental sync."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.api.change_schemas import ChangePage
from app.api.dependencies import Connection, answer, link_next, reject_repeats
from app.api.openapi import OF_LISTS
from app.queries.changes import ChangeList, list_changes

router = APIRouter(dependencies=[Depends(reject_repeats)], tags=["exports"])


@router.get(
    "/changes",
    operation_id="list_changes",
    response_model=ChangePage,
    responses=OF_LISTS,
)
async def get_changes(
    request: Request, connection: Connection, parameters: Annotated[ChangeList, Query()]
) -> Response:
    """What changed since you last asked: keep `after` of the answer and ask with it next time.

    Each statement, speaker and topic comes once, with its newest state: `upsert` (store it),
    `merge` (replace it by `merged_into_id`) or `delete` (drop it; a statement that its article no
    longer makes is still shown, as `withdrawn`). A speaker or topic that is renamed comes once, not
    each of its statements. What commits late is told late, never passed over.
    """
    body = await list_changes(connection, parameters)
    response = answer(body)
    if body["has_more"]:
        response.headers["Link"] = link_next(request, "after", body["after"])
    return response

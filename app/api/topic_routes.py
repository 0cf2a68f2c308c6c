"""The routes about topics: parameters in, one query, answer out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.api import schemas
from app.api.dependencies import (
    Connection,
    EntityId,
    NoParameters,
    answer,
    page_answer,
    reject_repeats,
)
from app.api.openapi import OF_LISTS, OF_ONE
from app.queries import topics
from app.queries.filters import TopicList

router = APIRouter(dependencies=[Depends(reject_repeats)], tags=["topics"])


@router.get(
    "/topics",
    operation_id="list_topics",
    response_model=schemas.TopicPage,
    responses=OF_LISTS,
)
async def list_topics(
    request: Request, connection: Connection, parameters: Annotated[TopicList, Query()]
) -> Response:
    """What statements are about. Media Topics: copyright IPTC, www.iptc.org."""
    return page_answer(request, await topics.list_topics(connection, parameters))


@router.get(
    "/topics/{topic_id}",
    operation_id="get_topic",
    response_model=schemas.TopicDetail,
    responses=OF_ONE,
)
async def get_topic(connection: Connection, topic_id: EntityId, _: NoParameters) -> Response:
    """One topic with its names, what is broader and narrower, and how much is said about it."""
    return answer(await topics.get_topic(connection, topic_id))

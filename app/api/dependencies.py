"""What every route needs: a connection, parameters given once, and answers as JSON."""

from collections.abc import AsyncIterator, Iterable
from typing import Annotated, Any, get_origin
from urllib.parse import parse_qsl, urlencode

import orjson
from fastapi import Depends, Path, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db import keep_plans
from app.errors import InvalidParameterError
from app.queries import filters, name_filters, stats_filters
from app.queries.filters import MAX_ID


async def get_connection(request: Request) -> AsyncIterator[AsyncConnection]:
    """A connection from the pool, given back before the answer is sent."""
    async with request.app.state.engine.connect() as connection:
        await keep_plans(connection, False)  # the last request may have been a list
        yield connection


async def get_list_connection(request: Request) -> AsyncIterator[AsyncConnection]:
    """The same for what says itself whether plans are to be kept."""
    async with request.app.state.engine.connect() as connection:
        yield connection


def _repeatable(models: Iterable[type[BaseModel]]) -> frozenset[str]:
    return frozenset(
        name
        for model in models
        for name, field in model.model_fields.items()
        if get_origin(field.annotation) is list
    )


_REPEATABLE = _repeatable(
    model
    for model in (vars(filters) | vars(name_filters) | vars(stats_filters)).values()
    if isinstance(model, type) and issubclass(model, filters.Parameters)
)


async def reject_repeats(request: Request) -> None:
    """422 for a parameter given twice that takes one value: which one was meant?"""
    seen = set()
    for name, _ in request.query_params.multi_items():
        if name in seen and name not in _REPEATABLE:
            raise InvalidParameterError("given more than once, takes one value", parameter=name)
        seen.add(name)


Connection = Annotated[AsyncConnection, Depends(get_connection, scope="function")]
ListConnection = Annotated[AsyncConnection, Depends(get_list_connection, scope="function")]
EntityId = Annotated[int, Path(ge=1, le=MAX_ID, description="The id.")]
NoParameters = Annotated[filters.NoParameters, Query()]


def answer(body: dict[str, Any]) -> Response:
    """A JSON answer; times in UTC with Z."""
    return Response(orjson.dumps(body, option=orjson.OPT_UTC_Z), media_type="application/json")


def link_next(request: Request, name: str, position: str) -> str:
    """A Link header (RFC 8288) to this query from another position on."""
    query = parse_qsl(request.url.query, keep_blank_values=True)
    kept = [(key, value) for key, value in query if key != name]
    url = request.url.replace(query=urlencode([*kept, (name, position)]))
    return f'<{url}>; rel="next"'


def page_answer(request: Request, body: dict[str, Any]) -> Response:
    """A JSON answer of one page, with a Link header to the next."""
    response = answer(body)
    cursor = body["page"]["next_cursor"]
    if cursor is not None:
        response.headers["Link"] = link_next(request, "cursor", cursor)
    return response

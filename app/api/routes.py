"""The reading routes: parameters in, one query, answer out."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from app.api import name_schemas, schemas
from app.api.dependencies import (
    Connection,
    EntityId,
    ListConnection,
    NoParameters,
    answer,
    page_answer,
    reject_repeats,
)
from app.api.lean import LeanRoute
from app.api.openapi import OF_LISTS, OF_ONE
from app.queries import entities, statements
from app.queries.filters import (
    ArticleList,
    OccurrenceList,
    Shape,
    SimilarList,
    SourceList,
    SpeakerList,
    StatementList,
)
from app.queries.profile import get_profile
from app.queries.similar import find_similar

_MERGED: dict[int | str, dict[str, Any]] = {
    308: {
        "description": "Merged into another: the survivor is at `Location`.",
        "headers": {"Location": {"schema": {"type": "string"}, "required": True}},
    }
}

router = APIRouter(dependencies=[Depends(reject_repeats)])
hot = APIRouter(dependencies=[Depends(reject_repeats)], route_class=LeanRoute)


@hot.get(
    "/statements",
    tags=["statements"],
    operation_id="list_statements",
    response_model=schemas.StatementPage | schemas.SelectedStatementPage,
    responses=OF_LISTS,
)
async def list_statements(
    request: Request, connection: ListConnection, parameters: Annotated[StatementList, Query()]
) -> Response:
    """Who said what: statements that satisfy every filter given.

    `publisher`, `via`, `source`, `exclude_source`, `medium`, `article`, `language`,
    `published_*`, `said_*` and `min_confidence` must hold for one and the same occurrence; the
    answer embeds the earliest one that satisfies them, and date sorts use its date. Names are
    explained in `resolved`.
    """
    return page_answer(request, await statements.list_statements(connection, parameters))


@router.get(
    "/statements/{statement_id}",
    tags=["statements"],
    operation_id="get_statement",
    response_model=schemas.Statement | schemas.SelectedStatement,
    responses=OF_ONE | _MERGED,
)
async def get_statement(
    connection: Connection, statement_id: EntityId, shape: Annotated[Shape, Query()]
) -> Response:
    """One statement, also if a corrected article no longer makes it (`withdrawn`)."""
    return answer(await statements.get_statement(connection, statement_id, shape))


@router.get(
    "/statements/{statement_id}/occurrences",
    tags=["statements"],
    operation_id="list_occurrences",
    response_model=schemas.OccurrencePage,
    responses=OF_ONE | OF_LISTS | _MERGED,
)
async def list_occurrences(
    request: Request,
    connection: Connection,
    statement_id: EntityId,
    parameters: Annotated[OccurrenceList, Query()],
) -> Response:
    """Every place where the statement stands, in time order, and what differs in its words."""
    return page_answer(
        request, await statements.list_occurrences(connection, statement_id, parameters)
    )


@router.get(
    "/statements/{statement_id}/similar",
    tags=["statements"],
    operation_id="list_similar",
    response_model=schemas.SimilarStatements,
    responses=OF_ONE | _MERGED,
)
async def list_similar(
    connection: Connection,
    statement_id: EntityId,
    parameters: Annotated[SimilarList, Query()],
) -> Response:
    """Other statements of much the same words, whoever made them, and what differs."""
    return answer(await find_similar(connection, statement_id, parameters))


@router.get(
    "/speakers",
    tags=["speakers"],
    operation_id="list_speakers",
    response_model=schemas.SpeakerPage,
    responses=OF_LISTS,
)
async def list_speakers(
    request: Request, connection: Connection, parameters: Annotated[SpeakerList, Query()]
) -> Response:
    """Persons, organisations, groups and unnamed sources who are on record."""
    return page_answer(request, await entities.list_speakers(connection, parameters))


@router.get(
    "/speakers/{speaker_id}",
    tags=["speakers"],
    operation_id="get_speaker",
    response_model=name_schemas.SpeakerProfile,
    responses=OF_ONE | _MERGED,
)
async def get_speaker(connection: Connection, speaker_id: EntityId, _: NoParameters) -> Response:
    """One speaker: names, descriptions and affiliations as printed, when, about what, with whom."""
    return answer(await get_profile(connection, speaker_id))


@router.get(
    "/sources",
    tags=["sources"],
    operation_id="list_sources",
    response_model=schemas.SourcePage,
    responses=OF_LISTS,
)
async def list_sources(
    request: Request, connection: Connection, parameters: Annotated[SourceList, Query()]
) -> Response:
    """Publishers, agencies, broadcasters, platforms and official channels."""
    return page_answer(request, await entities.list_sources(connection, parameters))


@router.get(
    "/articles",
    tags=["articles"],
    operation_id="list_articles",
    response_model=schemas.ArticlePage,
    responses=OF_LISTS,
)
async def list_articles(
    request: Request, connection: Connection, parameters: Annotated[ArticleList, Query()]
) -> Response:
    """The articles that statements were found in, without their text."""
    return page_answer(request, await entities.list_articles(connection, parameters))


@router.get(
    "/articles/{article_id}",
    tags=["articles"],
    operation_id="get_article",
    response_model=schemas.ArticleDetail,
    responses=OF_ONE,
)
async def get_article(connection: Connection, article_id: EntityId, _: NoParameters) -> Response:
    """One article with the history of its text."""
    return answer(await entities.get_article(connection, article_id))

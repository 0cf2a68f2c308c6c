"""Routes that write, and those about what was written. All need a key with the scope ingest."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from app.api import ingest_schemas as schemas
from app.api.auth import NEEDS_SCOPE, IngestKey, require
from app.api.dependencies import (
    Connection,
    EntityId,
    NoParameters,
    answer,
    page_answer,
    reject_repeats,
)
from app.api.openapi import OF_LISTS, OF_ONE, problems
from app.ingestion.idempotency import Answer
from app.ingestion.ingester import Ingester
from app.ingestion.posting import AT_ONCE, Posted, Wish, post_article, preview
from app.models import KeyScope
from app.queries import jobs

router = APIRouter(
    dependencies=[Depends(require(KeyScope.INGEST)), Depends(reject_repeats)], tags=["ingestion"]
)
_LOCATION = {"Location": {"schema": {"type": "string"}, "required": True}}
_MADE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "It was there before: `unchanged`, or `updated` to a new version.",
        "headers": _LOCATION,
    },
    201: {
        "model": schemas.PostedArticle,
        "description": "A new article, at `Location`.",
        "headers": _LOCATION,
    },
    202: {
        "model": schemas.QueuedArticle,
        "description": "A worker will ingest it; `Location` tells how it stands.",
        "headers": _LOCATION,
    },
}
_FAILED = OF_LISTS | NEEDS_SCOPE
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Yours, new for each article: sent again within a day, the same request is"
        " not done twice but answered as the first time.",
    ),
]
Prefer = Annotated[
    str | None, Header(description="`respond-async` has a worker ingest it (RFC 7240).")
]


def _prefers_queue(prefer: str | None) -> bool:
    wishes = (one.split(";")[0].strip().lower() for one in (prefer or "").split(","))
    return "respond-async" in wishes


def _made(request: Request, made: Answer) -> Response:
    root = request.scope.get("root_path", "").rstrip("/")
    response = answer(made.body)
    response.status_code = made.status
    response.headers["Location"] = root + made.location
    response.headers["Cache-Control"] = "no-store"
    return response


@router.post(
    "/articles",
    operation_id="create_article",
    response_model=schemas.PostedArticle,
    responses=_MADE | _FAILED | problems(409),
    description="Ingest an article: find its statements and store them. The same again changes"
    " nothing; another text under the same URL is a new version. Over"
    f" {AT_ONCE:,} characters it is queued, with `Prefer: respond-async` a shorter one too. With"
    " `url` alone, a worker fetches the page first.",
)
async def create_article(
    request: Request,
    key: IngestKey,
    article: schemas.ArticleIn,
    _: NoParameters,
    idempotency_key: IdempotencyKey = None,
    prefer: Prefer = None,
) -> Response:
    in_queue = _prefers_queue(prefer)
    wish = Wish(key.id, idempotency_key, in_queue)
    ingester: Ingester = request.app.state.ingester
    posted = Posted(article.text, article.about())
    largest: int = request.app.state.max_text_bytes
    made = await run_in_threadpool(post_article, ingester, posted, wish, largest)
    response = _made(request, made)
    if in_queue:
        response.headers["Preference-Applied"] = "respond-async"
    return response


@router.post(
    "/extract",
    operation_id="extract_statements",
    response_model=schemas.Extract,
    responses=_FAILED,
    description="What would be stored of an article; stores nothing. At most"
    f" {AT_ONCE:,} characters.",
)
async def extract_statements(
    request: Request, article: schemas.TextIn, _: NoParameters
) -> Response:
    ingester: Ingester = request.app.state.ingester
    response = answer(await run_in_threadpool(preview, ingester, article.text, article.about()))
    response.headers["Cache-Control"] = "no-store"
    return response


@router.get(
    "/jobs/{job_id}",
    operation_id="get_job",
    response_model=schemas.Job,
    responses=OF_ONE | NEEDS_SCOPE,
)
async def get_job(connection: Connection, job_id: EntityId, _: NoParameters) -> Response:
    """How a job stands; one that went well is forgotten after a week."""
    return answer(await jobs.get_job(connection, job_id))


@router.get(
    "/ingest/runs",
    operation_id="list_runs",
    response_model=schemas.RunPage,
    responses=OF_LISTS | NEEDS_SCOPE,
)
async def list_runs(
    request: Request, connection: Connection, parameters: Annotated[jobs.RunList, Query()]
) -> Response:
    """Runs of ingestion, newest first: each `onrecord ingest`, and each day of API and queue."""
    return page_answer(request, await jobs.list_runs(connection, parameters))


@router.get(
    "/ingest/runs/{run_id}",
    operation_id="get_run",
    response_model=schemas.RunDetail,
    responses=OF_ONE | NEEDS_SCOPE,
)
async def get_run(connection: Connection, run_id: EntityId, _: NoParameters) -> Response:
    """One run with its failures by reason."""
    return answer(await jobs.get_run(connection, run_id))

"""The OpenAPI document: problems as they are sent, examples, and what the API is."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.api.examples import find_example, problem_example
from app.api.ingest_examples import ARTICLE_IN
from app.api.problems import MEDIA_TYPE, Problem

DESCRIPTION = """\
Statements (quotes and claims) found in news articles, each with its speaker, the sources through
which it came, its topics, and the exact words in the exact article.

Repeat a parameter for OR; different parameters are ANDed. An unknown parameter is an error that
suggests the right one. Lists are paged with `page.next_cursor` (also in the `Link` header).
Positions count Unicode code points, end exclusive. Times are UTC.
"""
TAGS = [
    {"name": "statements", "description": "Quotes and claims with their evidence."},
    {"name": "exports", "description": "The same statements to take away, and what changed."},
    {"name": "speakers", "description": "Who speaks."},
    {"name": "sources", "description": "Through whom it reached us."},
    {"name": "topics", "description": "What it is about."},
    {"name": "articles", "description": "Where it stands."},
    {"name": "ingestion", "description": "Articles in; needs a key with the scope ingest."},
    {"name": "names", "description": "From what is typed to whom it means."},
    {"name": "stats", "description": "How many, by what and when."},
    {"name": "service", "description": "Is it up?"},
]
_DESCRIPTIONS = {
    400: "The cursor does not belong to these parameters or is too old; or a body is no text.",
    401: "No key was shown, or one that is unknown or revoked.",
    403: "The key does not have the scope that this needs.",
    404: "There is no such row.",
    409: "A request with the same `Idempotency-Key` is being answered; ask again.",
    413: "The body is too large.",
    414: "The query is too long.",
    422: "A parameter or field is unknown or has a wrong value; `errors` names each.",
    429: "Too many requests from this address or key; `Retry-After` says when to come back.",
    500: "Our fault; the cause is in the log.",
    503: "The database does not answer, or the query took too long; try again.",
}
_COMMON = (413, 414, 429)  # what any request can meet before it reaches a route
_HEADERS = {
    "API-Version": "The version of the API.",
    "X-Request-ID": "The request's id, yours where you sent one: name it when you report a fault.",
    "ETag": "Send it as `If-None-Match`: 304 if nothing changed.",
    "Link": '`rel="next"`: the next page, where there is one (RFC 8288).',
    "WWW-Authenticate": "How to authenticate, and what is wrong (RFC 6750).",
    "Retry-After": "Seconds to wait before trying again.",
    "RateLimit": "Requests left, and seconds until all are there again.",
    "RateLimit-Policy": "Requests (q) in a window of seconds (w).",
}
# What a script of another origin may read.
EXPOSED = [*_HEADERS, "Content-Disposition"]
_EVERYWHERE = ("API-Version", "X-Request-ID")
_ON = {
    "200": ("ETag", "Link", "RateLimit", "RateLimit-Policy"),
    "304": ("ETag",),
    "401": ("WWW-Authenticate",),
    "403": ("WWW-Authenticate",),
    "429": ("Retry-After", "RateLimit", "RateLimit-Policy"),
    "503": ("Retry-After",),
}
# Where the id of the first row of a list leads: for readers, and for tests that follow links.
_LEADS_TO = {
    "list_statements": {"get_statement": "statement_id", "list_occurrences": "statement_id"},
    "list_speakers": {"get_speaker": "speaker_id"},
    "list_runs": {"get_run": "run_id"},
    "list_articles": {"get_article": "article_id", "get_article_text": "article_id"},
}
_SCHEMA = {"$ref": "#/components/schemas/Problem"}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route for these statuses, as problem+json."""
    return {
        status: {
            "description": _DESCRIPTIONS[status],
            "content": {MEDIA_TYPE: {"schema": _SCHEMA, "example": problem_example(status)}},
        }
        for status in statuses
    }


OF_LISTS = problems(400, 422, 500, 503)
OF_ONE = problems(404, 422, 500, 503)


def install(app: FastAPI) -> None:
    """Have the app describe itself; made once, at the first question."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title,
                version=app.version,
                summary=app.summary,
                description=app.description,
                tags=TAGS,
                routes=app.routes,
                license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
            )
            schemas = document["components"]["schemas"]
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(problem.pop("$defs"))
            schemas["Problem"] = problem
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            document["components"]["headers"] = {
                name: {"description": text, "schema": {"type": "string"}}
                for name, text in _HEADERS.items()
            }
            for path in document["paths"].values():
                for operation in path.values():
                    _complete(operation)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(operation: dict[str, Any]) -> None:
    """Add what every operation has: the common errors, 304, headers, and its example."""
    responses = operation["responses"]
    common = (*_COMMON, HTTPStatus.UNAUTHORIZED) if operation.get("security") else _COMMON
    for status, response in problems(*common).items():
        responses.setdefault(str(status), response)
    if "requestBody" not in operation:
        responses["304"] = {"description": "What `If-None-Match` names is still current."}
    _give_examples(operation)
    links = {
        target: {"operationId": target, "parameters": {parameter: "$response.body#/data/0/id"}}
        for target, parameter in _LEADS_TO.get(operation["operationId"], {}).items()
    }
    if links:
        responses["200"]["links"] = links
    for status, response in responses.items():
        for name in (*_EVERYWHERE, *_ON.get(status, ())):
            reference = {"$ref": f"#/components/headers/{name}"}
            response.setdefault("headers", {}).setdefault(name, reference)


def _give_examples(operation: dict[str, Any]) -> None:
    for status in ("200", "201", "202"):
        for media in operation["responses"].get(status, {}).get("content", {}).values():
            media["example"] = find_example(operation["operationId"], status)
    for media in operation.get("requestBody", {}).get("content", {}).values():
        media["example"] = ARTICLE_IN

"""The OpenAPI document: problems as they are sent, examples, and what the API is."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

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
    {"name": "speakers", "description": "Who speaks."},
    {"name": "sources", "description": "Through whom it reached us."},
    {"name": "topics", "description": "What it is about."},
    {"name": "articles", "description": "Where it stands."},
    {"name": "names", "description": "From what is typed to whom it means."},
    {"name": "stats", "description": "How many, by what and when."},
    {"name": "service", "description": "Is it up?"},
]
_DESCRIPTIONS = {
    400: "The cursor does not belong to these parameters, or is too old.",
    404: "There is no such row.",
    422: "A parameter is unknown or has a wrong value; `errors` names each.",
    500: "Our fault; the cause is in the log.",
    503: "The database does not answer, or the query took too long; try again.",
}
_SCHEMA = {"$ref": "#/components/schemas/Problem"}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route for these statuses, as problem+json."""
    return {
        status: {
            "description": _DESCRIPTIONS[status],
            "content": {MEDIA_TYPE: {"schema": _SCHEMA}},
        }
        for status in statuses
    }


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
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]

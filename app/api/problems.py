"""Errors as RFC 9457 problem+json: one handler for each way in which a request can fail."""

import logging
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from app.api.hints import find_close, find_parameter, on_unknown_parameter, on_wrong_value
from app.db import is_gone
from app.errors import DatabaseUnavailableError, MergedError, OnRecordError, QueryTimeoutError
from app.queries.filters import NO_NUL

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_QUERY_CANCELED = "57014"
_QUOTED = re.compile(r"'([^']*)'")
_SHOWN = 200  # characters of a wrong value that an answer repeats


class ProblemError(BaseModel):
    """One thing that is wrong with the request."""

    detail: str = Field(examples=["unknown parameter; did you mean speaker?"])
    parameter: str | None = Field(None, examples=["speeker"])
    pointer: str | None = Field(None, description="JSON Pointer into the body.")
    suggestion: str | None = Field(None, examples=["speaker"])


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it; `errors` names each parameter at fault."""

    type: str = Field(examples=["/problems/invalid-parameter"])
    title: str = Field(examples=["Invalid parameter"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["speeker: unknown parameter; did you mean speaker?"])
    errors: list[ProblemError] = []


def problem(
    status: int,
    slug: str,
    title: str,
    detail: str,
    errors: Sequence[ProblemError] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """A problem+json response."""
    body = {
        "type": f"/problems/{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "errors": [error.model_dump(exclude_none=True) for error in errors],
    }
    return Response(orjson.dumps(body), status, headers, MEDIA_TYPE)


def _known_parameters(request: Request) -> list[str]:
    path = request.app.openapi()["paths"].get(_template(request), {})
    parameters = path.get(request.method.lower(), {}).get("parameters", [])
    return [p["name"] for p in parameters if p["in"] == "query"]


def _as_error(request: Request, raw: dict[str, Any]) -> ProblemError:
    place, *path = raw["loc"]
    name = str(path[0]) if path else ""
    if place == "body":
        return _in_body(raw, path)
    if raw["type"] == "extra_forbidden":
        meant = find_parameter(name, _known_parameters(request))
        detail = on_unknown_parameter(name, meant)
        return ProblemError(detail=detail, parameter=name[:_SHOWN], suggestion=meant)
    if raw["type"] == "enum":
        allowed = _QUOTED.findall(raw["ctx"]["expected"])
        hint, meant = on_wrong_value(raw["input"], allowed)
        return ProblemError(detail=_message(raw) + hint, parameter=name, suggestion=meant)
    if raw["type"] == "int_parsing" and place == "path":
        above = _template(request).partition("/{")[0]
        return ProblemError(
            detail=f"not an id, which is a number; GET {above} tells ids", parameter=name
        )
    return ProblemError(detail=_message(raw), parameter=name)


def _in_body(raw: dict[str, Any], path: Sequence[Any]) -> ProblemError:
    if raw["type"] == "json_invalid":
        return ProblemError(detail=f"not JSON: {raw['ctx']['error']}", pointer="")
    # What a client calls a field can be anything, lone surrogates too.
    steps = (str(step)[:_SHOWN].encode("utf-8", "replace").decode() for step in path)
    escaped = (step.replace("~", "~0").replace("/", "~1") for step in steps)
    unknown = raw["type"] == "extra_forbidden"
    detail = "unknown field" if unknown else _message(raw)
    return ProblemError(detail=detail, pointer="".join(f"/{step}" for step in escaped))


def _message(raw: dict[str, Any]) -> str:
    if raw["type"] == "string_pattern_mismatch" and raw["ctx"]["pattern"] == NO_NUL:
        return "a NUL character can be in no text"
    message: str = raw["msg"].removeprefix("Value error, ")
    return message.encode("utf-8", "replace").decode()


async def invalid_request(request: Request, error: Exception) -> Response:
    """422 for parameters that are unknown or have the wrong type, each one named."""
    if not isinstance(error, RequestValidationError):
        raise error
    errors = [_as_error(request, raw) for raw in error.errors()]
    detail = "; ".join(f"{e.parameter or e.pointer or 'body'}: {e.detail}" for e in errors[:5])
    return problem(422, "invalid-parameter", "Invalid parameter", detail, errors)


async def domain_error(request: Request, error: Exception) -> Response:
    """An expected failure with its own status; a merged row redirects to its survivor."""
    if isinstance(error, MergedError):
        return _redirect(request, error.survivor_id)
    if not isinstance(error, OnRecordError):
        raise error
    place = error.parameter or error.pointer
    found = ProblemError(detail=error.detail, parameter=error.parameter, pointer=error.pointer)
    return problem(
        error.status,
        error.type,
        error.title,
        f"{place}: {error.detail}" if place else error.detail,
        [found] if place else [],
        ({"Retry-After": "5"} if error.status == HTTPStatus.SERVICE_UNAVAILABLE else {})
        | error.headers,
    )


def _redirect(request: Request, survivor_id: int) -> Response:
    (old,) = request.path_params.values()
    path = request.url.path.replace(f"/{old}", f"/{survivor_id}", 1)
    location = path + (f"?{request.url.query}" if request.url.query else "")
    # An undo can bring the old row back: nobody may remember this redirect for ever.
    return Response(status_code=308, headers={"Location": location, "Cache-Control": "no-cache"})


async def http_error(request: Request, error: Exception) -> Response:
    """404 for unknown paths, 405 for unknown methods and whatever else Starlette refuses."""
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    detail = f"{request.method} {request.url.path[:_SHOWN]}: {status.phrase.lower()}"
    if status is HTTPStatus.NOT_FOUND:
        meant = find_close(request.url.path[:_SHOWN], request.app.openapi()["paths"])
        detail += f"; did you mean {meant}?" if meant else ""
    slug = status.phrase.lower().replace(" ", "-")
    headers = dict(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = _allowed(request) or headers["Allow"]
    return problem(status, slug, status.phrase.capitalize(), detail, headers=headers)


def _allowed(request: Request) -> str:
    """The methods of a path, which may be those of several routes; "" for none of the document."""
    operations = request.app.openapi()["paths"].get(_template(request), {})
    return ", ".join(method.upper() for method in sorted(operations))


def _template(request: Request) -> str:
    return str(getattr(request.scope.get("route"), "path", ""))


async def database_error(request: Request, error: Exception) -> Response:
    """503 for a database that is away or too slow; anything else is our own fault, a 500."""
    cause = getattr(error, "orig", None) or error
    if getattr(cause, "sqlstate", None) == _QUERY_CANCELED:
        return await domain_error(request, QueryTimeoutError("the query took too long; narrow it"))
    if is_gone(error):
        log.warning("the database does not answer: %s", cause)
        # The driver's words can name hosts and users: they stay in the log.
        return await domain_error(
            request, DatabaseUnavailableError("the database does not answer; try again later")
        )
    raise error


def internal_problem() -> Response:
    """500, with nothing of the cause, which belongs in the log."""
    return problem(
        500, OnRecordError.type, OnRecordError.title, "an internal error; it has been logged"
    )


def install(app: FastAPI, database_errors: Sequence[type[Exception]]) -> None:
    """Have every error of the app answered as a problem."""
    app.add_exception_handler(RequestValidationError, invalid_request)
    app.add_exception_handler(OnRecordError, domain_error)
    app.add_exception_handler(HTTPException, http_error)
    for kind in database_errors:
        app.add_exception_handler(kind, database_error)

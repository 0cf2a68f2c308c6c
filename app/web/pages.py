"""Swagger UI from files that are shipped, so that no request leaves the machine."""

from http import HTTPStatus

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

from app.errors import OnRecordError


def tell_problem(kind: str) -> str | None:
    """What the `type` of a problem means, in words; None where there is no such type."""
    for error in OnRecordError.__subclasses__():
        if error.type == kind:
            return f"{error.status} {error.title}\n\n{error.__doc__}\n"
    for status in HTTPStatus:
        if status.phrase.lower().replace(" ", "-") == kind and 400 <= status < 500:
            return f"{status} {status.phrase.capitalize()}\n\n{status.description}\n"
    return None


def install(app: FastAPI) -> None:
    """Serve /docs, its files under /static, and send / there."""
    app.mount("/static", StaticFiles(packages=[("fastapi_offline", "static")]), name="static")

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        base = request.scope.get("root_path", "").rstrip("/")
        return get_swagger_ui_html(
            openapi_url=f"{base}{app.openapi_url}",
            title=f"{app.title}: API",
            swagger_js_url=f"{base}/static/swagger-ui-bundle.js",
            swagger_css_url=f"{base}/static/swagger-ui.css",
            swagger_favicon_url=f"{base}/static/favicon.png",
            swagger_ui_parameters={
                "tryItOutEnabled": True,
                "displayRequestDuration": True,
                "defaultModelsExpandDepth": 0,
            },
        )

    @app.get("/problems/{kind}", include_in_schema=False)
    async def problem(kind: str) -> PlainTextResponse:
        told = tell_problem(kind)
        if told is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return PlainTextResponse(told)

    @app.get("/", include_in_schema=False)
    async def home(request: Request) -> RedirectResponse:
        return RedirectResponse(f"{request.scope.get('root_path', '').rstrip('/')}/docs")

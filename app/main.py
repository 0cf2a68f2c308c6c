"""The application: the only place where settings, database, routes and pages meet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import asyncpg
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware.cors import CORSMiddleware

from app.api import openapi, problems
from app.api.headers import Headers
from app.api.name_routes import router as name_router
from app.api.routes import router
from app.api.stats_routes import router as stats_router
from app.db import make_async_engine
from app.errors import StartupError
from app.settings import Settings
from app.web import pages


def create_app(settings: Settings) -> FastAPI:
    """The API over the database that the settings name. Connects with the first request.

    Raises StartupError where no database is named.
    """
    if settings.database_url is None:
        raise StartupError("the API needs DATABASE_URL")
    engine = make_async_engine(
        settings.database_url,
        pool_size=settings.pool_size,
        statement_timeout=settings.statement_timeout,
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = FastAPI(
        title="On Record",
        summary="Who said what, where it stands, and how we know.",
        description=openapi.DESCRIPTION,
        version=version("onrecord"),
        lifespan=lifespan,
        docs_url=None,  # FastAPI's own pages load their files from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.engine = engine
    app.include_router(router)
    app.include_router(name_router)
    app.include_router(stats_router)
    pages.install(app)
    openapi.install(app)
    problems.install(app, [SQLAlchemyError, asyncpg.PostgresError, OSError])
    app.add_middleware(Headers)
    # Outermost, so that a dashboard can read errors too.
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET"],
        expose_headers=["Link", "API-Version", "Retry-After"],
    )
    return app

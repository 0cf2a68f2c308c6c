"""The application: the only place where settings, database, routes and pages meet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import asyncpg
from fastapi import Depends, FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from app.api import openapi, problems
from app.api.auth import KnownKeys, require_key
from app.api.changes_routes import router as changes_router
from app.api.conditional import Conditional
from app.api.export_routes import router as export_router
from app.api.headers import Headers
from app.api.ingest_routes import router as ingest_router
from app.api.limits import Limits
from app.api.metrics import Instruments, Metrics, NoteRoute
from app.api.metrics_routes import router as metrics_router
from app.api.name_routes import router as name_router
from app.api.negotiation import Negotiation
from app.api.rate_limit import RateLimit
from app.api.routes import hot, router
from app.api.service_routes import router as service_router
from app.api.stats_routes import router as stats_router
from app.api.text_routes import router as text_router
from app.api.topic_routes import router as topic_router
from app.db import make_async_engine, make_engine
from app.errors import StartupError
from app.ingestion.extractors import Extractors
from app.ingestion.ingester import Ingester
from app.models import RunKind
from app.queries.gauges import GaugeReader
from app.settings import Settings
from app.web import pages

_PATIENCE = 2.0  # seconds that somebody who posts waits for room


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

    writing = make_engine(settings.database_url, application_name="onrecord-api")
    extractors = Extractors(
        settings.extraction_processes, settings.extraction_threads, patience=_PATIENCE
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()
        writing.dispose()
        extractors.close()

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
    # Half of the connections at most: lists must go on while others export.
    app.state.export_slots = asyncio.Semaphore(max(1, settings.pool_size // 2))
    app.state.known_keys = KnownKeys()
    app.state.ingester = Ingester(writing, extractors, RunKind.API)
    app.state.instruments = Instruments()
    app.state.gauges = GaugeReader(engine, settings.worker_timeout)
    app.state.max_text_bytes = settings.max_text_bytes
    reading = [Depends(require_key)] if settings.read_auth == "key" else []
    app.state.reading_needs_key = bool(reading)
    for reads in (
        hot,
        router,
        export_router,
        changes_router,
        name_router,
        stats_router,
        topic_router,
        metrics_router,
    ):
        app.include_router(reads, dependencies=reading)
    for others in (text_router, ingest_router, service_router):
        app.include_router(others)
    pages.install(app)
    openapi.install(app)
    problems.install(app, [SQLAlchemyError, asyncpg.PostgresError, OSError])
    _add_middleware(app, settings)
    return app


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """From the innermost to the outermost."""
    app.add_middleware(NoteRoute)
    app.add_middleware(Negotiation)
    app.add_middleware(Conditional)
    app.add_middleware(GZipMiddleware, compresslevel=5)
    app.add_middleware(Limits, max_body=settings.max_body_bytes)
    if settings.requests_a_minute:
        app.add_middleware(RateLimit, limit=settings.requests_a_minute, known=app.state.known_keys)
    app.add_middleware(Headers)
    # Outside of errors, so that a dashboard can read errors too.
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD"],
        allow_headers=["*"],
        expose_headers=openapi.EXPOSED,
        max_age=86_400,
    )
    app.add_middleware(Metrics, instruments=app.state.instruments)

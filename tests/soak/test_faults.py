"""What befalls ingestion from outside: afterwards the tables are those of an undisturbed run.

The ingesting process is killed (test_kill.py), PostgreSQL itself is, its disk is full, and others
ingest the same at the same time.
"""

import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from app.db import make_engine
from app.embedded import embedded_postgres
from app.ingestion.run import ingest
from app.migrate import migrate
from tests.conftest import Databases
from tests.ingestion.states import state
from tests.serving import Started, start

pytestmark = pytest.mark.soak
ROUNDS = 20 if os.environ.get("ONRECORD_CAMPAIGN") else 5
ARTICLES = 60
RUNS = 3
Rows = dict[str, list[tuple[object, ...]]]


def write_articles(folder: Path) -> None:
    for i in range(ARTICLES):
        (folder / f"{i:03}.txt").write_text(
            f"“We will rebuild,” said Mayor Ingrid Solberg, quoted by Reuters. Part {i}.\n"
            f"“The rains failed in district {i % 7},” wrote minister Kofi Mensah on Telegram.\n"
            f"Officials said that {i} bridges were closed. {'The river rose again. ' * 300}\n"
        )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "articles"
    found.mkdir()
    write_articles(found)
    return found


@pytest.fixture
def expected(databases: Databases, template: str, folder: Path) -> Rows:
    """What an undisturbed run leaves, in one process."""
    url = databases.url(databases.create(template))
    engine = make_engine(url)
    ingest(engine, [folder], processes=1)
    engine.dispose()
    found = state(url)
    assert found["statements"]
    return found


def begin(folder: Path, url: str) -> Started:
    return start("ingest", str(folder), "--processes", "2", DATABASE_URL=url)


def ingest_again(folder: Path, url: str) -> None:
    process = begin(folder, url)
    process.wait(timeout=300)
    output = process.finish()
    assert process.returncode == 0, output


def wait_for(condition: Callable[[], bool], process: Started) -> None:
    """Return once it holds, or the process has ended."""
    deadline = time.monotonic() + 120
    while process.poll() is None and not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def count_articles(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM article").fetchone()
        return int(row[0]) if row else 0


def test_children_die_with_a_killed_parent(databases: Databases, template: str, folder: Path):
    url = databases.url(databases.create(template))
    process = begin(folder, url)
    children: list[psutil.Process] = []

    def has_children() -> bool:
        children[:] = psutil.Process(process.pid).children()
        return len(children) == 2

    wait_for(has_children, process)
    assert len(children) == 2
    process.send_signal(signal.SIGKILL)
    process.finish()
    gone, alive = psutil.wait_procs(children, timeout=60)
    assert len(gone) == 2
    assert not alive


def test_postgresql_is_killed_and_comes_back(folder: Path, expected: Rows, tmp_path: Path):
    rng = random.Random(11)  # noqa: S311 moments, not secrets
    for n in range(ROUNDS):
        data = tmp_path / f"server {n}"
        with embedded_postgres(data) as url:
            engine = make_engine(url)
            migrate(engine)
            engine.dispose()
            process, enough = begin(folder, url), rng.randrange(1, ARTICLES - 20)
            wait_for(lambda url=url, enough=enough: count_articles(url) >= enough, process)  # type: ignore[misc]
            postmaster = psutil.Process(
                int((data / "postgres" / "postmaster.pid").read_text().split()[0])
            )
            for victim in (postmaster, *postmaster.children()):
                victim.kill()
            process.wait(timeout=120)
            output = process.finish()
            assert process.returncode == 1, output
            assert "the database does not answer" in output
            assert "Traceback" not in output
            with embedded_postgres(data) as again:
                ingest_again(folder, again)
                assert state(again) == expected


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of a few megabytes, where the server's user can get at it."""
    mounted = Path(tempfile.mkdtemp())
    if shutil.which("mount") is None or not make_room(mounted, "16m"):
        mounted.rmdir()
        pytest.skip("needs to mount a file system, which only root may, and not in every container")
    yield mounted
    subprocess.run(["umount", "--lazy", str(mounted)], check=True)
    mounted.rmdir()


def make_room(folder: Path, size: str) -> bool:
    option = "remount," if folder.is_mount() else ""
    command = ["mount", "-t", "tmpfs", "-o", f"{option}mode=0755,size={size}", "tmpfs", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_the_disk_is_full(databases: Databases, folder: Path, expected: Rows, small_disk: Path):
    if os.environ.get("DATABASE_URL"):
        pytest.skip("needs a server on this machine")
    with psycopg.connect(databases.admin_url) as connection:
        (data_directory,) = connection.execute("SHOW data_directory").fetchone() or ("",)
    owner = Path(data_directory).stat()
    for n in range(min(ROUNDS, 5)):
        assert make_room(small_disk, "16m")
        space = small_disk / f"space{n}"
        space.mkdir()
        os.chown(space, owner.st_uid, owner.st_gid)
        name = f"{databases.prefix}_full_{n}"
        databases.run(f"CREATE TABLESPACE \"{name}\" LOCATION '{space}'")
        databases.run(f'CREATE DATABASE "{name}" TABLESPACE "{name}"')
        url = databases.url(name)
        try:
            engine = make_engine(url)
            migrate(engine)
            engine.dispose()
            fill_up(small_disk, leaving=(1 + n) * 250_000)
            process = begin(folder, url)
            process.wait(timeout=300)
            output = process.finish()
            assert process.returncode == 1, output
            assert "No space left on device" in output
            assert "Traceback" not in output
            (small_disk / "ballast").unlink()  # without it nobody can even connect
            assert count_articles(url) < ARTICLES
            assert make_room(small_disk, "200m")
            ingest_again(folder, url)
            assert state(url) == expected
        finally:
            databases.run(f'DROP DATABASE "{name}" WITH (FORCE)')
            databases.run(f'DROP TABLESPACE "{name}"')


def fill_up(folder: Path, leaving: int) -> None:
    """Leave so many bytes free."""
    free = shutil.disk_usage(folder).free - leaving
    (folder / "ballast").write_bytes(bytes(max(0, free)))


def test_several_runs_over_the_same_input(
    databases: Databases, template: str, folder: Path, expected: Rows
):
    for _ in range(ROUNDS):
        url = databases.url(databases.create(template))
        processes = [begin(folder, url) for _ in range(RUNS)]
        for process in processes:
            process.wait(timeout=600)
        outputs = [process.finish() for process in processes]
        assert [process.returncode for process in processes] == [0] * RUNS, outputs
        assert state(url) == expected
        with psycopg.connect(url) as connection:
            rows = connection.execute(
                "SELECT outcome, count(*) FROM ingest_item GROUP BY outcome ORDER BY outcome"
            ).fetchall()
        assert rows == [("ingested", ARTICLES), ("unchanged", ARTICLES * (RUNS - 1))]

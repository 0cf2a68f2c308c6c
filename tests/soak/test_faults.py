"""What befalls ingestion from outside: afterwards the tables are those of an undisturbed run.

The ingesting process is killed (test_kill.py), PostgreSQL itself is, and others ingest the same at
the same time.
"""

import os
import random
import signal
import time
from collections.abc import Callable
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

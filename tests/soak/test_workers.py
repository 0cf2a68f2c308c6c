"""Workers killed at random moments, and many writers of the same articles at once."""

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from app.db import make_engine
from app.ingestion.metadata import Metadata
from app.ingestion.queue import enqueue_document
from tests.conftest import Databases
from tests.ingestion.states import NATURAL
from tests.serving import Started, start

pytestmark = pytest.mark.soak
ROUNDS = 20 if os.environ.get("ONRECORD_CAMPAIGN") else 5
ARTICLES = 60
KILLS = 3


def article(n: int) -> tuple[str, Metadata]:
    words = (
        f"“We will rebuild,” said Mayor Ingrid Solberg, quoted by Reuters. Part {n}.\n"
        f"“The rains failed in district {n % 7},” wrote minister Kofi Mensah on Telegram.\n"
    )
    url = f"https://x.example/{n}"
    return words, Metadata(title=f"Part {n}", url=url, publisher=f"Paper {n % 3}")


def queue_all(url: str) -> None:
    engine = make_engine(url)
    with engine.begin() as connection:
        for n in range(ARTICLES):
            enqueue_document(connection, *article(n))
    engine.dispose()


def worker(url: str, *options: str) -> Started:
    return start("worker", *options, DATABASE_URL=url, ONRECORD_WORKER_TIMEOUT="1")


def state(url: str) -> dict[str, list[tuple[object, ...]]]:
    """The tables by natural keys; an article is known by its URL, whoever read it first."""
    engine = make_engine(url)
    with engine.connect() as connection:
        found = {
            name: [tuple(row) for row in connection.execute(text(query.replace("origin", "url")))]
            for name, query in NATURAL.items()
        }
    engine.dispose()
    return found


def wait_until_at_work(url: str, process: Started) -> None:
    """Return once the worker has said that it is there; those before it were killed."""
    fresh = text(
        "SELECT 1 FROM procrastinate.procrastinate_workers"
        " WHERE last_heartbeat > now() - interval '1 second'"
    )
    engine = make_engine(url)
    deadline = time.monotonic() + 60
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(fresh):
            assert time.monotonic() < deadline
            assert process.poll() is None, process.finish()
            time.sleep(0.05)
    engine.dispose()


def unfinished(url: str) -> int:
    engine = make_engine(url)
    with engine.connect() as connection:
        left = connection.scalar(text("SELECT count(*) FROM job WHERE finished_at IS NULL"))
    engine.dispose()
    return left or 0


def drain(url: str) -> None:
    """Have workers do all that is left, what dead ones had in hand too."""
    deadline = time.monotonic() + 180
    while unfinished(url):
        assert time.monotonic() < deadline
        process = worker(url, "--until-empty")
        output = process.finish()
        assert process.returncode == 0, output


@pytest.fixture
def expected(databases: Databases, template: str) -> dict[str, list[tuple[object, ...]]]:
    """What an undisturbed worker makes of the articles."""
    url = databases.url(databases.create(template))
    queue_all(url)
    drain(url)
    found = state(url)
    assert len(found["versions"]) == ARTICLES
    return found


def test_workers_killed_anywhere(databases: Databases, template: str, expected: object):
    rng = random.Random(11)  # noqa: S311 moments, not secrets
    for _ in range(ROUNDS):
        url = databases.url(databases.create(template))
        queue_all(url)
        for _ in range(KILLS):
            process = worker(url, "--concurrency", "2")
            wait_until_at_work(url, process)
            time.sleep(rng.uniform(0.0, 2.0))
            process.send_signal(signal.SIGKILL)
            process.finish()
        drain(url)
        assert state(url) == expected


def test_two_workers_and_three_commands_over_the_same_articles(
    databases: Databases, template: str, expected: object, tmp_path: Path
):
    for n in range(ARTICLES):
        words, metadata = article(n)
        (tmp_path / f"{n:03}.txt").write_text(words)
        about = json.dumps(metadata.model_dump(mode="json", exclude_none=True))
        (tmp_path / f"{n:03}.meta.json").write_text(about)
    url = databases.url(databases.create(template))
    queue_all(url)
    writers = [start("ingest", str(tmp_path), DATABASE_URL=url) for _ in range(3)]
    writers += [worker(url, "--until-empty", "--concurrency", "2") for _ in range(2)]
    for process in writers:
        output = process.finish(timeout=300)
        assert process.returncode == 0, output
        assert "failed" not in output.replace("0 failed", "")
    drain(url)
    assert state(url) == expected
    engine = make_engine(url)
    with engine.connect() as connection:
        outcomes = connection.execute(
            text("SELECT outcome, count(*) FROM ingest_item GROUP BY outcome ORDER BY outcome")
        ).all()
    engine.dispose()
    assert [tuple(row) for row in outcomes] == [
        ("ingested", ARTICLES), ("unchanged", 3 * ARTICLES),
    ]  # fmt: skip

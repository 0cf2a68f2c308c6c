"""kill -9 of an ingesting process, at random moments: a second run ends as an undisturbed one."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from app.db import make_engine
from app.ingestion.run import ingest
from tests.conftest import Databases
from tests.serving import ONRECORD, environment

pytestmark = pytest.mark.soak
ROUNDS = 20 if os.environ.get("ONRECORD_CAMPAIGN") else 5
ARTICLES = 60

NATURAL = {
    "statements": "SELECT text, kind, act, occurrence_count, article_count, publisher_count,"
    " withdrawn FROM statement WHERE merged_into_id IS NULL ORDER BY 1, 2, 3, 4",
    "speakers": "SELECT name, slug, kind, statement_count FROM speaker ORDER BY slug",
    "occurrences": "SELECT a.origin, o.spans, o.mention, s.text FROM occurrence o"
    " JOIN article a ON a.id = o.article_id JOIN statement s ON s.id = o.statement_id"
    " ORDER BY 1, 2, 3",
    "via": "SELECT a.origin, o.spans, s.name, v.position FROM occurrence_source v"
    " JOIN occurrence o ON o.id = v.occurrence_id JOIN article a ON a.id = o.article_id"
    " JOIN source s ON s.id = v.source_id ORDER BY 1, 2, 4",
    "topics": "SELECT s.text, t.code FROM statement_topic st JOIN statement s ON"
    " s.id = st.statement_id JOIN topic t ON t.id = st.topic_id ORDER BY 1, 2",
    "versions": "SELECT a.origin, v.n, v.text FROM article_version v"
    " JOIN article a ON a.id = v.article_id ORDER BY 1, 2",
}


def state(url: str) -> dict[str, list[tuple[object, ...]]]:
    engine = make_engine(url)
    with engine.connect() as connection:
        found = {
            name: [tuple(row) for row in connection.execute(text(query))]
            for name, query in NATURAL.items()
        }
    engine.dispose()
    return found


def test_killed_anywhere_and_run_again(databases: Databases, template: str, tmp_path: Path):
    for i in range(ARTICLES):
        (tmp_path / f"{i:03}.txt").write_text(
            f"“We will rebuild,” said Mayor Ingrid Solberg, quoted by Reuters. Part {i}.\n"
            f"“The rains failed in district {i % 7},” wrote minister Kofi Mensah on Telegram.\n"
        )
    undisturbed = databases.url(databases.create(template))
    engine = make_engine(undisturbed)
    ingest(engine, [tmp_path])
    engine.dispose()
    expected = state(undisturbed)
    assert expected["statements"]

    rng = random.Random(7)  # noqa: S311 moments, not secrets
    for _ in range(ROUNDS):
        url = databases.url(databases.create(template))
        killed = 0
        while killed < 3:
            process = subprocess.Popen(
                [ONRECORD, "ingest", str(tmp_path)],
                env=environment(DATABASE_URL=url),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(rng.uniform(1.0, 3.5))
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed += 1
        done = subprocess.run(
            [ONRECORD, "ingest", str(tmp_path)],
            env=environment(DATABASE_URL=url),
            check=False,
            capture_output=True,
        )
        assert done.returncode == 0, done.stderr.decode()
        assert state(url) == expected

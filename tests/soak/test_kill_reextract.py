"""kill -9 while stored articles are read again: another run ends as an undisturbed one."""

import os
import random
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.db import make_engine
from app.ingestion.reextract import Wanted, reextract
from tests.conftest import Databases
from tests.ingestion.articles import Said, write
from tests.ingestion.natural import state, wrong_counts
from tests.serving import ONRECORD, environment

pytestmark = pytest.mark.soak
ROUNDS = 20 if os.environ.get("ONRECORD_CAMPAIGN") else 5
ARTICLES = 80
DAY = datetime(2025, 2, 12, tzinfo=UTC)


def test_killed_anywhere_and_run_again(databases: Databases, template: str):
    old = databases.create(template)
    engine = make_engine(databases.url(old))
    for n in range(ARTICLES):
        write(
            engine,
            Said("We will rebuild", ("Ingrid Solberg",)),
            Said("failed in", ("Ingrid Solberg",)),
            text=f"“We will rebuild,” said Mayor Ingrid Solberg, quoted by Reuters. Part {n}.\n"
            f"“The rains failed in district {n % 7},” wrote minister Kofi Mensah on Telegram.\n",
            origin=f"file:///{n}",
            at=DAY + timedelta(days=n % 40),
        )
    with engine.begin() as connection:
        connection.execute(text("UPDATE article_version SET extractor_version = 'older'"))
    engine.dispose()

    undisturbed = make_engine(databases.url(databases.create(old)))
    assert reextract(undisturbed, Wanted()).articles == ARTICLES
    expected = state(undisturbed)
    undisturbed.dispose()

    rng = random.Random(11)  # noqa: S311 moments, not secrets
    for _ in range(ROUNDS):
        url = databases.url(databases.create(old))
        command = [ONRECORD, "reextract", "--processes", "2"]
        for _ in range(3):
            process = subprocess.Popen(
                command,
                env=environment(DATABASE_URL=url),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(rng.uniform(2.0, 6.0))
            process.send_signal(signal.SIGKILL)
            process.wait()
        done = subprocess.run(
            command, env=environment(DATABASE_URL=url), check=False, capture_output=True
        )
        assert done.returncode == 0, done.stderr.decode()
        engine = make_engine(url)
        assert state(engine) == expected
        assert wrong_counts(engine) == []
        engine.dispose()

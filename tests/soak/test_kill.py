"""kill -9 of an ingesting process, at random moments: a second run ends as an undisturbed one."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from app.db import make_engine
from app.ingestion.run import ingest
from tests.conftest import Databases
from tests.ingestion.states import state
from tests.serving import ONRECORD, environment

pytestmark = pytest.mark.soak
ROUNDS = 20 if os.environ.get("ONRECORD_CAMPAIGN") else 5
ARTICLES = 60


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
                [ONRECORD, "ingest", str(tmp_path), "--processes", "2"],
                env=environment(DATABASE_URL=url),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(rng.uniform(1.0, 3.5))
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed += 1
        done = subprocess.run(
            [ONRECORD, "ingest", str(tmp_path), "--processes", "2"],
            env=environment(DATABASE_URL=url),
            check=False,
            capture_output=True,
        )
        assert done.returncode == 0, done.stderr.decode()
        assert state(url) == expected

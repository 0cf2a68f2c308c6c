"""Requests made from the OpenAPI document: no 500, nothing undocumented (Schemathesis)."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from sqlalchemy.engine import make_url

from app.db import make_engine
from app.models import KeyScope
from tests.conftest import Databases
from tests.keys import make_key
from tests.serving import served

pytestmark = pytest.mark.soak
CAMPAIGN = bool(os.environ.get("ONRECORD_CAMPAIGN"))
REQUESTS = 20_000 if CAMPAIGN else 3_000
EXAMPLES = 1_000 if CAMPAIGN else 20  # of each operation, beside those that cover the schema


def _brief(report: str) -> str:
    """What it found, without the ends of endless URLs."""
    return "\n".join(line[:300] for line in report.splitlines())[-8000:]


def test_every_answer_is_as_documented(seeded_url: str, databases: Databases):
    # What is posted must not be there for the tests that only read.
    own = databases.url(databases.create(make_url(seeded_url).database))
    engine = make_engine(own)
    key = make_key(engine, KeyScope.INGEST)
    engine.dispose()
    with served(own) as url:
        # The first article that is posted waits for a process that loads the model.
        first = httpx.post(f"{url}/articles", json={"text": "Rain."}, headers=key, timeout=120)
        assert first.status_code == 201, first.text
        done = subprocess.run(
            [
                Path(sys.executable).parent / "schemathesis",
                f"--config-file={Path(__file__).parent / 'schemathesis.toml'}",
                "run",
                f"{url}/openapi.json",
                "--checks=all",
                "--phases=examples,coverage,fuzzing,stateful",
                f"--max-examples={EXAMPLES}",
                f"--header=Authorization: {key['Authorization']}",
                "--seed=20261122",
                "--generation-database=none",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    assert done.returncode == 0, _brief(done.stdout)
    made = re.search(r"([\d,]+) generated, ([\d,]+) passed(?:, ([\d,]+) skipped)?", done.stdout)
    assert made, done.stdout[-2000:]
    generated, passed, skipped = (int((number or "0").replace(",", "")) for number in made.groups())
    assert generated == passed + skipped or generated == passed, done.stdout[-2000:]
    assert passed >= REQUESTS, done.stdout[-2000:]
    assert re.search(r"✅\s+Stateful", done.stdout), done.stdout[-2000:]

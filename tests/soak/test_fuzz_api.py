"""Requests made from the OpenAPI document: no 500, nothing undocumented (Schemathesis)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import served

pytestmark = pytest.mark.soak
EXAMPLES = 900 if os.environ.get("ONRECORD_CAMPAIGN") else 100


def test_every_answer_is_as_documented(seeded_url: str):
    with served(seeded_url) as url:
        done = subprocess.run(
            [
                Path(sys.executable).parent / "schemathesis",
                f"--config-file={Path(__file__).parent / 'schemathesis.toml'}",
                "run",
                f"{url}/openapi.json",
                "--checks=all",
                f"--max-examples={EXAMPLES}",
                "--seed=20261122",
                "--generation-database=none",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-8000:]
    assert "No issues found" in done.stdout, done.stdout[-2000:]

"""100,000 statements as CSV and NDJSON: complete, in constant memory."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from benchmarks.synthetic import fill
from tests.conftest import Databases
from tests.serving import free_port, start, wait_until_up

pytestmark = pytest.mark.soak
STATEMENTS = 110_000  # some of which are withdrawn or thoughts
LEAST = 100_000
PLAIN: dict[str, Any] = {"headers": {"Accept-Encoding": "identity"}, "timeout": 300}
MOST_MEMORY = 150_000_000  # bytes of the server's process


@pytest.fixture(scope="module")
def server(databases: Databases, template: str) -> Iterator[tuple[str, psutil.Process]]:
    """The base URL of an API over many statements, and its process."""
    url = databases.url(databases.create(template))
    fill(url, STATEMENTS, tell=lambda _: None)
    port = free_port()
    process = start("serve", DATABASE_URL=url, PORT=str(port), ONRECORD_LOG_LEVEL="warning")
    try:
        wait_until_up(port, process)
        yield f"http://127.0.0.1:{port}", psutil.Process(process.pid)
    finally:
        process.terminate()
        process.finish()


@pytest.mark.parametrize("query", ["", "?sort=id", "?min_confidence=0.5"])
def test_all_of_them_in_constant_memory(
    server: tuple[str, psutil.Process], query: str, tmp_path: Path
):
    base, process = server
    most = 0
    for suffix in ("ndjson", "csv"):
        with (
            httpx.stream("GET", f"{base}/statements.{suffix}{query}", **PLAIN) as response,
            (tmp_path / suffix).open("wb") as target,
        ):
            assert response.status_code == 200
            for piece in response.iter_raw(1 << 20):
                target.write(piece)
                most = max(most, process.memory_info().rss)
    assert most < MOST_MEMORY
    with (tmp_path / "ndjson").open("rb") as lines:
        ids = [json.loads(line).get("id") for line in lines]
    assert ids.pop() is None
    assert len(set(ids)) == len(ids) >= LEAST
    with (tmp_path / "csv").open(encoding="utf-8", newline="") as rows:
        assert [int(row["id"]) for row in csv.DictReader(rows)] == ids
    end = (tmp_path / "ndjson").read_bytes().rsplit(b"\n", 2)[1]
    assert json.loads(end)["_end"]["count"] == len(ids)
    total = httpx.get(f"{base}/statements{query}", params={"total": "exact"}, timeout=60).json()
    assert total["total"]["value"] == len(ids)

"""At two million statements no documented filter or order reads a large table whole."""

import asyncio
import os

import pytest

from benchmarks.plans import read_plans
from benchmarks.synthetic import fill
from tests.conftest import Databases

pytestmark = pytest.mark.soak
CAMPAIGN = bool(os.environ.get("ONRECORD_CAMPAIGN"))
STATEMENTS = 2_000_000


@pytest.mark.skipif(not CAMPAIGN, reason="`make campaign`: minutes to load, gigabytes of disk")
def test_no_sequential_scan_of_a_large_table(databases: Databases, template: str):
    url = databases.url(databases.create(template))
    fill(url, STATEMENTS, tell=lambda _: None)
    found = asyncio.run(read_plans(url))
    assert len(found) > 30
    assert [query for query, tables in found.items() if tables] == []


def test_a_scan_is_seen(databases: Databases, template: str):
    name = databases.create(template)
    fill(databases.url(name), 2_000, tell=lambda _: None)
    for way in ("indexscan", "indexonlyscan", "bitmapscan"):
        databases.run(f'ALTER DATABASE "{name}" SET enable_{way} = off')
    found = asyncio.run(read_plans(databases.url(name)))
    assert [query for query, tables in found.items() if "statement" not in tables] == []

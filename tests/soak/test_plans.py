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
# Publisher, via or the outlet as speaker: no single index has the order of an OR of the three.
KNOWN = {"source=TASS"}


@pytest.mark.skipif(not CAMPAIGN, reason="`make campaign`: minutes to load, gigabytes of disk")
def test_no_sequential_scan_of_a_large_table(databases: Databases, template: str):
    url = databases.url(databases.create(template))
    fill(url, STATEMENTS, tell=lambda _: None)
    found = asyncio.run(read_plans(url))
    assert len(found) > 30
    assert {query for query, tables in found.items() if tables} <= KNOWN


def test_the_plans_of_a_small_set_can_be_read(databases: Databases, template: str):
    url = databases.url(databases.create(template))
    fill(url, 2_000, tell=lambda _: None)
    found = asyncio.run(read_plans(url))
    # What is small is read whole, and the reader sees it.
    assert any(found.values())

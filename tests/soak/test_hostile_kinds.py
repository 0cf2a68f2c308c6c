"""Hostile inputs of every kind: each is ingested or failed with a reason, none lost."""

import os
import random
import re
import resource
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from app.ingestion.inputs import Reading, read_inputs
from app.ingestion.items import Item
from app.ingestion.run import ingest
from app.models import IngestItem, Outcome
from tests.ingestion.hostile import make

pytestmark = pytest.mark.soak
_NEW = (Outcome.INGESTED, Outcome.UPDATED)
FILES = 1000 if os.environ.get("ONRECORD_CAMPAIGN") else 200


def test_hostile_inputs_of_every_kind(engine: Engine, tmp_path: Path):
    rng = random.Random(20261125)  # noqa: S311 the same files every time
    read = 0
    for n in range(FILES):
        suffix, content = make(rng, n)
        path = tmp_path / f"{n:04}{suffix}"
        path.write_bytes(content)
        found = len(list(read_inputs([path], Reading())))
        assert found, path  # none lost
        read += found
    report = ingest(engine, [tmp_path], processes=1)
    for item in report.failures:
        # A Python error is a fault of ours, not a reason.
        assert item.reason, item
        assert not re.match(r"\w*(Error|Exception): ", item.reason), item
        assert item.reason.isprintable(), item
    with engine.connect() as connection:
        kept = connection.scalar(select(func.count()).select_from(IngestItem))
    assert kept == report.total == read
    assert report.count(Outcome.INGESTED) > FILES / 4
    changed: list[Item] = []
    again = ingest(
        engine,
        [tmp_path],
        processes=1,
        progress=lambda item, _, __: changed.append(item) if item.outcome in _NEW else None,
    )
    assert changed == []
    assert again.total == report.total
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1_000_000  # kB

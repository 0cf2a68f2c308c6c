"""Hostile inputs of every kind: each is ingested or failed with a reason, none lost."""

import os
import random
import re
import resource
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from app.ingestion.run import ingest
from app.models import IngestItem, Outcome
from tests.ingestion.hostile import make

pytestmark = pytest.mark.soak
FILES = 1000 if os.environ.get("ONRECORD_CAMPAIGN") else 200


def test_hostile_inputs_of_every_kind(engine: Engine, tmp_path: Path):
    rng = random.Random(20261125)  # noqa: S311 the same files every time
    names = set()
    for n in range(FILES):
        suffix, content = make(rng, n)
        path = tmp_path / f"{n:04}{suffix}"
        path.write_bytes(content)
        names.add(path.name.partition(".")[0])
    report = ingest(engine, [tmp_path], processes=1)
    for item in report.failures:
        # A Python error is a fault of ours, not a reason.
        assert item.reason, item
        assert not re.match(r"\w*(Error|Exception): ", item.reason), item
        assert item.reason.isprintable(), item
    with engine.connect() as connection:
        inputs = connection.scalars(select(IngestItem.input)).all()
        outcomes = connection.scalar(select(func.count()).select_from(IngestItem))
    assert outcomes == report.total
    paths = [Path(i.partition(": ")[0]) for i in inputs if i.startswith(str(tmp_path))]
    told = {path.relative_to(tmp_path).parts[0].partition(".")[0] for path in paths}
    assert told == names  # none lost
    assert report.count(Outcome.INGESTED) > FILES / 4
    again = ingest(engine, [tmp_path], processes=1)
    assert again.count(Outcome.INGESTED) == again.count(Outcome.UPDATED) == 0
    assert again.total == report.total
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1_000_000  # kB

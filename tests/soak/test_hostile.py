"""Hostile files: each is ingested or failed with a reason, none lost, nothing half-written."""

import os
import random
import resource
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text

from app.ingestion.run import ingest
from app.models import Article, IngestItem, Occurrence, Outcome

pytestmark = pytest.mark.soak
CAMPAIGN = bool(os.environ.get("ONRECORD_CAMPAIGN"))
FILES = 1000 if CAMPAIGN else 200
LONG = 50 if CAMPAIGN else 4  # times a file is repeated without line breaks

BASE = (
    "“The harbour will open in May,” said Mayor Ingrid Solberg, quoted by the Tass agency.\n"
    "According to the ministry, ‘nothing’ was lost. “It is – she added – a «good» day.”\n"
    "He wrote on Truth that “all is well”. This was said by minister Kofi Mensah on Monday.\n"
)
PIECES = [
    "“", "”", '"', "''", "«", "„", "‘", "’", "–", "\u2028", "\u202e", "\u0000", "\ud800", "👩‍👩‍👧",
    "e\u0301", "﷽", " said ", " according to ", "\n\n", "\r", "\ufeff", "<b>", "{{", "%s", "';--",
    "\\", "\x1b[31m", "A" * 5000, "“" * 300, "X said " * 300, "“a” he said " * 300,
]  # fmt: skip


def hostile(rng: random.Random, n: int) -> bytes:
    """A file that some broken or malicious producer could have written."""
    content = BASE * rng.randint(1, 20)
    for _ in range(rng.randint(0, 30)):
        at = rng.randrange(len(content))
        content = content[:at] + rng.choice(PIECES) + content[at + rng.randint(0, 40) :]
    raw = content.encode(rng.choice(["utf-8", "utf-8", "utf-16", "cp1252"]), errors="replace")
    match n % 10:
        case 0:
            raw = raw[: rng.randrange(len(raw))]
        case 1:
            raw = rng.randbytes(rng.randint(0, 2000))
        case 2:
            raw = raw[: len(raw) // 2] + rng.randbytes(20) + raw[len(raw) // 2 :]
        case 3:
            raw = b"\xef\xbb\xbf" + raw + b"\x00" * rng.randint(0, 50)
        case 4:
            raw = raw.replace(b"\n", b" ") * LONG
    return raw


def test_hostile_files_are_ingested_or_failed_with_a_reason(engine: Engine, tmp_path: Path):
    rng = random.Random(20261122)  # noqa: S311 the same files every time
    for n in range(FILES):
        (tmp_path / f"{n:04}.txt").write_bytes(hostile(rng, n))
    report = ingest(engine, [tmp_path])
    assert report.total == FILES
    for item in report.failures:
        # A Python error is a fault of ours, not a reason.
        assert "Error" not in (item.reason or "Error"), item
    with engine.connect() as connection:
        kept = connection.scalar(select(func.count()).select_from(IngestItem))
        articles = connection.scalar(select(func.count()).select_from(Article))
        wrong = connection.scalar(
            text(
                "SELECT count(*) FROM occurrence o JOIN article_version v"
                " ON v.article_id = o.article_id AND v.n = o.version,"
                " jsonb_array_elements(o.selectors) s WHERE substr(v.text,"
                " (s->>'start')::int + 1, (s->>'end')::int - (s->>'start')::int) <> s->>'exact'"
            )
        )
        found = connection.scalar(select(func.count()).select_from(Occurrence))
    assert kept == FILES
    assert articles == report.count(Outcome.INGESTED)
    assert articles > FILES / 2
    assert found
    assert wrong == 0
    again = ingest(engine, [tmp_path])
    assert again.count(Outcome.INGESTED) == again.count(Outcome.UPDATED) == 0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1_000_000  # kB


@pytest.mark.parametrize(
    "line",
    ["“", "“a” ", "X said ", "a, ", "said ", '"', "'", "A B. ", "A", "– ", "according to X, "],
)
def test_one_line_of_one_thing_up_to_the_size_limit(engine: Engine, tmp_path: Path, line: str):
    size = 4_900_000 if CAMPAIGN else 200_000
    path = tmp_path / "long.txt"
    path.write_text(line * (size // len(line.encode())))
    report = ingest(engine, [path])
    assert report.count(Outcome.INGESTED) == 1 or "no words" in (report.failures[0].reason or "")

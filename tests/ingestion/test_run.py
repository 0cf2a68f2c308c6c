"""Runs of ingestion: outcomes, repeats, failures that cost nobody else, runs side by side."""

import json
import os
import random
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text

from app.db import make_engine
from app.errors import DatabaseUnavailableError
from app.ingestion.items import Item
from app.ingestion.metadata import Metadata
from app.ingestion.run import ingest
from app.models import (
    Article,
    ArticleVersion,
    IngestItem,
    IngestRun,
    Occurrence,
    OccurrenceSource,
    Outcome,
    Source,
    Speaker,
    SpeakerAlias,
    Statement,
)

ARTICLE = (
    "“The harbour will open in May,” said Mayor Ingrid Solberg.\n"
    "Solberg added that “nobody will lose a job over it.”\n"
)
OTHER = "“The rains have failed,” said agriculture minister Kofi Mensah, quoted by Reuters.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text(ARTICLE)
    (tmp_path / "b.txt").write_text(OTHER)
    return tmp_path


def outcomes(engine: Engine, *paths: Path, metadata: Metadata | None = None) -> list[Outcome]:
    seen: list[Outcome] = []
    ingest(
        engine,
        paths,
        metadata=metadata,
        progress=lambda item, done, total: seen.append(item.outcome),
    )
    return seen


def test_articles_go_in_and_the_same_bytes_again_do_not(engine: Engine, folder: Path):
    assert outcomes(engine, folder) == [Outcome.INGESTED, Outcome.INGESTED]
    assert outcomes(engine, folder) == [Outcome.UNCHANGED, Outcome.UNCHANGED]
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Article)) == 2
        assert connection.scalar(select(func.count()).select_from(ArticleVersion)) == 2


def test_speakers_aliases_and_descriptions(engine: Engine, folder: Path):
    ingest(engine, [folder])
    with engine.connect() as connection:
        speakers = {
            row.name: row.statement_count
            for row in connection.execute(select(Speaker.name, Speaker.statement_count))
        }
        aliases = set(
            connection.scalars(
                select(SpeakerAlias.folded)
                .join(Speaker, Speaker.id == SpeakerAlias.speaker_id)
                .where(Speaker.name == "Ingrid Solberg")
            )
        )
    assert speakers == {"Ingrid Solberg": 2, "Kofi Mensah": 1}
    assert aliases == {"ingrid solberg", "solberg"}


def test_a_source_under_all_its_names_is_one(engine: Engine, tmp_path: Path):
    for i, name in enumerate(("Ria Novosti", "RIA Novosti", "the RIA Novosti agency")):
        (tmp_path / f"{i}.txt").write_text(
            f"“The talks will go on,” said minister Sergei Orlov, quoted by {name}. Day {i}.\n"
        )
    ingest(engine, [tmp_path])
    with engine.connect() as connection:
        names = connection.scalars(
            select(Source.name).join(OccurrenceSource, OccurrenceSource.source_id == Source.id)
        ).all()
    assert names == ["RIA Novosti"] * 3


def test_a_changed_text_is_updated(engine: Engine, folder: Path):
    ingest(engine, [folder])
    (folder / "a.txt").write_text(ARTICLE.replace("in May", "in June"))
    assert outcomes(engine, folder) == [Outcome.UPDATED, Outcome.UNCHANGED]
    with engine.connect() as connection:
        live = connection.scalars(select(Statement.text).where(~Statement.withdrawn)).all()
    assert any("in June" in t for t in live)
    assert not any("in May" in t for t in live)


def test_the_same_text_at_another_publisher_is_another_article_of_the_same_statements(
    engine: Engine, folder: Path
):
    ingest(engine, [folder / "a.txt"], metadata=Metadata(publisher="Reuters"))
    copy = folder / "copy.txt"
    copy.write_text(ARTICLE)
    assert outcomes(engine, copy, metadata=Metadata(publisher="The Guardian")) == [Outcome.INGESTED]
    with engine.connect() as connection:
        counts = connection.execute(
            select(Statement.occurrence_count, Statement.article_count, Statement.publisher_count)
        ).all()
    assert len(counts) == 2
    assert all(tuple(row) == (2, 2, 2) for row in counts)


def test_a_bad_file_fails_alone_and_the_run_tells(engine: Engine, folder: Path):
    (folder / "bad.txt").write_bytes(b"\x89PNG\x00\x00\x00")
    (folder / "empty.txt").write_bytes(b"")
    seen: list[Item] = []
    report = ingest(engine, [folder], progress=lambda item, done, total: seen.append(item))
    assert report.counts == {Outcome.INGESTED: 2, Outcome.FAILED: 2}
    assert Counter(item.outcome for item in seen) == report.counts
    assert [item for item in seen if item.outcome is Outcome.FAILED] == report.failures
    with engine.connect() as connection:
        run = connection.execute(select(IngestRun)).one()
        items = connection.execute(
            select(IngestItem.input, IngestItem.outcome, IngestItem.reason).order_by(IngestItem.id)
        ).all()
    assert run.counts == {"ingested": 2, "failed": 2}
    assert run.finished_at is not None
    reasons = {Path(row.input).name: row.reason for row in items if row.outcome == "failed"}
    assert reasons.keys() == {"bad.txt", "empty.txt"}
    assert "binary" in reasons["bad.txt"]


def test_what_the_database_cannot_hold_costs_nobody_else(engine: Engine, folder: Path):
    rng = random.Random(5)  # noqa: S311 words, not secrets
    letters = "".join(chr(rng.randrange(0x4E00, 0x9FFF)) for _ in range(1900))
    long_name = "".join(rng.choice("abcdefgh") for _ in range(6000))
    words = " ".join(f"{rng.getrandbits(60):x}" for _ in range(70_000))
    hostile = {
        "url.meta.json": json.dumps({"url": f"https://x.example/{letters}"}),
        "nul.meta.json": '{"\\u0000": 1}',
        "deep.meta.json": "[" * 100_000,
        "name.txt": f"“Taxes will fall,” said Mayor Ingrid X{long_name}.",
        "words.txt": f"“{words}” said Mayor Ingrid Solberg.",
    }
    for name, content in hostile.items():
        (folder / name).write_text(content)
    for name in ("url", "nul", "deep", "folder"):
        (folder / f"{name}.txt").write_text(f"“Rain is likely,” said Ingrid Solberg of {name}.")
    (folder / "folder.meta.json").mkdir()
    (folder / os.fsdecode(b"\xff\xfe.txt")).write_text("“Snow,” said Ingrid Solberg.")
    report = ingest(engine, [folder])
    failed = {Path(item.input).stem: item.reason or "" for item in report.failures}
    assert failed.keys() == {"url", "nul", "deep", "folder"}
    assert "longer than 2,000 bytes" in failed["url"]
    assert "not JSON" in failed["deep"]
    assert not any("Error" in reason for reason in failed.values())
    assert report.count(Outcome.INGESTED) == 5


def test_nothing_half_written_stays_when_writing_fails(engine: Engine, folder: Path):
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN"
                " RAISE EXCEPTION 'refused'; END $$ LANGUAGE plpgsql;"
                " CREATE TRIGGER refuse BEFORE INSERT ON occurrence"
                " FOR EACH ROW EXECUTE FUNCTION refuse()"
            )
        )
    report = ingest(engine, [folder])
    assert report.counts == {Outcome.FAILED: 2}
    assert all("refused" in (item.reason or "") for item in report.failures)
    with engine.begin() as connection:
        for table in (Article, Statement, Speaker, Source):
            assert connection.scalar(select(func.count()).select_from(table)) == 0
        connection.execute(text("DROP TRIGGER refuse ON occurrence"))
    assert outcomes(engine, folder) == [Outcome.INGESTED, Outcome.INGESTED]


def test_runs_side_by_side_make_no_duplicates(engine: Engine, db_url: str, tmp_path: Path):
    for i in range(12):
        (tmp_path / f"{i:02}.txt").write_text(
            f"“We will rebuild,” said Mayor Ingrid Solberg, quoted by Reuters. Part {i}.\n"
            f"Kofi Mensah said the rains had failed in district {i}.\n"
        )
    barrier = threading.Barrier(3)
    reports = []

    def run() -> None:
        own = make_engine(db_url)
        barrier.wait()
        reports.append(
            ingest(
                own, [tmp_path], metadata=Metadata(published_at=datetime(2025, 2, 12, tzinfo=UTC))
            )
        )
        own.dispose()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reports) == 3
    assert not any(report.failures for report in reports)
    assert sum(report.count(Outcome.INGESTED) for report in reports) == 12
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Article)) == 12
        assert connection.scalar(select(func.count()).select_from(Speaker)) == 2
        shared = connection.execute(
            select(Statement.occurrence_count).where(Statement.text == "We will rebuild")
        ).scalar_one()
        assert shared == 12
        counts = connection.execute(select(Speaker.statement_count, Speaker.name)).all()
    assert sorted((row.name, row.statement_count) for row in counts) == [
        ("Ingrid Solberg", 1),
        ("Kofi Mensah", 12),
    ]


def test_every_selector_is_the_text_at_its_place(engine: Engine, folder: Path):
    ingest(engine, [folder])
    query = select(Occurrence.selectors, ArticleVersion.text).join(
        ArticleVersion,
        (ArticleVersion.article_id == Occurrence.article_id)
        & (ArticleVersion.n == Occurrence.version),
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    assert rows
    for row in rows:
        for selector in row.selectors:
            start, end = selector["start"], selector["end"]
            assert row.text[start:end] == selector["exact"]
            assert row.text[:start].endswith(selector["prefix"])
            assert row.text[end:].startswith(selector["suffix"])


def test_a_database_that_is_not_there_is_said_so(folder: Path):
    away = make_engine("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(DatabaseUnavailableError, match="does not answer"):
        ingest(away, [folder])

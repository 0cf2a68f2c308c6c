"""Reading stored articles again: what is found again stays, and so does what people decided."""

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.db import make_engine
from app.extraction import EXTRACTOR_VERSION
from app.ingestion.reextract import Reextracted, Wanted, reextract
from app.ingestion.run import ingest
from tests.ingestion.articles import Said, write
from tests.ingestion.natural import state, wrong_counts
from tests.ingestion.test_curation import decide, ids

DAY = datetime(2025, 2, 12, tzinfo=UTC)
ARTICLE = (
    "“The harbour will open in May,” said Mayor Ingrid Solberg.\n"
    "Solberg added that “nobody will lose a job over it.”\n"
    "“The rains have failed,” said agriculture minister Kofi Mensah.\n"
)
SOLBERG = ("Ingrid Solberg",)


def older(engine: Engine, *sayings: Said, body: str = ARTICLE, origin: str = "file:///a") -> None:
    """An article as an older extractor, which found these sayings, has left it."""
    write(engine, *sayings, text=body, origin=origin, at=DAY, publisher="Reuters")
    with engine.begin() as connection:
        for table in ("article_version", "occurrence"):
            connection.execute(text(f"UPDATE {table} SET extractor_version = 'older'"))


def rows(engine: Engine) -> dict[str, Any]:
    """By text: the ids of the statement and of its speaker, and whether it is withdrawn."""
    query = text(
        "SELECT s.text, s.id, l.speaker_id, s.withdrawn FROM statement s"
        " LEFT JOIN statement_speaker l ON l.statement_id = s.id WHERE s.merged_into_id IS NULL"
    )
    with engine.connect() as connection:
        return {row[0]: tuple(row[1:]) for row in connection.execute(query)}


def again(engine: Engine, **wanted: Any) -> Reextracted:
    report = reextract(engine, Wanted(**wanted))
    assert wrong_counts(engine) == []
    return report


@pytest.fixture
def read(engine: Engine) -> Engine:
    older(
        engine,
        Said("“The harbour will open in May,”", SOLBERG, aliases=("Solberg",)),
        Said("said Mayor", SOLBERG),
        Said("nobody will lose a job", SOLBERG),
    )
    return engine


def test_found_again_worded_otherwise_new_and_gone(read: Engine):
    before = rows(read)
    report = again(read)
    assert (report.articles, report.kept, report.changed) == (1, 1, 1)
    assert (report.new, report.withdrawn) == (1, 1)
    assert report.examples["withdrawn"] == ["said Mayor"]
    assert report.examples["new"] == ["The rains have failed"]
    after = rows(read)
    assert after["The harbour will open in May"] == before["“The harbour will open in May,”"]
    assert after["nobody will lose a job over it."] == before["nobody will lose a job"]
    assert after["said Mayor"][2]
    assert not after["The rains have failed"][2]


def test_what_was_read_is_known(read: Engine, tmp_path: Path):
    (tmp_path / "silent.txt").write_text("Nobody says anything here.\n")
    ingest(read, [tmp_path])
    with read.begin() as connection:
        connection.execute(text("UPDATE article_version SET extractor_version = NULL"))
    assert again(read).articles == 2
    done = state(read)
    assert again(read).articles == 0
    assert again(read, all=True).articles == 2
    assert state(read) == done
    with read.connect() as connection:
        versions = set(
            connection.scalars(
                text(
                    "SELECT extractor_version FROM article_version UNION"
                    " SELECT extractor_version FROM occurrence WHERE NOT withdrawn"
                )
            )
        )
    assert versions == {EXTRACTOR_VERSION}


def test_which_articles(read: Engine):
    write(read, Said("Elsewhere."), origin="file:///b", at=DAY.replace(year=2020))
    with read.begin() as connection:
        connection.execute(
            text("UPDATE article_version SET extractor_version = 'other' WHERE article_id = 2")
        )
    assert again(read, article_ids=(7,)).articles == 0
    assert again(read, version="newest").articles == 0
    assert again(read, since=DAY.replace(year=2026)).articles == 0
    assert again(read, since=DAY, version="older", article_ids=(1, 2)).articles == 1
    assert again(read).articles == 1


def test_a_dry_run_tells_all_and_stores_nothing(read: Engine):
    before, before_ids = state(read), ids(read)
    dry = reextract(read, Wanted(), dry_run=True)
    assert (state(read), ids(read)) == (before, before_ids)
    assert again(read) == dry


def test_another_speaker_at_the_same_place(engine: Engine):
    older(engine, Said("“The rains have failed,”", SOLBERG))
    again(engine)
    assert rows(engine)["“The rains have failed,”"][2]
    assert not rows(engine)["The rains have failed"][2]


def test_what_people_decided_stands(read: Engine):
    write(read, Said("Fish is dear.", ("Inga Solberg",)), origin="file:///b", at=DAY)
    merged = decide(read, "merge", "Inga Solberg", "Ingrid Solberg")
    decide(read, "rename", "1", "I. Solberg")
    with read.connect() as connection:
        place = connection.execute(
            text("SELECT id FROM occurrence WHERE selectors->0->>'exact' LIKE '%harbour%'")
        ).scalar_one()
    half = decide(read, "split", "1", [place], name="The other").other_id
    before = rows(read)
    again(read, article_ids=(1,))
    after = rows(read)
    assert after["The harbour will open in May"][:2] == (
        before["“The harbour will open in May,”"][0],
        half,
    )
    assert after["nobody will lose a job over it."][1] == 1
    assert after["Fish is dear."] == before["Fish is dear."]
    names = [(s[1], s[4]) for s in state(read)["speakers"]]
    assert ("I. Solberg", 2) in names
    assert ("The other", 1) in names
    decide(read, "undo", merged.decision_id)


def test_what_cannot_be_read_costs_nobody_else(read: Engine):
    older(read, body="… … …", origin="file:///empty")
    report = again(read)
    assert report.articles == 1
    assert report.failures == [(2, "empty: there are no words in it")]


def test_in_processes_and_beside_ingestion(engine: Engine, db_url: str, tmp_path: Path):
    for n in range(6):
        older(
            engine,
            Said("“The harbour will open in May,”", SOLBERG),
            body=f"{ARTICLE}Part {n}.\n",
            origin=f"file:///{n}",
        )
        (tmp_path / f"{n}.txt").write_text(f"{ARTICLE}Later {n}.\n")

    def run() -> None:
        own = make_engine(db_url)
        ingest(own, [tmp_path], processes=1)
        own.dispose()

    thread = threading.Thread(target=run)
    thread.start()
    told: list[tuple[int, int, int]] = []
    report = reextract(engine, Wanted(), processes=2, progress=lambda *step: told.append(step))
    thread.join()
    assert not report.failures
    assert report.articles == 6
    assert told[-1][1:] == (6, 6)
    assert wrong_counts(engine) == []
    assert again(engine).articles == 0

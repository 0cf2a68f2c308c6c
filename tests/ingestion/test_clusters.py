"""Syndicated copies: one text at several publishers, cut and added to, is one cluster."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, func, select, text

from app.db import make_engine
from app.extraction.types import SpeakerKind
from app.ingestion.clusters import Signature, is_copy, is_likely
from app.ingestion.shingles import shingles
from app.models import Article, Speaker, Statement, TextCluster
from benchmarks.copies import labelled_pairs, paragraphs
from benchmarks.news import Story
from tests.ingestion.articles import Said, write
from tests.ingestion.test_identity import groups

DAY = datetime(2025, 2, 12, tzinfo=UTC)
OFFICIAL = Said(
    "The dam will hold until the spring.", by=("a senior official",), kind=SpeakerKind.UNNAMED
)
NOBODY = Said("Nobody was asked before the work began.", by=())
STORY = paragraphs(Story(9, 1), 500)
FIRST, SECOND = STORY[: len(STORY) // 2], STORY[len(STORY) // 2 :]
OTHER = paragraphs(Story(9, 2), 500)


def printed(*parts: list[str]) -> str:
    """A text with both sayings in it."""
    return "\n".join([*(p for part in parts for p in part), OFFICIAL.words, NOBODY.words])


def publish(engine: Engine, name: str, body: str, day: int | None = 0, **more: Any) -> None:
    at = None if day is None else DAY + timedelta(days=day)
    values = {"publisher": name, "at": at, "origin": f"file:///{name}", **more}
    write(engine, OFFICIAL, NOBODY, text=body, **values)


def clusters(engine: Engine) -> list[int | None]:
    with engine.connect() as connection:
        return list(connection.scalars(select(Article.text_cluster_id).order_by(Article.id)))


def test_a_text_cut_and_added_to_elsewhere_says_the_same_things(engine: Engine):
    publish(engine, "Reuters", printed(STORY))
    publish(engine, "The Guardian", printed(OTHER[:1], STORY[1:-2]))
    assert clusters(engine) == [1, 1]
    with engine.connect() as connection:
        counts = connection.execute(
            select(Statement.occurrence_count, Statement.article_count, Statement.publisher_count)
        ).all()
        speakers = connection.execute(select(Speaker.name, Speaker.statement_count)).all()
    assert [tuple(row) for row in counts] == [(2, 2, 2), (2, 2, 2)]
    assert [tuple(row) for row in speakers] == [("a senior official", 1)]


@pytest.mark.parametrize(
    ("name", "body", "day", "url"),
    [
        ("The Guardian", printed(OTHER), 0, None),  # the same sayings in another text
        ("Reuters", printed(OTHER[:1], STORY), 0, None),  # its own text again
        ("The Guardian", printed(OTHER[:1], STORY), 8, None),  # too late
        (None, printed(OTHER[:1], STORY), 0, "https://reuters.example/2"),  # the same host
    ],
)
def test_what_is_no_copy(engine: Engine, name: str | None, body: str, day: int, url: str | None):
    publish(engine, "Reuters", printed(STORY), url="https://reuters.example/1")
    publish(engine, "", body, day, url=url, publisher=name)
    assert clusters(engine) == [None, None]
    assert len(groups(engine)) == 4


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_whatever_the_order_of_arrival(engine: Engine, order: tuple[int, ...]):
    # The first and the second half have next to nothing in common; the whole bridges them.
    texts = [printed(FIRST), printed(SECOND), printed(FIRST, SECOND)]
    for n in order:
        publish(engine, f"Paper {n}", texts[n], day=n)
    assert len(set(clusters(engine))) == 1
    assert sorted(len(group) for group in groups(engine)) == [3, 3]
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(TextCluster)) == 1
        live = Speaker.merged_into_id.is_(None)
        speakers = connection.execute(select(Speaker.statement_count).where(live)).all()
        counts = connection.execute(
            text("SELECT occurrence_count FROM statement WHERE merged_into_id IS NULL")
        ).all()
    assert [tuple(row) for row in speakers] == [(1,)]
    assert [tuple(row) for row in counts] == [(3,), (3,)]


def test_copies_that_are_written_at_once(engine: Engine, db_url: str):
    publish(engine, "Somebody", printed(OTHER))  # names and topics are there
    barrier = threading.Barrier(3)

    def run(n: int) -> None:
        own = make_engine(db_url)
        barrier.wait()
        publish(own, f"Paper {n}", printed(OTHER[n : n + 1], STORY))
        own.dispose()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = clusters(engine)
    assert found[0] is None
    assert len(set(found[1:])) == 1
    assert None not in found[1:]
    assert sorted(len(group) for group in groups(engine)) == [1, 1, 3, 3]


def test_a_corrected_text_can_turn_out_to_be_a_copy(engine: Engine):
    publish(engine, "Reuters", printed(STORY))
    publish(engine, "The Guardian", printed(OTHER))
    publish(engine, "The Guardian", printed(OTHER[:1], STORY))
    assert clusters(engine) == [1, 1]
    assert sorted(len(group) for group in groups(engine)) == [2, 2]


def test_copies_are_told_from_reports_of_the_same():
    wrong = [
        pair.kind
        for pair in labelled_pairs(5)
        if (is_likely(pair.one, pair.other) and is_copy(pair.one, pair.other)) != pair.is_copy
    ]
    assert len(wrong) <= 2  # of 50; the whole set: `python -m benchmarks.copies`
    assert not {"same_event", "same_speech", "same_furniture", "live_blogs"} & {*wrong}


def test_texts_too_short_to_tell():
    assert not len(shingles("Only three words"))
    assert Signature("").bands == []
    assert not is_copy("", "")


def test_long_texts_are_hashed_like_short_ones():
    words = " ".join(f"w{n}" for n in range(10_000))
    assert len(shingles(words)) == 9_997
    assert np.array_equal(Signature(words).least, Signature(words.upper()).least)

"""Decisions about speakers: what they do, that they bind, and that they can be undone."""

import os
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from app.db import make_engine
from app.errors import InvalidParameterError, NotFoundError, OnRecordError
from app.ingestion import curation
from app.ingestion.curation import Decided
from tests.conftest import Databases
from tests.ingestion.articles import Said, write
from tests.ingestion.natural import state, wrong_counts

DAY = datetime(2025, 2, 12, tzinfo=UTC)
WORDS = "I have no information on this subject."
LONGER = "The harbour of NATO will be open to every ship that pays its dues, whatever its flag."
CUT = "The harbour of NATO will be open to every ship that pays its dues."


def decide(engine: Engine, what: str, *arguments: Any, **more: Any) -> Decided:
    with engine.begin() as connection:
        decided: Decided = getattr(curation, what)(connection, *arguments, **more)
    assert wrong_counts(engine) == []
    return decided


def tell(engine: Engine, name: str, words: str, n: int, description: str | None = None) -> None:
    said = Said(words, by=(name,), description=description)
    write(
        engine,
        said,
        text=f"{words}\nArticle {n}.",
        origin=f"file:///{n}",
        at=DAY + timedelta(days=n % 9),
        publisher=f"Paper {n % 3}",
    )


def ids(engine: Engine) -> list[Any]:
    """Which statement each occurrence is of, with whom it is of, and what became of the others."""
    with engine.connect() as connection:
        return [
            *connection.execute(text("SELECT id, statement_id FROM occurrence ORDER BY 1")).all(),
            *connection.execute(
                text("SELECT statement_id, speaker_id FROM statement_speaker ORDER BY 1, 2")
            ).all(),
            *connection.execute(text("SELECT id, merged_into_id FROM statement ORDER BY 1")).all(),
        ]


@pytest.fixture
def two(engine: Engine) -> Engine:
    """Speakers 1 and 2, who say much the same, some of it in nearly the same words."""
    tell(engine, "Ann Lee", WORDS, 0)
    tell(engine, "A. N. Lee-Wright", WORDS, 1)
    tell(engine, "Ann Lee", LONGER, 2)
    tell(engine, "A. N. Lee-Wright", CUT, 3)
    tell(engine, "A. N. Lee-Wright", "Something else.", 4)
    return engine


class TestMerge:
    def test_what_both_said_is_one_statement_and_undoing_restores_every_id(self, two: Engine):
        before, before_ids = state(two), ids(two)
        decided = decide(two, "merge", "A. N. Lee-Wright", "Ann Lee")
        assert (decided.speaker_id, decided.other_id, decided.occurrences) == (2, 1, 3)
        assert [len(group) for group in state(two)["groups"]].count(2) == 2
        decide(two, "undo", decided.decision_id)
        assert state(two) == before
        assert ids(two) == before_ids

    def test_the_old_id_leads_to_the_new_one(self, two: Engine, own_api: TestClient):
        decide(two, "merge", "2", "ann-lee")
        response = own_api.get("/speakers/2", follow_redirects=False)
        assert (response.status_code, response.headers["location"]) == (308, "/speakers/1")
        for name in ("2", "A. N. Lee-Wright", "a-n-lee-wright", "Ann Lee"):
            answer = own_api.get("/statements", params={"speaker": name, "q": "harbour"}).json()
            assert [row["speaker"]["id"] for row in answer["data"]] == [1], name
        assert own_api.get("/speakers?q=wright").json()["data"][0]["id"] == 1
        (told,) = own_api.get("/speakers/1").json()["decisions"]
        assert (told["kind"], told["speaker_id"], told["other_id"]) == ("merge", 2, 1)
        assert told["undone_at"] is None
        statement = own_api.get("/statements/2", follow_redirects=False)
        assert statement.headers["location"] == "/statements/1"
        changes = own_api.get("/changes?type=speaker").json()["data"]
        assert {(c["id"], c["change"]) for c in changes} == {(1, "upsert"), (2, "merge")}

    def test_later_articles_are_bound(self, two: Engine):
        decide(two, "merge", "2", "1")
        tell(two, "A. N. Lee-Wright", "Later.", 5)
        tell(two, "Ann Lee", "Later.", 6)
        assert wrong_counts(two) == []
        assert [s[4] for s in state(two)["speakers"]] == [4]

    def test_undone_after_later_articles_all_is_as_if_it_had_never_been(
        self, two: Engine, databases: Databases, template: str
    ):
        decided = decide(two, "merge", "2", "1")
        tell(two, "A. N. Lee-Wright", WORDS, 5)
        tell(two, "Ann Lee", CUT, 6)
        decide(two, "undo", decided.decision_id)
        other = make_engine(databases.url(databases.create(template)))
        said = [
            ("Ann Lee", WORDS),
            ("A. N. Lee-Wright", WORDS),
            ("Ann Lee", LONGER),
            ("A. N. Lee-Wright", CUT),
            ("A. N. Lee-Wright", "Something else."),
            ("A. N. Lee-Wright", WORDS),
            ("Ann Lee", CUT),
        ]
        for n, (name, words) in enumerate(said):
            tell(other, name, words, n)
        assert state(two) == state(other)
        other.dispose()

    def test_a_corrected_article_does_not_undo_it(self, two: Engine):
        decide(two, "merge", "2", "1")
        before = ids(two)
        said = Said("Something else.", by=("A. N. Lee-Wright",))
        write(two, said, text="Something else.\nCorrected.", origin="file:///4", at=DAY)
        assert ids(two) == before


@pytest.fixture
def namesakes(engine: Engine) -> Engine:
    """One speaker who is two people: nothing contradicts."""
    tell(engine, "John Smith", "Roads matter.", 0, "union leader")
    tell(engine, "John Smith", "Rain helps.", 1, "gardening columnist")
    tell(engine, "John Smith", "Roads matter.", 2, "gardening columnist")
    tell(engine, "Smith", "Nothing more.", 3)
    return engine


class TestSplit:
    def test_by_description_and_undone(self, namesakes: Engine):
        before, before_ids = state(namesakes), ids(namesakes)
        decided = decide(namesakes, "split", "John Smith", description="columnist")
        assert decided.occurrences == 2
        assert {s[0]: s[4] for s in state(namesakes)["speakers"]} == {
            "john-smith": 2,
            "john-smith--2": 2,
        }
        decide(namesakes, "undo", decided.decision_id)
        assert state(namesakes) == before
        assert ids(namesakes)[: len(before_ids)][:4] == before_ids[:4]

    def test_later_articles_go_to_the_half_that_they_fit(self, namesakes: Engine):
        decide(namesakes, "split", "1", description="columnist", name="John Smith (gardener)")
        tell(namesakes, "John Smith", "Bees too.", 4, "gardening columnist")
        tell(namesakes, "John Smith", "Strike now.", 5, "union leader")
        tell(namesakes, "John Smith", "Who knows.", 6)
        assert wrong_counts(namesakes) == []
        assert {s[1]: s[4] for s in state(namesakes)["speakers"]} == {
            "John Smith": 4,
            "John Smith (gardener)": 3,
        }

    def test_by_occurrence_and_a_correction_does_not_undo_it(self, namesakes: Engine):
        decide(namesakes, "split", "john-smith", [4], name="Jane Smith")
        before = ids(namesakes)
        said = Said("Nothing more.", by=("Smith",))
        write(namesakes, said, text="Nothing more.\nCorrected.", origin="file:///3", at=DAY)
        assert ids(namesakes) == before

    def test_the_undone_half_leads_back(self, namesakes: Engine, own_api: TestClient):
        decided = decide(namesakes, "split", "1", [2])
        assert own_api.get(f"/speakers/{decided.other_id}").json()["statement_count"] == 1
        decide(namesakes, "undo", decided.decision_id)
        response = own_api.get(f"/speakers/{decided.other_id}", follow_redirects=False)
        assert (response.status_code, response.headers["location"]) == (308, "/speakers/1")


class TestRename:
    def test_it_stays_and_can_be_undone(self, engine: Engine, own_api: TestClient):
        tell(engine, "Peskov", "One.", 0)
        decided = decide(engine, "rename", "Peskov", "D. S. Peskov")
        tell(engine, "Dmitry Peskov", "Two.", 1, "Kremlin spokesperson")
        speaker = own_api.get("/speakers/1").json()
        assert (speaker["name"], speaker["slug"]) == ("D. S. Peskov", "dmitry-peskov")
        assert own_api.get("/statements?speaker=D. S. Peskov").json()["total"]["value"] == 2
        decide(engine, "undo", decided.decision_id)
        speaker = own_api.get("/speakers/1").json()
        assert speaker["name"] == "Dmitry Peskov"
        assert speaker["aliases"] == ["Dmitry Peskov", "Peskov"]


@pytest.mark.parametrize(
    ("what", "arguments", "error", "words"),
    [
        ("merge", ("1", "9"), NotFoundError, "no speaker 9"),
        ("merge", ("1", "Ann Lee"), InvalidParameterError, "are the same speaker, 1"),
        ("rename", ("1", " "), InvalidParameterError, "one line"),
        ("rename", ("1", "Ann Lee"), InvalidParameterError, "already"),
        ("split", ("1",), InvalidParameterError, "say which occurrences"),
        ("split", ("1", [2]), NotFoundError, "says nothing in occurrence 2"),
        ("split", ("1", [1, 3]), InvalidParameterError, "nothing would be left"),
        ("split", ("1", [], "baker"), NotFoundError, "nowhere described as baker"),
        ("undo", (7,), NotFoundError, "no decision 7"),
        ("history", ("Nobody",), NotFoundError, "no speaker Nobody"),
    ],
)
def test_what_cannot_be_decided_says_why(
    two: Engine, what: str, arguments: Any, error: type[OnRecordError], words: str
):
    before = state(two)
    with pytest.raises(error, match=words):
        decide(two, what, *arguments)
    assert state(two) == before


def test_a_name_that_several_bear_is_asked_back(engine: Engine):
    tell(engine, "John Smith", "Roads.", 0, "Labour MP")
    tell(engine, "John Smith", "Rain.", 1, "farmer from Ohio")
    with pytest.raises(InvalidParameterError, match=r"2 speakers.*1 \(john-smith\), 2 \(john-smi"):
        decide(engine, "rename", "John Smith", "J. Smith")
    decided = decide(engine, "rename", "john-smith-2", "J. Smith")
    decide(engine, "undo", decided.decision_id)
    with pytest.raises(InvalidParameterError, match="was undone"):
        decide(engine, "undo", decided.decision_id)
    with engine.connect() as connection:
        (row,) = curation.history(connection, "2")
    assert (row.kind, row.name) == ("rename", "J. Smith")


def test_beside_writers(two: Engine, db_url: str):
    barrier = threading.Barrier(3)

    def ingest(first: int) -> None:
        own = make_engine(db_url)
        barrier.wait()
        for n in range(first, first + 12, 2):
            tell(own, ("Ann Lee", "A. N. Lee-Wright")[n % 4 // 2], (WORDS, CUT)[n % 3 // 2], n)
        own.dispose()

    threads = [threading.Thread(target=ingest, args=(first,)) for first in (10, 11)]
    for thread in threads:
        thread.start()
    barrier.wait()
    for _ in range(3):
        decided = decide(two, "merge", "2", "1")
        decide(two, "undo", decided.decision_id)
    decide(two, "merge", "2", "1")
    for thread in threads:
        thread.join()
    assert wrong_counts(two) == []
    assert len(state(two)["speakers"]) == 1


NAMES = ["Ann Lee", "Bo Lee", "Lee", "Cy Park"]
DESCRIPTIONS = [None, "Labour MP", "striker"]
step = st.one_of(
    st.tuples(
        st.just("tell"),
        st.sampled_from(NAMES),
        st.sampled_from([WORDS, LONGER, CUT]),
        st.integers(0, 40),
        st.sampled_from(DESCRIPTIONS),
    ),
    st.tuples(st.just("merge"), st.integers(1, 5), st.integers(1, 5)),
    st.tuples(
        st.just("split"), st.integers(1, 5), st.integers(1, 8), st.sampled_from(DESCRIPTIONS)
    ),
    st.tuples(st.just("rename"), st.integers(1, 5), st.sampled_from(["X", "Lee", "Cy Park"])),
    st.tuples(st.just("undo"), st.integers(1, 6)),
)


def run(engine: Engine, steps: list[tuple[Any, ...]], *, deciding: bool) -> None:
    for n, (what, *arguments) in enumerate(steps):
        if what == "tell":
            name, words, day, description = arguments
            said = Said(words, by=(name,), description=description)
            at = DAY + timedelta(days=day)
            write(engine, said, text=f"{words}\nNo. {n}.", origin=f"file:///{n}", at=at)
        elif deciding:
            one, *more = (
                str(a) if i < 2 and what == "merge" else a for i, a in enumerate(arguments)
            )
            call: tuple[Any, ...] = (one, *more)
            if what == "split":
                call = (str(one), [more[0]], more[1])
            elif what == "rename":
                call = (str(one), *more)
            try:
                decide(engine, what, *call)
            except OnRecordError:
                continue  # nobody there to decide about


@settings(
    max_examples=100 if os.environ.get("ONRECORD_CAMPAIGN") else 8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(step, min_size=4, max_size=12))
def test_undoing_everything_leaves_what_there_would_be_without(
    databases: Databases, template: str, steps: list[tuple[Any, ...]]
):
    outcomes = []
    for deciding in (False, True):
        name = databases.create(template)
        engine = make_engine(databases.url(name))
        run(engine, steps, deciding=deciding)
        if deciding:
            with engine.connect() as connection:
                query = text("SELECT id FROM speaker_decision WHERE undone_at IS NULL ORDER BY id")
                standing = list(connection.scalars(query))
            for decision_id in standing[::2] + standing[1::2]:
                decide(engine, "undo", decision_id)
        outcomes.append(state(engine))
        assert wrong_counts(engine) == []
        engine.dispose()
        databases.run(f'DROP DATABASE "{name}"')
    assert outcomes[0] == outcomes[1]

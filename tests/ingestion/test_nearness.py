"""Nearly the same wording, by the same speaker in the same fortnight, is one statement."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.errors import NotFoundError
from app.extraction.types import Act
from app.ingestion.undo import split
from tests.ingestion.articles import Said, write

WHOLE = "We will rebuild the bridge over the Tarn before the first snow falls this winter"
CUT = "We will rebuild the bridge over the Tarn before the first snow falls"
TIDIED = "We shall rebuild the bridge over the Tarn before the first snow falls this winter"
OPPOSITE = "We will not rebuild the bridge over the Tarn before the first snow falls this winter"
DAY = datetime(2025, 3, 1, tzinfo=UTC)


def report(engine: Engine, words: str, day: int | None, **said: Any) -> None:
    at = None if day is None else DAY + timedelta(days=day)
    write(engine, Said(words, **said), origin=f"{words}{day}{said}", at=at)


def statements(engine: Engine) -> list[set[str]]:
    """The wordings of each statement."""
    query = text(
        "SELECT array_agg(o.selectors->0->>'exact') AS words FROM occurrence o"
        " JOIN statement s ON s.id = o.statement_id GROUP BY s.id ORDER BY s.id"
    )
    with engine.connect() as connection:
        return [set(row.words) for row in connection.execute(query)]


def test_a_clause_cut_and_a_word_tidied_are_the_same(engine: Engine):
    report(engine, WHOLE, 0)
    report(engine, CUT, 3)
    report(engine, TIDIED, 14)
    report(engine, OPPOSITE, 3)
    assert statements(engine) == [{WHOLE, CUT, TIDIED}, {OPPOSITE}]


@pytest.mark.parametrize("order", list(permutations([(WHOLE, 0), (CUT, 10), (TIDIED, 20)])))
def test_whatever_the_order_of_arrival(engine: Engine, order: list[tuple[str, int]]):
    for words, day in order:
        report(engine, words, day)
    # The first and the last are three weeks apart; the one between bridges them.
    assert statements(engine) == [{WHOLE, CUT, TIDIED}]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (15, {}),
        (-15, {}),
        (None, {}),
        (1, {"by": ("Bo Chen",)}),
        (1, {"by": ("Ann Lee", "Bo Chen")}),
        (1, {"by": ()}),
        (1, {"act": Act.THOUGHT}),
    ],
)
def test_only_the_same_speaker_the_same_fortnight_and_no_thought(
    engine: Engine, day: int | None, said: dict[str, Any]
):
    report(engine, WHOLE, 0)
    report(engine, CUT, day, **said)
    assert statements(engine) == [{WHOLE}, {CUT}]


@pytest.mark.parametrize("year", [1, 9999])
def test_dates_at_the_end_of_time(engine: Engine, year: int):
    at = datetime(year, 1, 1, tzinfo=UTC) if year == 1 else datetime(year, 12, 31, tzinfo=UTC)
    for n, words in enumerate((WHOLE, CUT)):
        write(engine, Said(words), origin=f"{n}", at=at)
    assert statements(engine) == [{WHOLE, CUT}]


class TestUndo:
    @pytest.fixture(autouse=True)
    def _joined(self, engine: Engine) -> None:
        report(engine, WHOLE, 0)
        report(engine, CUT, 1)
        write(engine, Said(CUT), origin="again", at=DAY, publisher="Reuters")
        assert len(statements(engine)) == 1

    def test_parts_a_wording_with_all_its_occurrences(self, engine: Engine):
        with engine.begin() as connection:
            assert split(connection, 2) == {1: [1], 2: [2, 3]}
        assert statements(engine) == [{WHOLE}, {CUT}]
        with engine.connect() as connection:
            rows = connection.execute(
                text("SELECT text, occurrence_count, publisher_count FROM statement ORDER BY id")
            ).all()
        assert [tuple(row) for row in rows] == [(WHOLE, 1, 0), (CUT, 2, 1)]

    def test_for_ever(self, engine: Engine):
        with engine.begin() as connection:
            split(connection, 2)
        report(engine, WHOLE, 2)
        report(engine, CUT, 2)
        assert statements(engine) == [{WHOLE}, {CUT}]

    def test_the_older_wording_keeps_the_statement(self, engine: Engine):
        with engine.begin() as connection:
            assert split(connection, 1) == {1: [1], 2: [2, 3]}

    def test_what_is_still_linked_stays(self, engine: Engine):
        report(engine, TIDIED, 2)  # near to the whole wording and to the cut one
        with engine.begin() as connection:
            assert split(connection, 2) == {1: [1, 4], 2: [2, 3]}

    def test_speakers_and_counts_go_along(self, engine: Engine):
        with engine.begin() as connection:
            split(connection, 2)
            count = connection.scalar(text("SELECT statement_count FROM speaker"))
        assert count == 2

    def test_nothing_to_undo(self, engine: Engine):
        with engine.begin() as connection:
            split(connection, 2)
        for occurrence_id in (2, 99):
            with engine.begin() as connection, pytest.raises(NotFoundError):
                split(connection, occurrence_id)

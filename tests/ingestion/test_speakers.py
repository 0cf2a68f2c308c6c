"""Speakers across articles: who is one, who is not, and why."""

import threading
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, select, text

from app.db import make_engine
from app.extraction.types import SpeakerKind, SpeakerName
from app.ingestion.speakers import OneText, resolve_speakers
from app.models import OccurrenceSpeaker, Speaker, Why
from tests.ingestion.articles import Said, write

DAY = datetime(2025, 2, 12, tzinfo=UTC)


def said(name: str, description: str | None = None, *aliases: str) -> Said:
    """Something that a person of this name said; who, and not what, is meant here."""
    words = f"Words of {name}, {description}."
    return Said(words, by=(name,), aliases=aliases, description=description)


def tell(engine: Engine, *sayings: Said) -> list[list[str]]:
    """Ingest each saying as an article; the names that each speaker was given, in that order."""
    for n, one in enumerate(sayings):
        body = f"{one.words}\nArticle {n}."
        write(engine, one, text=body, origin=f"file:///{n}", at=DAY)
    return speakers(engine)


def speakers(engine: Engine) -> list[list[str]]:
    query = text(
        "SELECT array_agg(l.name ORDER BY l.occurrence_id) FROM occurrence_speaker l"
        " GROUP BY l.speaker_id ORDER BY min(l.occurrence_id)"
    )
    with engine.connect() as connection:
        return list(connection.scalars(query))


def reasons(engine: Engine) -> list[Why]:
    with engine.connect() as connection:
        return list(
            connection.scalars(
                select(OccurrenceSpeaker.why).order_by(OccurrenceSpeaker.occurrence_id)
            )
        )


class TestOneSpeaker:
    @pytest.mark.parametrize(
        "name", ["Trump", "Mr Trump", "Trump's", "Donald J. Trump", "donald trump", "Mr. Trump"]
    )
    @pytest.mark.parametrize("full_first", [True, False])
    def test_whichever_comes_first(self, engine: Engine, name: str, full_first: bool):
        both = [said("Donald Trump"), said(name)]
        assert len(tell(engine, *(both if full_first else both[::-1]))) == 1

    @pytest.mark.parametrize(
        ("one", "other"),
        [("J. D. Vance", "JD Vance"), ("J.D. Vance", "JD Vance"), ("José Díaz", "Jose Diaz")],
    )
    def test_spelt_otherwise(self, engine: Engine, one: str, other: str):
        assert len(tell(engine, said(one), said(other))) == 1

    def test_another_transliteration_where_the_description_agrees(self, engine: Engine):
        assert tell(
            engine,
            said("Volodymyr Zelenskyy", "Ukrainian president"),
            said("Volodymyr Zelensky", "president of Ukraine"),
            said("Volodymyr Zelenskiy"),
        ) == [["Volodymyr Zelenskyy", "Volodymyr Zelensky"], ["Volodymyr Zelenskiy"]]
        assert reasons(engine) == [Why.NEW, Why.VARIANT, Why.NEW]

    def test_a_surname_takes_the_full_name_and_keeps_its_id(self, engine: Engine):
        tell(engine, said("Peskov"), said("Dmitry Peskov", "Kremlin spokesperson"), said("Peskov"))
        with engine.connect() as connection:
            row = connection.execute(
                select(Speaker.id, Speaker.name, Speaker.slug, Speaker.description)
            ).one()
        assert row[1:] == ("Dmitry Peskov", "dmitry-peskov", "Kremlin spokesperson")
        assert reasons(engine) == [Why.NEW, Why.ADOPTED, Why.SURNAME]

    def test_names_whose_first_word_is_the_familys(self, engine: Engine):
        assert len(tell(engine, said("Xi Jinping", None, "Xi"), said("Xi"))) == 1
        assert len(tell(engine, said("Orbán Viktor", None, "Orbán"), said("Orban"))) == 2


class TestTwoSpeakers:
    @pytest.mark.parametrize("other", ["Donald Trump Jr.", "Donald Trump Jr", "Ivana Trump"])
    @pytest.mark.parametrize("order", [1, -1])
    def test_of_a_family(self, engine: Engine, other: str, order: int):
        both = [said("Donald Trump", None, "Trump"), said(other)]
        assert len(tell(engine, *both[::order])) == 2

    def test_a_son_is_not_meant_by_the_surname(self, engine: Engine):
        found = tell(
            engine, said("Donald Trump Jr.", None, "Trump Jr"), said("Donald Trump"), said("Trump")
        )
        assert found == [["Donald Trump Jr."], ["Donald Trump", "Trump"]]

    def test_two_presidents_of_one_name(self, engine: Engine):
        found = tell(engine, said("George W. Bush"), said("George H. W. Bush"), said("George Bush"))
        assert len(found) == 3  # "George Bush" could be either, and is given to neither

    def test_descriptions_that_contradict(self, engine: Engine):
        found = tell(
            engine,
            said("John Smith", "Labour MP for Leeds"),
            said("John Smith", "farmer from Ohio"),
            said("John Smith", "Labour MP"),
            said("John Smith", "Ohio farmer"),
            said("John Smith"),
            said("John Smith"),
        )
        assert [len(names) for names in found] == [2, 2, 2]
        assert reasons(engine) == [
            Why.NEW,
            Why.NAMESAKE,
            Why.FULL_NAME,
            Why.FULL_NAME,
            Why.NAMESAKE,
            Why.FULL_NAME,
        ]
        with engine.connect() as connection:
            slugs = connection.scalars(select(Speaker.slug).order_by(Speaker.id)).all()
        assert slugs == ["john-smith", "john-smith-2", "john-smith-3"]


class TestASurnameThatSeveralBear:
    def test_goes_to_the_one_whom_the_description_fits(self, engine: Engine):
        found = tell(
            engine,
            said("Jane Smith", "governor of Oregon"),
            said("John Smith", "Arsenal striker"),
            said("Smith", "striker"),
            said("Smith", "Gov."),
        )
        assert found == [["Jane Smith", "Smith"], ["John Smith", "Smith"]]
        assert reasons(engine)[2:] == [Why.DESCRIPTION, Why.DESCRIPTION]

    def test_goes_to_the_one_who_keeps_this_company(self, engine: Engine):
        write(engine, said("Jane Smith"), said("Bo Chen"), origin="a")
        write(engine, said("John Smith"), said("Ann Lee"), origin="b")
        write(engine, said("Smith"), said("Ann Lee", None), origin="c")
        assert speakers(engine)[2] == ["John Smith", "Smith"]
        assert Why.COMPANY in reasons(engine)

    def test_is_nobodys_without_evidence_and_always_the_same_nobody(self, engine: Engine):
        found = tell(
            engine, said("Jane Smith"), said("John Smith"), said("Smith"), said("Smith", "guest")
        )
        assert found == [["Jane Smith"], ["John Smith"], ["Smith", "Smith"]]

    def test_a_company_of_that_name_is_not_the_person(self, engine: Engine):
        found = tell(
            engine,
            said("Harrison Brandt"),
            Said("Recall.", ("Brandt",), kind=SpeakerKind.ORGANIZATION, description="company"),
        )
        assert len(found) == 2


def test_a_corrected_article_keeps_whom_its_names_were_taken_for(engine: Engine):
    write(engine, said("Jane Smith"), origin="a")
    write(engine, said("Smith"), origin="b")
    write(engine, said("John Smith"), origin="c")
    write(engine, said("Smith"), Said("More.", ("Smith",)), origin="b")
    assert speakers(engine) == [["Jane Smith", "Smith", "Smith"], ["John Smith"]]


def test_many_names_take_a_handful_of_queries(engine: Engine):
    names = [
        SpeakerName(name, SpeakerKind.PERSON, (name, name.split()[-1]), "minister")
        for n in range(60)
        for name in (f"Ann Family{n}", f"Family{n}")
    ]
    seen: list[Any] = []

    class Noting(psycopg.Cursor[Any]):
        def execute(self, query: Any, *arguments: Any, **options: Any) -> Any:
            seen.append(query)
            return super().execute(query, *arguments, **options)

    for expected in (60, 60):
        engine.dispose()  # cursors are kept
        with engine.begin() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, psycopg.Connection)
            raw.cursor_factory = Noting
            seen.clear()
            found = resolve_speakers(connection, names, OneText((b"x",), None, DAY), set())
        assert len({f.speaker_id for f in found.values()}) == expected
        assert 3 <= len(seen) <= 9, seen


def test_writers_side_by_side_make_one_speaker(engine: Engine, db_url: str):
    names = ["Volodymyr Petrenko", "Petrenko", "Volodymyr A. Petrenko", "Mr Petrenko"]
    barrier = threading.Barrier(len(names))

    def run(n: int) -> None:
        own = make_engine(db_url)
        barrier.wait()
        write(own, said(names[n]), origin=f"file:///{n}")
        own.dispose()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(names))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(speakers(engine)) == 1

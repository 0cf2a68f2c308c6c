"""One statement or two: design.md section 3."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, text

from app.extraction.types import Act, SpeakerKind
from app.models import Occurrence, Speaker, Statement, StatementSpeaker
from tests.ingestion.articles import Said, write

DAY = datetime(2025, 2, 12, tzinfo=UTC)
EMPTY = "; ".join(
    f"DELETE FROM {table}"
    for table in (
        "occurrence_source",
        "occurrence",
        "statement_topic",
        "statement_speaker",
        "statement",
        "article_version",
        "article",
        "speaker_alias",
        "speaker_description",
        "speaker",
        "source_alias",
        "source",
    )
)
WORDS = "I have no information on this subject."


def day(n: int) -> datetime:
    return DAY + timedelta(days=n)


def groups(engine: Engine) -> set[frozenset[str]]:
    """The partition of occurrences into statements, by the origins of their articles."""
    query = text(
        "SELECT array_agg(a.origin || ' ' || o.spans::text) FROM occurrence o"
        " JOIN article a ON a.id = o.article_id GROUP BY o.statement_id"
    )
    with engine.connect() as connection:
        return {frozenset(origins) for origins in connection.scalars(query)}


def count(engine: Engine, model: type[Statement | Occurrence | Speaker]) -> int:
    live = Statement.merged_into_id.is_(None) if model is Statement else True
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(model).where(live)) or 0  # type: ignore[arg-type]


def test_the_same_words_by_the_same_speaker_within_a_fortnight_are_one_statement(engine: Engine):
    write(engine, Said(WORDS), origin="a", at=day(0))
    write(engine, Said(WORDS.upper()), Said("Something else."), origin="b", at=day(14))
    assert len(groups(engine)) == 2
    assert count(engine, Statement) == 2


def test_stock_words_said_again_after_a_month_are_a_new_statement(engine: Engine):
    write(engine, Said(WORDS), origin="a", at=day(0))
    write(engine, Said(WORDS), Said("More."), origin="b", at=day(15))
    write(engine, Said(WORDS), Said("Yet more."), origin="c", at=day(31))
    assert sorted(len(g) for g in groups(engine)) == [1, 1, 1, 1, 1]


def test_an_occurrence_between_two_statements_makes_them_one_and_the_older_id_stays(
    engine: Engine,
):
    write(engine, Said(WORDS), origin="a", at=day(0))
    write(engine, Said(WORDS), Said("B."), origin="b", at=day(20))
    with engine.connect() as connection:
        query = select(Statement.id).where(Statement.text == WORDS).order_by(Statement.id)
        older, younger = connection.scalars(query)
    write(engine, Said(WORDS), Said("C."), origin="c", at=day(10))
    with engine.connect() as connection:
        rows = connection.execute(
            select(Statement.id, Statement.merged_into_id, Statement.occurrence_count)
            .where(Statement.id.in_([older, younger]))
            .order_by(Statement.id)
        ).all()
        speakers = connection.scalar(
            select(func.count())
            .select_from(StatementSpeaker)
            .where(StatementSpeaker.statement_id == younger)
        )
        ann = connection.execute(select(Speaker.statement_count)).scalar_one()
    assert rows[0] == (older, None, 3)
    assert rows[1].merged_into_id == older
    assert speakers == 0
    assert ann == 3


def test_other_speakers_other_statements(engine: Engine):
    write(engine, Said(WORDS), origin="a", at=day(0))
    write(engine, Said(WORDS, by=("Bo Chen",)), origin="b", at=day(0))
    write(engine, Said(WORDS, by=("Ann Lee", "Bo Chen")), origin="c", at=day(0))
    write(engine, Said(WORDS, by=("Bo Chen", "Ann Lee")), Said("D."), origin="d", at=day(0))
    assert sorted(len(g) for g in groups(engine)) == [1, 1, 1, 2]


def test_undated_texts_chain_only_with_the_same_text(engine: Engine):
    write(engine, Said(WORDS), origin="a")
    write(engine, Said(WORDS), Said("More."), origin="b")
    assert len(groups(engine)) == 3
    write(engine, Said(WORDS), origin="copy", publisher="Reuters")
    assert sorted(len(g) for g in groups(engine)) == [1, 1, 2]


def test_repeated_in_one_article_is_one_statement_with_two_occurrences(engine: Engine):
    write(engine, Said(WORDS), Said("In between."), Said(WORDS), origin="a")
    assert sorted(len(g) for g in groups(engine)) == [1, 2]


def test_nobodys_words_merge_only_between_copies_of_one_text(engine: Engine):
    write(engine, Said(WORDS, by=()), origin="a", at=day(0))
    write(engine, Said(WORDS, by=()), Said("B."), origin="b", at=day(0))
    write(engine, Said(WORDS, by=()), origin="copy", at=day(40), publisher="Reuters")
    assert sorted(len(g) for g in groups(engine)) == [1, 1, 2]


def test_a_thought_does_not_hide_the_same_words_said(engine: Engine):
    write(engine, Said(WORDS, act=Act.THOUGHT), origin="a", at=day(0))
    write(engine, Said(WORDS), Said("B."), origin="b", at=day(1))
    with engine.connect() as connection:
        acts = connection.scalars(select(Statement.act).where(Statement.text == WORDS)).all()
    assert sorted(acts) == ["speech", "thought"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_bare_surname_and_the_full_name_are_one_speaker_whichever_comes_first(
    engine: Engine, order: tuple[int, int]
):
    bare = Said("One.", by=("Peskov",), kind=SpeakerKind.ORGANIZATION)
    full = Said("Two.", by=("Dmitry Peskov",), aliases=("Peskov",))
    for n in order:
        write(engine, (bare, full)[n], origin=str(n))
    with engine.connect() as connection:
        rows = connection.execute(select(Speaker.name, Speaker.kind, Speaker.statement_count))
        assert [tuple(row) for row in rows] == [("Dmitry Peskov", SpeakerKind.PERSON, 2)]


def test_a_surname_that_several_bear_is_not_given_to_any(engine: Engine):
    write(engine, Said("One.", by=("Jane Smith",), aliases=("Smith",)), origin="a")
    write(engine, Said("Two.", by=("John Smith",), aliases=("Smith",)), origin="b")
    write(engine, Said("Three.", by=("Smith",)), origin="c")
    with engine.connect() as connection:
        names = connection.scalars(select(Speaker.name).order_by(Speaker.id)).all()
    assert names == ["Jane Smith", "John Smith", "Smith"]


def test_a_known_organisation_is_not_a_person_of_that_surname(engine: Engine):
    write(engine, Said("One.", by=("Fiona Apple",), aliases=("Apple",)), origin="a")
    write(engine, Said("Two.", by=("Apple",), kind=SpeakerKind.ORGANIZATION), origin="b")
    assert count(engine, Speaker) == 2


def test_dates_at_the_ends_of_time(engine: Engine):
    for n, at in enumerate((datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))):
        write(engine, Said(WORDS), Said(f"{n}"), origin=str(n), at=at)
    assert len(groups(engine)) == 4


def test_unnamed_speakers_belong_to_one_text_and_its_copies(engine: Engine):
    official = Said(WORDS, by=("a US official",), kind=SpeakerKind.UNNAMED)
    write(engine, official, origin="a", at=day(0))
    write(engine, official, Said("B."), origin="b", at=day(0))
    assert count(engine, Speaker) == 3  # two officials and Ann Lee
    write(engine, official, origin="copy", at=day(0), publisher="Reuters")
    assert count(engine, Speaker) == 3
    assert sorted(len(g) for g in groups(engine)) == [1, 1, 2]


articles = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 60)),  # day
        st.sampled_from(["Ann Lee", "Bo Chen", ""]),
        st.integers(0, 3),  # what else the text says, so that some texts are copies
    ),
    min_size=2,
    max_size=6,
)


@settings(
    max_examples=200 if os.environ.get("ONRECORD_CAMPAIGN") else 10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(articles=articles, data=st.data())
def test_the_outcome_does_not_depend_on_the_order_of_arrival(
    engine: Engine, articles: list[tuple[int | None, str, int]], data: st.DataObject
):
    order = data.draw(st.permutations(range(len(articles))))
    outcomes = []
    for sequence in (range(len(articles)), order):
        with engine.begin() as connection:
            connection.execute(text(EMPTY))
        for i in sequence:
            n, by, rest = articles[i]
            said = Said(WORDS, by=(by,) if by else ())
            write(
                engine,
                said,
                text=f"{WORDS}\nText {rest}.",
                origin=f"article {i}",
                at=None if n is None else day(n),
                publisher=f"Paper {i}",
            )
        outcomes.append(groups(engine))
    assert outcomes[0] == outcomes[1]

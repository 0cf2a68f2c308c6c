"""Corrected articles: what is found again keeps its place, what vanished is withdrawn."""

from datetime import UTC, datetime

from sqlalchemy import Engine, select, text

from app.extraction.types import SpeakerKind
from app.ingestion.corrections import overlap
from app.models import (
    Article,
    ArticleVersion,
    Occurrence,
    Outcome,
    Source,
    Speaker,
    Statement,
    Topic,
)
from tests.ingestion.articles import Said, write

DAY = datetime(2025, 2, 12, tzinfo=UTC)
FIRST = Said("Taxes will fall by two percent next year for every household")
SECOND = Said("The bridge will be closed until June")
CORRECTED = Said("Taxes will fall by three percent next year for every household")


def statements(engine: Engine) -> dict[str, tuple[int, bool, int]]:
    with engine.connect() as connection:
        rows = connection.execute(
            select(Statement.text, Statement.id, Statement.withdrawn, Statement.occurrence_count)
        )
        return {row.text: (row.id, row.withdrawn, row.occurrence_count) for row in rows}


def test_a_corrected_text_is_a_new_version_and_keeps_the_old_one(engine: Engine):
    first = write(engine, FIRST, SECOND)
    again = write(engine, CORRECTED, SECOND)
    assert (first.outcome, again.outcome) == (Outcome.INGESTED, Outcome.UPDATED)
    assert again.article_id == first.article_id
    with engine.connect() as connection:
        texts = connection.scalars(select(ArticleVersion.text).order_by(ArticleVersion.n)).all()
    assert texts == [f"{FIRST.words}\n{SECOND.words}", f"{CORRECTED.words}\n{SECOND.words}"]


def test_a_corrected_wording_keeps_its_statement(engine: Engine):
    write(engine, FIRST, SECOND)
    before = statements(engine)
    write(engine, CORRECTED, SECOND)
    after = statements(engine)
    assert after[CORRECTED.words] == before[FIRST.words]
    assert after[SECOND.words] == before[SECOND.words]
    assert len(after) == 2


def test_what_vanished_is_withdrawn_and_comes_back_as_itself(engine: Engine):
    write(engine, FIRST, SECOND)
    before = statements(engine)
    write(engine, SECOND)
    gone = statements(engine)
    assert gone[FIRST.words] == (before[FIRST.words][0], True, 0)
    assert gone[SECOND.words] == before[SECOND.words]
    write(engine, SECOND, FIRST)
    assert statements(engine) == before


def test_a_withdrawn_occurrence_still_points_into_the_text_it_stood_in(engine: Engine):
    write(engine, FIRST, SECOND)
    write(engine, SECOND)
    query = text(
        "SELECT substr(v.text, o.spans[1][1] + 1, o.spans[1][2] - o.spans[1][1]),"
        " o.selectors->0->>'exact' FROM occurrence o"
        " JOIN article_version v ON v.article_id = o.article_id AND v.n = o.version"
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    assert len(rows) == 2
    assert all(sliced == exact for sliced, exact in rows)


def test_going_back_to_an_earlier_text_is_a_version_of_its_own(engine: Engine):
    write(engine, FIRST)
    write(engine, SECOND)
    assert write(engine, FIRST).outcome is Outcome.UPDATED
    with engine.connect() as connection:
        assert connection.scalars(select(ArticleVersion.n).order_by(ArticleVersion.n)).all() == [
            1,
            2,
            3,
        ]


def test_new_metadata_for_the_same_text_makes_no_new_version(engine: Engine):
    write(engine, FIRST)
    dated = write(engine, FIRST, at=datetime(2025, 2, 12, tzinfo=UTC), publisher="Reuters")
    assert dated.outcome is Outcome.UPDATED
    with engine.connect() as connection:
        assert connection.scalars(select(ArticleVersion.n)).all() == [1]
        row = connection.execute(
            select(
                Occurrence.published_at, Occurrence.publisher_id, Statement.first_published_at
            ).join(Statement, Statement.id == Occurrence.statement_id)
        ).one()
    assert row.published_at == row.first_published_at == datetime(2025, 2, 12, tzinfo=UTC)
    assert row.publisher_id is not None


def test_the_same_bytes_again_change_nothing(engine: Engine):
    first = write(engine, FIRST)
    assert write(engine, FIRST) == type(first)(first.article_id, Outcome.UNCHANGED)
    elsewhere = write(engine, FIRST, origin="file:///copy.txt")
    assert elsewhere == type(first)(first.article_id, Outcome.UNCHANGED)


def test_the_same_words_by_somebody_else_are_no_correction(engine: Engine):
    write(engine, FIRST)
    write(engine, Said(FIRST.words, by=("Bo Chen",)), Said("More."))
    with engine.connect() as connection:
        rows = connection.execute(select(Statement.text, Statement.withdrawn)).all()
    assert sorted(tuple(row) for row in rows) == [
        ("More.", False),
        (FIRST.words, False),
        (FIRST.words, True),
    ]


def test_unnamed_speakers_stay_themselves_in_a_corrected_article(engine: Engine):
    officials = Said("The dam will hold", by=("officials",), kind=SpeakerKind.GROUP)
    write(engine, officials)
    write(engine, officials, SECOND)
    with engine.connect() as connection:
        rows = connection.execute(
            select(Statement.text, Statement.withdrawn, Statement.id).order_by(Statement.id)
        ).all()
        groups = connection.scalars(select(Speaker.name).where(Speaker.kind == "group")).all()
    assert [tuple(row) for row in rows] == [
        (officials.words, False, 1),
        (SECOND.words, False, 2),
    ]
    assert groups == ["officials"]


def test_topics_follow_the_corrected_words(engine: Engine):
    def topics() -> set[str]:
        with engine.connect() as connection:
            return set(
                connection.scalars(
                    select(Topic.code).where(Topic.statement_count > 0, Topic.scheme == "entity")
                )
            )

    words = "The ministers of all members met for two days to speak about the future of "
    write(engine, Said(words + "NATO"))
    assert topics() == {"nato"}
    write(engine, Said(words + "UNESCO"))
    assert topics() == {"unesco"}


def test_a_correction_does_not_hide_the_wording_that_others_still_have(engine: Engine):
    write(engine, FIRST, origin="a", publisher="BBC", at=DAY)
    write(engine, FIRST, Said("B."), origin="b", publisher="ANSA", at=DAY)
    write(engine, CORRECTED, origin="a", publisher="BBC", at=DAY)
    write(engine, FIRST, Said("C."), origin="c", publisher="TASS", at=DAY)
    with engine.connect() as connection:
        counts = connection.execute(
            select(Statement.occurrence_count).where(Statement.text.like("Taxes%"))
        ).scalars()
        assert list(counts) == [3]


def test_two_files_of_one_url_do_not_replace_each_other_for_ever(engine: Engine):
    url = "https://x.example/1"
    write(engine, FIRST, origin="a", url=url)
    assert write(engine, SECOND, origin="b", url=url).outcome is Outcome.UPDATED
    assert write(engine, FIRST, origin="a", url=url).outcome is Outcome.UNCHANGED
    assert write(engine, SECOND, origin="b", url=url).outcome is Outcome.UNCHANGED


def test_what_is_not_said_again_stays(engine: Engine):
    write(engine, FIRST, at=DAY, publisher="Reuters", url="https://x.example/1")
    assert write(engine, FIRST).outcome is Outcome.UNCHANGED
    assert write(engine, SECOND, url="https://x.example/1").outcome is Outcome.UPDATED
    with engine.connect() as connection:
        row = connection.execute(
            select(Article.published_at, Article.url, Source.name).join(Source)
        )
        assert tuple(row.one()) == (DAY, "https://x.example/1", "Reuters")


def test_a_corrected_url_is_the_same_article_and_another_text_another(engine: Engine):
    first = write(engine, FIRST, url="https://x.example/1")
    assert write(engine, FIRST, url="https://x.example/one").article_id == first.article_id
    other = write(engine, SECOND, url="https://x.example/two")
    assert other.outcome is Outcome.INGESTED
    assert other.article_id != first.article_id


def test_overlap_is_the_share_of_the_longer_wording():
    assert overlap("a b c d e", "a b c d x") == 0.8
    assert overlap("a b", "a b c d") == 0.5
    assert overlap("A, b!", "a b") == 1.0
    assert overlap("", "") == 1.0

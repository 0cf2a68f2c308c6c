"""Which sources a statement came from is kept beside it, and follows what articles say."""

from datetime import UTC, datetime

from sqlalchemy import Engine, select

from app.extraction.types import SpeakerKind
from app.models import Occurrence, Source, Statement, StatementSource
from app.text_fragments import text_fragment
from tests.ingestion.articles import Said, write

FIRST, LATER = datetime(2025, 2, 12, tzinfo=UTC), datetime(2025, 2, 13, tzinfo=UTC)
WORDS = "The harbour will be closed until the end of June"


def sources(engine: Engine) -> set[tuple[str, str, bool, datetime | None]]:
    """What is said, whence, whether through it, and when, where it stands."""
    came = StatementSource
    query = (
        select(Statement.text, Source.name, came.via, came.published_at)
        .join(came, came.statement_id == Statement.id)
        .join(Source, Source.id == came.source_id)
        .where(~came.withdrawn)
    )
    with engine.connect() as connection:
        return {(row[0], row[1], row[2], row[3]) for row in connection.execute(query)}


def test_publishers_and_via_each_with_the_date_of_their_place(engine: Engine):
    write(engine, Said(WORDS, via=("TASS",)), origin="b", publisher="ANSA", at=LATER)
    write(engine, Said(WORDS), origin="a", publisher="TASS", at=FIRST)
    assert sources(engine) == {
        (WORDS, "ANSA", False, LATER),
        (WORDS, "TASS", True, LATER),
        (WORDS, "TASS", False, FIRST),
    }


def test_an_outlet_that_speaks_is_a_source_of_what_it_says(engine: Engine):
    write(engine, origin="a", publisher="Reuters")
    write(engine, Said(WORDS, by=("Reuters",), kind=SpeakerKind.ORGANIZATION), origin="b")
    assert sources(engine) == {(WORDS, "Reuters", False, None)}


def test_what_is_withdrawn_came_from_nowhere(engine: Engine):
    write(engine, Said(WORDS), publisher="ANSA")
    write(engine, Said("Taxes will fall next year"), publisher="ANSA")
    assert sources(engine) == {("Taxes will fall next year", "ANSA", False, None)}


def test_the_end_of_a_link_is_stored_with_the_words_as_they_are_now(engine: Engine):
    write(engine, Said(WORDS))
    changed = WORDS.replace("the end of June", "the middle of June")
    write(engine, Said(changed))
    with engine.connect() as connection:
        assert connection.scalars(select(Occurrence.fragment)).all() == [text_fragment([changed])]

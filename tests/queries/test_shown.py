"""What PostgreSQL builds of a statement: citation, links, selectors and times."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, update

from app.db import make_async_engine
from app.models import Article, Occurrence, Statement
from app.queries.filters import Shape
from app.queries.statements import get_statement
from app.text_fragments import text_fragment
from tests.queries.corpus import Place, Said, add, empty

URL = "https://news.example/1"
DAY = "in “A title”, Daily, 2 January 2025"


def shown(db_url: str, statement_id: int) -> dict[str, Any]:
    async def ask() -> dict[str, Any]:
        engine = make_async_engine(db_url, pool_size=1, statement_timeout=10)
        async with engine.connect() as connection:
            found = await get_statement(connection, statement_id, Shape())
        await engine.dispose()
        return found

    return asyncio.run(ask())


def store(engine: Engine, said: Said, **article: Any) -> int:
    """A statement of one place, whose article has these columns."""
    empty(engine)
    (statement_id,) = add(engine, [said])
    with engine.begin() as connection:
        if article:
            connection.execute(update(Article).values(**article))
    return statement_id


@pytest.mark.parametrize(
    ("speakers", "via", "description", "citation"),
    [
        (("Ann Lee",), "Wire", "a minister", f"Ann Lee (a minister), via Wire, {DAY}, {URL}"),
        (("Ann Lee", "Bo Chen"), None, "a minister", f"Ann Lee and Bo Chen, {DAY}, {URL}"),
        (("Ann Lee",), None, "Ann Lee", f"Ann Lee, {DAY}, {URL}"),
        (("Ann Lee",), None, "", f"Ann Lee, {DAY}, {URL}"),
        ((), "Wire", "officials", f"Unattributed, via Wire, {DAY}, {URL}"),
    ],
)
def test_citations(
    engine: Engine,
    db_url: str,
    speakers: tuple[str, ...],
    via: str | None,
    description: str,
    citation: str,
):
    place = Place(day=1, publisher="Daily", via=via)
    said = Said(speakers=speakers, places=(place,))
    statement_id = store(engine, said, title="A title", url=URL)
    with engine.begin() as connection:
        connection.execute(update(Occurrence).values(speaker_description=description))
    assert shown(db_url, statement_id)["cite_as"] == citation


def test_a_citation_leaves_out_what_is_not_known(engine: Engine, db_url: str):
    statement_id = store(engine, Said(speakers=("Ann Lee",)))
    assert shown(db_url, statement_id)["cite_as"] == "Ann Lee, in an article"


@pytest.mark.parametrize(
    ("url", "link"),
    [(None, None), (URL, f"{URL}#:~:text=rain"), (f"{URL}#top", f"{URL}#top:~:text=rain")],
)
def test_links_to_the_words(engine: Engine, db_url: str, url: str | None, link: str | None):
    statement_id = store(engine, Said(), url=url)
    assert shown(db_url, statement_id)["occurrence"]["deep_link"] == link


@pytest.mark.parametrize(
    ("exact", "fragment"),
    [
        (["“Yes, 50-50 & more”"], "text=%E2%80%9CYes%2C%2050%2D50%20%26%20more%E2%80%9D"),
        (["a\nb", "c"], "text=a%20b&text=c"),
        (
            [" ".join(f"word{n}" for n in range(100))],
            "text=word0%20word1%20word2%20word3%20word4%20word5,"
            "word94%20word95%20word96%20word97%20word98%20word99",
        ),
    ],
)
def test_text_fragments(exact: list[str], fragment: str):
    assert text_fragment(exact) == fragment


def test_each_span_has_two_selectors_in_the_order_of_the_text(engine: Engine, db_url: str):
    statement_id = store(engine, Said())
    spans = [
        {"exact": word, "prefix": "“", "suffix": "”\\", "start": n, "end": n + 1}
        for n, word in enumerate(("one", "two", "three"))
    ]
    with engine.begin() as connection:
        connection.execute(update(Occurrence).values(selectors=spans))
    pairs = shown(db_url, statement_id)["occurrence"]["selectors"]
    assert pairs[::2] == [
        {"type": "TextQuoteSelector"} | {k: s[k] for k in ("exact", "prefix", "suffix")}
        for s in spans
    ]
    assert pairs[1::2] == [
        {"type": "TextPositionSelector", "start": s["start"], "end": s["end"]} for s in spans
    ]


def test_times_are_in_utc_and_end_in_z(engine: Engine, db_url: str):
    statement_id = store(engine, Said())
    for moment, time in (
        (datetime(2025, 2, 12, 9, 30, 1, 250000, tzinfo=UTC), "2025-02-12T09:30:01.25Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00Z"),
        (None, None),
    ):
        with engine.begin() as connection:
            connection.execute(update(Statement).values(first_published_at=moment))
        assert shown(db_url, statement_id)["first_published_at"] == time


def test_co_speakers_come_in_the_order_of_the_text(engine: Engine, db_url: str):
    statement_id = store(engine, Said(speakers=("Bo Chen", "Acme", "Ann Lee")))
    found = shown(db_url, statement_id)
    assert found["speaker"]["name"] == "Bo Chen"
    assert [speaker["name"] for speaker in found["co_speakers"]] == ["Acme", "Ann Lee"]

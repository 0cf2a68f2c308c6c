"""Keyset paging: every row exactly once, whatever the dates, limits and what comes meanwhile."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert

from app.db import make_async_engine
from app.models import Article, ArticleVersion, Occurrence, Statement
from app.queries.filters import StatementList
from app.queries.links import deep_link
from app.queries.statements import list_statements

DAY = datetime(2025, 1, 1, tzinfo=UTC)


def add_statements(engine: Engine, days: list[int | None]) -> list[int]:
    """Statements with these dates (days, or none), each with an occurrence; gives their ids."""
    ids = []
    with engine.begin() as connection:
        article = connection.execute(
            insert(Article).values(origin="x").returning(Article.id)
        ).scalar_one()
        connection.execute(
            insert(ArticleVersion).values(
                article_id=article, n=1, origin="x", text="x", text_sha256=b"", raw_sha256=b""
            )
        )
        for n, day in enumerate(days):
            at = None if day is None else DAY + timedelta(days=day)
            statement = connection.execute(
                insert(Statement)
                .values(
                    text=f"Rain {n}.", kind="direct", act="speech",
                    first_published_at=at,
                )
                .returning(Statement.id)
            ).scalar_one()  # fmt: skip
            connection.execute(
                insert(Occurrence).values(
                    statement_id=statement, article_id=article, version=1, spans=[[n, n + 1]],
                    selectors=[], folded_hash=b"",
                    kind="direct", act="speech", confidence=0.5 + (n % 5) / 10,
                    extractor_version="x", published_at=at,
                )
            )  # fmt: skip
            ids.append(statement)
    return ids


async def pages(
    url: str, parameters: dict[str, Any], meanwhile: Any = lambda: None
) -> list[dict[str, Any]]:
    engine = make_async_engine(url, pool_size=1, statement_timeout=10)
    rows: list[dict[str, Any]] = []
    cursor, turned = None, 0
    async with engine.connect() as connection:
        while True:
            page = await list_statements(connection, StatementList(cursor=cursor, **parameters))
            rows += page["data"]
            cursor = page["page"]["next_cursor"]
            if cursor is None:
                break
            turned += 1
            if turned <= 3:  # else a small page would never catch up with what comes
                meanwhile()
    await engine.dispose()
    return rows


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    days=st.lists(st.one_of(st.none(), st.integers(0, 4)), max_size=12),
    limit=st.integers(1, 5),
    sort=st.sampled_from(["-published_at", "published_at", "id", "relevance"]),
    narrowed=st.booleans(),
    more=st.lists(st.one_of(st.none(), st.integers(0, 4)), max_size=2),
)
def test_every_row_there_from_the_start_comes_exactly_once(
    engine: Engine,
    db_url: str,
    days: list[int | None],
    limit: int,
    sort: str,
    narrowed: bool,
    more: list[int | None],
):
    with engine.begin() as connection:
        for table in (Occurrence, Statement, ArticleVersion, Article):
            connection.execute(table.__table__.delete())  # type: ignore[attr-defined]
    ids = add_statements(engine, days)
    parameters: dict[str, Any] = {"limit": limit, "sort": sort}
    if sort == "relevance":
        parameters["q"] = "rain"
    if narrowed:
        parameters["min_confidence"] = 0.7
        ids = [i for n, i in enumerate(ids) if n % 5 >= 2]
    rows = asyncio.run(pages(db_url, parameters, lambda: add_statements(engine, more)))
    found = [row["id"] for row in rows]
    assert len(found) == len(set(found))
    assert set(ids) <= set(found)
    dates = [row["first_published_at"] for row in rows]
    known = [date for date in dates if date is not None]
    if sort.endswith("published_at"):
        assert dates == known + [None] * (len(dates) - len(known))
        assert known == sorted(known, reverse=sort.startswith("-"))
    if sort == "id":
        assert found == sorted(found)


@pytest.mark.parametrize(
    ("url", "exact", "link"),
    [
        (None, ["“Yes.”"], None),
        (
            "https://x.example/1",
            ["“Yes, 50-50 & more”"],
            "https://x.example/1#:~:text=%E2%80%9CYes%2C%2050%2D50%20%26%20more%E2%80%9D",
        ),
        ("https://x.example/1#top", ["a b"], "https://x.example/1#top:~:text=a%20b"),
        ("https://x.example/1", ["a\nb", "c"], "https://x.example/1#:~:text=a%20b&text=c"),
        (
            "https://x.example/1",
            [" ".join(f"word{n}" for n in range(100))],
            "https://x.example/1#:~:text=word0%20word1%20word2%20word3%20word4%20word5,"
            "word94%20word95%20word96%20word97%20word98%20word99",
        ),
    ],
)
def test_deep_links(url: str | None, exact: list[str], link: str | None):
    assert deep_link(url, [{"exact": words} for words in exact]) == link

"""Keyset paging: every row exactly once, whatever the filters, limits and what comes meanwhile."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from app.db import make_async_engine
from app.queries.filters import StatementList
from app.queries.statements import list_statements
from tests.queries import strategies
from tests.queries.corpus import Place, Said, add, at, empty, matching

SORTS = st.sampled_from(["-published_at", "published_at", "id", "relevance"])


async def pages(
    url: str, parameters: dict[str, Any], meanwhile: Callable[[], object] = lambda: None
) -> list[dict[str, Any]]:
    engine = make_async_engine(url, pool_size=1, statement_timeout=10)
    rows: list[dict[str, Any]] = []
    cursor, turned = None, 0
    async with engine.connect() as connection:
        while True:
            page = await list_statements(connection, StatementList(cursor=cursor, **parameters))
            rows += orjson.loads(orjson.dumps(page["data"]))
            cursor = page["page"]["next_cursor"]
            if cursor is None:
                break
            turned += 1
            if turned <= 3:  # else a small page would never catch up with what comes
                meanwhile()
    await engine.dispose()
    return rows


def ordered_by(said: Said, filters: dict[str, Any]) -> tuple[bool, datetime]:
    """What a date sort goes by: the date of the earliest place that satisfies the filters."""
    places = [(p.withdrawn, p.day is None, p.day or 0) for p in matching(said, filters)]
    _, undated, day = min(places)
    return undated, at(day) or datetime.max.replace(tzinfo=UTC)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    corpus=st.lists(strategies.sayings, max_size=12),
    filters=strategies.few_filters(),
    limit=st.integers(1, 5),
    sort=SORTS,
    more=st.lists(strategies.sayings, max_size=2),
)
def test_every_row_there_from_the_start_comes_exactly_once(
    engine: Engine,
    db_url: str,
    corpus: list[Said],
    filters: dict[str, Any],
    limit: int,
    sort: str,
    more: list[Said],
):
    empty(engine)
    ids = dict(zip(add(engine, corpus), corpus, strict=True))
    if sort == "relevance":
        filters = {"q": "rain"} | filters
    parameters = {"limit": limit, "sort": sort, **filters}
    rows = asyncio.run(pages(db_url, parameters, lambda: add(engine, more)))
    found = [row["id"] for row in rows]
    assert len(found) == len(set(found))
    # Those that were there are those that the filters mean, and no others of them.
    expected = [i for i, said in ids.items() if matching(said, filters)]
    assert sorted(set(found) & set(ids)) == expected
    if sort.endswith("published_at"):
        order = [ordered_by(ids[i], filters) for i in found if i in ids]
        undated = [one[0] for one in order]
        assert undated == sorted(undated)
        dates = [one[1] for one in order if not one[0]]
        assert dates == sorted(dates, reverse=sort.startswith("-"))
    if sort == "id":
        assert found == sorted(found)
        assert set(expected) <= set(found)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(corpus=st.lists(strategies.sayings, max_size=8), filters=strategies.few_filters())
def test_totals_count_what_pages_hold(
    engine: Engine, db_url: str, corpus: list[Said], filters: dict[str, Any]
):
    empty(engine)
    add(engine, corpus)
    expected = sum(bool(matching(said, filters)) for said in corpus)

    async def totals() -> list[Any]:
        made = make_async_engine(db_url, pool_size=1, statement_timeout=10)
        async with made.connect() as connection:
            found = [
                (await list_statements(connection, StatementList(total=total, **filters)))["total"]
                for total in ("capped", "exact")
            ]
        await made.dispose()
        return found

    assert asyncio.run(totals()) == [{"value": expected, "relation": "eq"}] * 2


def test_deep_pages_start_where_the_index_does(engine: Engine, db_url: str):
    """Dates that many share, and undated rows after them, across page borders."""
    empty(engine)
    days = [0] * 5 + [1] * 5 + [None] * 5
    ids = add(engine, [Said(places=(Place(day=day),)) for day in days])
    newest = asyncio.run(pages(db_url, {"limit": 2}))
    assert [row["id"] for row in newest] == [
        *reversed(ids[5:10]), *reversed(ids[:5]), *reversed(ids[10:])
    ]  # fmt: skip
    oldest = asyncio.run(pages(db_url, {"limit": 2, "sort": "published_at"}))
    assert [row["id"] for row in oldest] == ids

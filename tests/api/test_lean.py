"""The short way of reading parameters says the same as FastAPI's own."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.db import make_async_engine, make_engine
from app.main import create_app
from tests.conftest import settings_for
from tests.queries.corpus import Place, Said, add, empty

QUERIES = [
    "",
    "speaker=Peskov&limit=2",
    "speaker=Peskov&speaker=Putin&kind=direct&kind=mixed",
    "fields=id,text&fields=kind&limit=1",
    "speaker=P%C3%A9skov&total=exact",
    "speaker=",
    "limit=",
    "limit=0&kind=no&published_from=never",
    "limit=1&limit=2",
    "speeker=Peskov",
    "nothing=1&nothing=2",
    "q=%00",
    "q=%FF%FE",
    "a;b&=1&&limit=1",
    "has_date=yes&withdrawn=0",
    "sort=relevance",
    "cursor=abc",
    "id=1&id=x&article=-1",
]


@pytest.mark.parametrize("query", QUERIES)
def test_parameters_are_read_as_fastapi_reads_them(api: TestClient, query: str):
    app = api.app
    lean = api.get(f"/statements?{query}")
    app.state.reading_needs_key = True  # type: ignore[attr-defined]
    try:
        full = api.get(f"/statements?{query}")
    finally:
        app.state.reading_needs_key = False  # type: ignore[attr-defined]
    assert (lean.status_code, lean.content) == (full.status_code, full.content)


def test_what_was_remembered_of_a_query_is_not_its_answer(engine, db_url: str):
    empty(engine)
    with TestClient(create_app(settings_for(db_url))) as client:
        before = client.get("/statements?kind=direct").json()["total"]["value"]
        add(engine, [Said(), Said(kind="mixed"), Said(places=(Place(day=1),))])
        after = client.get("/statements?kind=direct").json()
        assert after["total"]["value"] == before + 2
        other = client.get("/statements?kind=mixed").json()
        assert [row["kind"] for row in other["data"]] == ["mixed"]


def test_a_connection_that_the_server_closed_is_not_given_out_again(db_url: str):
    """Without asking the server each time: its end is seen when it comes."""

    async def twice() -> list[int]:
        engine = make_async_engine(db_url, pool_size=1, statement_timeout=10)
        admin = make_engine(db_url)
        seen = []
        for _ in range(2):
            ended = asyncio.Event()
            async with engine.connect() as connection:
                raw: Any = (await connection.get_raw_connection()).driver_connection
                raw.add_termination_listener(lambda _, ended=ended: ended.set())
                seen.append(await connection.scalar(text("SELECT pg_backend_pid()")))
            with admin.begin() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": seen[-1]})
            await ended.wait()
        admin.dispose()
        await engine.dispose()
        return seen

    first, second = asyncio.run(twice())
    assert first != second

"""The same query taken away in every format: complete, or visibly not."""

import csv
import io
import json
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from app.formats import FORMATS
from app.main import create_app
from app.queries import exports
from tests.api.test_statements import everything
from tests.conftest import settings_for
from tests.ingestion.articles import Said, write
from tests.serving import served

ENTRY = "{http://www.w3.org/2005/Atom}entry"


def ids(suffix: str, body: str) -> list[int]:
    """The ids of the statements in an export."""
    match suffix:
        case "csv":
            return [int(row["id"]) for row in csv.DictReader(io.StringIO(body, newline=""))]
        case "ndjson":
            return [json.loads(line)["id"] for line in body.splitlines()[:-1]]
        case "jsonld":
            return [int(node["identifier"]) for node in json.loads(body)["@graph"]]
        case "feed.json":
            return [item["_onrecord"]["id"] for item in json.loads(body)["items"]]
        case _:
            found = ElementTree.fromstring(body).findall(ENTRY)  # noqa: S314
            urls = [entry.findtext(ENTRY.replace("entry", "id")) for entry in found]
            return [int((url or "").rsplit("/", 1)[1]) for url in urls]


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.suffix)
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"speaker": "Peskov", "sort": "id"},
        {"via": ["TASS", "Truth Social"]},
        {"q": "Ukraine OR NATO", "sort": "relevance"},
        {"speaker": "nobody at all"},
    ],
)
def test_an_export_holds_what_all_pages_hold_in_their_order(
    api: TestClient, form: Any, query: dict[str, Any]
):
    response = api.get(f"/statements.{form.suffix}", params=query)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == form.media_type
    assert ids(form.suffix, response.text) == [s["id"] for s in everything(api, **query)]


def test_more_rows_than_a_batch(api: TestClient, monkeypatch):
    monkeypatch.setattr(exports, "BATCH", 3)
    expected = [s["id"] for s in everything(api)]
    assert len(expected) > 6
    for form in FORMATS:
        assert ids(form.suffix, api.get(f"/statements.{form.suffix}").text) == expected


@pytest.mark.parametrize("limit", [1, 3, 6, 10_000])
def test_a_limit_is_kept_and_ndjson_says_whether_there_is_more(
    api: TestClient, monkeypatch, limit: int
):
    monkeypatch.setattr(exports, "BATCH", 3)
    everyone = [s["id"] for s in everything(api)]
    body = api.get("/statements.ndjson", params={"limit": limit}).text
    end = json.loads(body.splitlines()[-1])["_end"]
    assert ids("ndjson", body) == everyone[:limit]
    assert end["count"] == min(limit, len(everyone))
    assert end["has_more"] == (limit < len(everyone))


def test_ndjson_lines_are_the_statements_of_the_list(api: TestClient):
    lines = api.get("/statements.ndjson?speaker=Peskov").text.splitlines()
    page = api.get("/statements?speaker=Peskov").json()
    assert [json.loads(line) for line in lines[:-1]] == page["data"]
    assert json.loads(lines[-1])["_end"]["resolved"] == page["resolved"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/csv", "text/csv"),
        ("TEXT/CSV;q=0.9, application/json;q=0.8", "text/csv"),
        ("application/x-ndjson", "application/x-ndjson"),
        ("application/ld+json", "application/ld+json"),
        ("application/atom+xml", "application/atom+xml"),
        ("application/feed+json", "application/feed+json"),
        ("application/json, text/csv", "application/json"),
        ("*/*", "application/json"),
        ("text/html, */*;q=0.1", "application/json"),
        ("text/csv;q=0", "application/json"),
        ("text/csv;q=x", "application/json"),
        ("image/png", "application/json"),
        ("", "application/json"),
    ],
)
def test_the_format_by_accept(api: TestClient, accept: str, kind: str):
    response = api.get("/statements", headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["Content-Type"].split(";")[0] == kind
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.suffix)
@pytest.mark.parametrize(
    "wrong",
    [
        "speeker=x",
        "limit=0",
        "limit=9223372036854775807",
        "sort=relevance",
        "kind=loud",
        "limit=2&limit=3",
    ],
)
def test_a_wrong_parameter_is_a_problem_not_half_a_file(api: TestClient, form: Any, wrong: str):
    response = api.get(f"/statements.{form.suffix}?{wrong}")
    assert response.status_code == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["errors"][0]["parameter"] == wrong.split("=")[0]


def test_too_many_exports_at_once_are_refused_and_lists_go_on(seeded_url: str):
    app = create_app(settings_for(seeded_url).model_copy(update={"pool_size": 2}))
    with TestClient(app) as client:
        assert client.get("/statements.csv").status_code == 200
        assert client.portal is not None
        client.portal.call(app.state.export_slots.acquire)
        refused = client.get("/statements.csv")
        assert refused.status_code == 503
        assert refused.json()["type"] == "/problems/too-busy"
        assert refused.headers["Retry-After"]
        assert client.get("/statements").status_code == 200
        app.state.export_slots.release()
        assert client.get("/statements.csv").status_code == 200


@pytest.fixture
def many(engine: Engine, db_url: str) -> str:
    """A database with a statement that is there 20,000 times over, some 30 MB as NDJSON."""
    write(engine, Said("Taxes will fall."))
    with engine.begin() as connection:
        for table, given in (("statement", "text"), ("occurrence", "selectors")):
            columns = connection.scalars(
                text(
                    "SELECT column_name FROM information_schema.columns WHERE table_name = :t"
                    " AND is_generated = 'NEVER' AND column_name NOT IN ('id', 'statement_id',"
                    " 'spans') ORDER BY 1"
                ),
                {"t": table},
            ).all()
            assert given in columns
            names = ", ".join(columns)
            link = (
                ("", "")
                if table == "statement"
                else (", statement_id, spans", ", n, ARRAY[[n, n + 9]]")
            )
            connection.execute(
                text(
                    f"INSERT INTO {table} (id, {names}{link[0]}) OVERRIDING SYSTEM VALUE"
                    f" SELECT n, {names}{link[1]} FROM {table}, generate_series(2, 20000) n"
                )
            )
    return db_url


@pytest.mark.parametrize("suffix", [form.suffix for form in FORMATS])
def test_a_failure_on_the_way_breaks_the_connection_off(many: str, engine: Engine, suffix: str):
    kill = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'onrecord-api' AND state <> 'idle'"
        " AND datname = current_database()"
    )
    read = b""
    with served(many) as base:
        stream = httpx.stream("GET", f"{base}/statements.{suffix}", timeout=60)
        with pytest.raises(httpx.RemoteProtocolError), stream as response:  # noqa: PT012
            assert response.status_code == 200
            for piece in response.iter_raw(1000):
                if not read:
                    with engine.connect() as connection:
                        assert connection.execute(kill).all()
                read += piece
        assert read
        assert httpx.get(f"{base}/statements").status_code == 200
        query = urlencode({"limit": 2})
        assert httpx.get(f"{base}/statements.{suffix}?{query}").status_code == 200


def test_an_export_is_of_one_moment_whatever_is_written_meanwhile(many: str, engine: Engine):
    with served(many) as base:
        with httpx.stream("GET", f"{base}/statements.ndjson?sort=id", timeout=60) as response:
            lines = response.iter_lines()
            found = [json.loads(next(lines))]
            with engine.begin() as connection:
                connection.execute(text("UPDATE statement SET text = 'changed', withdrawn = true"))
            found += [json.loads(line) for line in lines]
        assert found.pop()["_end"]["count"] == len(found) == 20_000
        assert {s["text"] for s in found} == {"Taxes will fall."}
        assert httpx.get(f"{base}/statements").json()["data"] == []

"""Every failure is a problem+json that says what is wrong and where."""

from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from app.main import create_app
from app.queries.filters import StatementList
from app.queries.paging import Cursor, encode_cursor
from tests.conftest import settings_for
from tests.ingestion.articles import Said, write


def problem(response: httpx2.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["detail"]
    return body


def test_an_unknown_parameter_suggests_the_right_one(api: TestClient):
    body = problem(api.get("/statements?speeker=Peskov"), 422)
    assert body["errors"] == [
        {
            "detail": "unknown parameter; did you mean speaker?",
            "parameter": "speeker",
            "suggestion": "speaker",
        }
    ]


@pytest.mark.parametrize(
    ("path", "suggestion"),
    [
        ("/statements?page=2", "cursor"),
        ("/statements?per_page=2", "limit"),
        ("/statements?Author=Peskov", "speaker"),
        ("/statements?since=2025-01-01", "published_from"),
        ("/changes?since=x", None),
        ("/stats/facets?group_by=speaker", "facet"),
        ("/stats/facets?facet=speakers", "speaker"),
        ("/statements?kind=Direct", "direct"),
        ("/statements?fields=id,txt", "text"),
        ("/statements?kind=loud", None),
    ],
)
def test_what_was_probably_meant(api: TestClient, path: str, suggestion: str | None):
    (error,) = problem(api.get(path), 422)["errors"]
    assert error.get("suggestion") == suggestion
    assert (f"did you mean {suggestion}?" in error["detail"]) is (suggestion is not None)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/statements?format=csv", "/statements.csv"),
        ("/statements?kind=direct,mixed", "repeating the parameter"),
        ("/statements?q=a%00b", "a NUL character"),
        ("/speakers/peskov", "GET /speakers tells ids"),
        ("/articles/x", "GET /articles tells ids"),
    ],
)
def test_a_wrong_value_says_what_to_do(api: TestClient, path: str, words: str):
    assert words in problem(api.get(path), 422)["detail"]


@pytest.mark.parametrize("path", ["/statement", "/statements/", "/Statements"])
def test_a_path_that_is_nearly_right(api: TestClient, path: str):
    assert problem(api.get(path), 404)["detail"].endswith("did you mean /statements?")


def test_the_type_of_a_problem_leads_to_what_it_means(api: TestClient):
    for path in ("/statements?limit=0", "/statements/999", "/nothing", "/statements?cursor=x"):
        body = api.get(path).json()
        told = api.get(body["type"])
        assert told.status_code == 200
        assert told.text.startswith(f"{body['status']} {body['title']}\n")
    assert problem(api.get("/problems/of-nobody"), 404)


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/statements?limit=0", "limit"),
        ("/statements?limit=201", "limit"),
        ("/statements?limit=x", "limit"),
        ("/statements?limit=5&limit=6", "limit"),
        ("/statements?published_from=yesterday", "published_from"),
        ("/statements?published_from=2025-02-30", "published_from"),
        ("/statements?published_from=0001-01-01T00:00%2B14:00", "published_from"),
        ("/statements?kind=loud", "kind"),
        ("/statements?speaker=", "speaker"),
        ("/statements?speaker=a%00b", "speaker"),
        ("/statements?q=" + "x" * 201, "q"),
        ("/statements?sort=relevance", "sort"),
        ("/statements?min_confidence=2", "min_confidence"),
        ("/statements?min_confidence=nan", "min_confidence"),
        ("/statements?id=0", "id"),
        ("/statements?id=99999999999999999999", "id"),
        ("/statements?" + "&".join(f"id={i}" for i in range(1, 202)), "id"),
        ("/statements/abc", "statement_id"),
        ("/statements/99999999999999999999", "statement_id"),
        ("/statements/1?x=1", "x"),
        ("/speakers?sort=age", "sort"),
        ("/healthz?x=1", "x"),
    ],
)
def test_a_wrong_value_is_named(api: TestClient, path: str, parameter: str):
    body = problem(api.get(path), 422)
    assert body["errors"][0]["parameter"] == parameter
    assert parameter in body["detail"]


@pytest.mark.parametrize(
    "path", ["/statements/999999", "/speakers/999999", "/articles/999999", "/nothing", "/docs/"]
)
def test_what_is_not_there_is_404(api: TestClient, path: str):
    problem(api.get(path), 404)


@pytest.mark.parametrize(
    ("path", "allowed"), [("/statements", "GET"), ("/articles", "GET, POST"), ("/extract", "POST")]
)
def test_a_method_that_is_not_allowed(api: TestClient, path: str, allowed: str):
    response = api.delete(path)
    problem(response, 405)
    assert response.headers["Allow"] == allowed


class TestCursors:
    def test_of_other_filters(self, api: TestClient):
        cursor = api.get("/statements?limit=2").json()["page"]["next_cursor"]
        for other in ({"speaker": "Peskov"}, {"sort": "id"}, {"withdrawn": "true"}):
            response = api.get("/statements", params={"cursor": cursor, **other})
            assert problem(response, 400)["type"] == "/problems/cursor-mismatch"

    def test_of_another_list(self, api: TestClient):
        cursor = api.get("/statements?limit=2").json()["page"]["next_cursor"]
        response = api.get("/speakers", params={"cursor": cursor})
        assert problem(response, 400)["type"] == "/problems/cursor-mismatch"

    def test_another_limit_is_fine(self, api: TestClient):
        cursor = api.get("/statements?limit=2").json()["page"]["next_cursor"]
        assert (
            len(api.get("/statements", params={"cursor": cursor, "limit": 3}).json()["data"]) == 3
        )

    def test_of_another_version_of_the_api(self, api: TestClient, monkeypatch):
        monkeypatch.setattr("app.queries.paging._VERSION", 0)
        old = encode_cursor(StatementList(), Cursor([None, 1], {}))
        monkeypatch.undo()
        response = api.get("/statements", params={"cursor": old})
        assert problem(response, 400)["type"] == "/problems/cursor-expired"

    @pytest.mark.parametrize(
        "values",
        [[], [None], ["x", 1], [None, 2**70], [None, "1"], [None, None], [1.5, 1], [None, 1, 1]],
    )
    def test_with_values_that_do_not_fit(self, api: TestClient, values: list[Any]):
        forged = encode_cursor(StatementList(), Cursor(values, {})) if 2**70 not in values else "x"
        problem(api.get("/statements", params={"cursor": forged}), 400)

    @settings(max_examples=50, deadline=None)
    @given(cursor=st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
    def test_anything_else(self, api: TestClient, cursor: str):
        problem(api.get("/statements", params={"cursor": cursor}), 400)


def test_a_merged_statement_and_speaker_redirect_to_the_survivor(
    engine: Engine, own_api: TestClient
):
    write(engine, Said("Taxes will fall."), Said("Rain is likely.", by=("Bo Chen",)))
    with engine.begin() as connection:
        connection.execute(text("UPDATE statement SET merged_into_id = 1 WHERE id = 2"))
        connection.execute(text("UPDATE speaker SET merged_into_id = 1 WHERE id = 2"))
    for path in ("/statements/2", "/speakers/2", "/statements/2/occurrences?limit=5"):
        response = own_api.get(path, follow_redirects=False)
        assert response.status_code == 308
        assert response.headers["Location"] == path.replace("/2", "/1", 1)
        assert response.headers["Cache-Control"] == "no-cache"
    assert [s["id"] for s in own_api.get("/statements?id=2").json()["data"]] == [1]
    assert (
        own_api.get("/statements?speaker=2").json()["resolved"]["speaker"][0]["matched"][0]["name"]
        == "Ann Lee"
    )


def test_a_database_that_is_away_is_503_and_no_cause_leaves():
    app = create_app(settings_for("postgresql://secret_user:secret@127.0.0.1:1/secret_db"))
    with TestClient(app) as client:
        for path in ("/statements", "/readyz", "/speakers/1"):
            response = client.get(path)
            body = problem(response, 503)
            assert body["type"] == "/problems/database-unavailable"
            assert "secret" not in response.text
            assert response.headers["Retry-After"] == "5"
        assert client.get("/healthz").json() == {"status": "ok"}


def test_a_schema_that_is_not_there_is_not_ready(databases):
    app = create_app(settings_for(databases.url(databases.create())))
    with TestClient(app, raise_server_exceptions=False) as client:
        assert "onrecord migrate" in problem(client.get("/readyz"), 503)["detail"]
        body = problem(client.get("/statements"), 500)
        assert body["detail"] == "an internal error; it has been logged"


def test_a_query_that_takes_too_long_is_503(db_url: str):
    settings = settings_for(db_url).model_copy(update={"statement_timeout": 0.001})
    with TestClient(create_app(settings)) as client:
        statuses = {client.get("/statements").status_code for _ in range(20)}
        assert statuses <= {200, 503}

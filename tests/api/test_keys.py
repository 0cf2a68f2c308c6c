"""Keys: who may read, what a key allows, how a wrong one is refused, whom the limit counts."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select, text, update

from app.api.auth import KnownKeys
from app.ingestion.keys import create_key, list_keys, revoke_key
from app.main import create_app
from app.models import ApiKey, KeyScope
from tests.conftest import settings_for
from tests.ingestion.articles import Said, write
from tests.keys import make_key

SERVICE = ["/healthz", "/readyz", "/openapi.json", "/docs"]
READS = ["/statements", "/statements/1", "/statements.csv", "/speakers", "/changes", "/articles/1"]


@pytest.fixture
def closed(db_url: str, engine: Engine) -> Iterator[TestClient]:
    """An API that nobody reads without a key."""
    write(engine, Said("Taxes will fall."))
    settings = settings_for(db_url).model_copy(update={"read_auth": "key"})
    with TestClient(create_app(settings)) as client:
        yield client


def assert_refused(response: Any, error: str = "") -> None:
    assert response.status_code == 401
    assert response.json()["type"] == "/problems/unauthorized"
    challenge = response.headers["WWW-Authenticate"]
    assert challenge.startswith('Bearer realm="onrecord"')
    assert challenge.endswith(error)
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", READS)
def test_reading_can_need_a_key(closed: TestClient, engine: Engine, path: str):
    assert_refused(closed.get(path))
    assert_refused(closed.get(path, headers={"Authorization": "Basic eDp5"}))
    wrong = closed.get(path, headers={"Authorization": "Bearer onrecord_nobodys"})
    assert_refused(wrong, 'error="invalid_token"')
    answer = closed.get(path, headers=make_key(engine))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Accept"} <= set(answer.headers["Vary"].split(", "))


@pytest.mark.parametrize("path", SERVICE)
def test_whether_it_is_up_needs_none(closed: TestClient, path: str):
    assert closed.get(path).status_code == 200


def test_a_closed_api_says_so_in_its_document(closed: TestClient, api: TestClient):
    shut, free = (client.get("/openapi.json").json() for client in (closed, api))
    assert shut["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    for path in ("/statements", "/statements.csv", "/stats/facets"):
        assert shut["paths"][path]["get"]["security"] == [{"key": []}]
        assert "401" in shut["paths"][path]["get"]["responses"]
        assert "security" not in free["paths"][path]["get"]
        assert "401" not in free["paths"][path]["get"]["responses"]
    for document in (shut, free):
        assert document["paths"]["/articles/{article_id}/text"]["get"]["security"]
        assert "security" not in document["paths"]["/healthz"]["get"]


def test_the_full_text_needs_a_key_of_any_scope(engine: Engine, own_api: TestClient):
    written = write(engine, Said("Taxes will fall."), url="https://x.example/1")
    write(engine, Said("Taxes will rise."), url="https://x.example/1")
    path = f"/articles/{written.article_id}/text"
    assert_refused(own_api.get(path))
    key = make_key(engine)
    assert own_api.get(path, headers=key).json() == {
        "article_id": written.article_id, "version": 2, "text": "Taxes will rise.",
    }  # fmt: skip
    assert own_api.get(f"{path}?version=1", headers=key).json()["text"] == "Taxes will fall."
    for missing in (f"{path}?version=3", "/articles/999/text"):
        assert own_api.get(missing, headers=key).status_code == 404
    assert "there is no version 3 of article" in own_api.get(f"{path}?version=3", headers=key).text


def test_a_key_is_kept_as_a_hash_and_can_be_revoked(engine: Engine, own_api: TestClient):
    written = write(engine, Said("Taxes will fall."))
    path = f"/articles/{written.article_id}/text"
    key = make_key(engine, KeyScope.INGEST, name="wire desk")
    token = key["Authorization"].removeprefix("Bearer ")
    with engine.begin() as connection:
        (row,) = list_keys(connection)
        assert token.startswith("onrecord_")
        assert token.startswith(row.hint)
        assert (row.name, row.scopes, row.last_used_at) == ("wire desk", ["ingest"], None)
        stored = connection.execute(text("SELECT api_key::text FROM api_key")).scalar_one()
        assert token not in stored
    assert own_api.get(path, headers=key).status_code == 200
    with engine.begin() as connection:
        revoke_key(connection, "wire desk")
    assert_refused(own_api.get(path, headers=key), 'error="invalid_token"')
    with engine.begin() as connection:
        assert list_keys(connection)[0].revoked_at is not None
        assert create_key(connection, "wire desk", []) != token  # the name is free again


def test_the_last_use_is_kept_to_the_minute(engine: Engine, own_api: TestClient):
    path = f"/articles/{write(engine, Said('Taxes will fall.')).article_id}/text"
    key = make_key(engine)

    def used_at() -> Any:
        with engine.connect() as connection:
            return connection.scalar(select(ApiKey.last_used_at))

    own_api.get(path, headers=key)
    first = used_at()
    own_api.get(path, headers=key)
    assert used_at() == first is not None
    with engine.begin() as connection:
        connection.execute(update(ApiKey).values(last_used_at=first - timedelta(minutes=2)))
    own_api.get(path, headers=key)
    assert used_at() >= first


class TestLimit:
    def test_each_key_has_an_allowance_of_its_own(self, engine: Engine, db_url: str):
        path = f"/articles/{write(engine, Said('Taxes will fall.')).article_id}/text"
        settings = settings_for(db_url).model_copy(update={"rate_limit": 3})
        keys = [make_key(engine, name=name) for name in ("a", "b")]
        with TestClient(create_app(settings)) as client:
            for key in keys:  # the first request of each still counts as the address
                assert client.get(path, headers=key).status_code == 200
            for key in keys:
                left = [client.get(path, headers=key).headers["RateLimit"] for _ in range(3)]
                assert [one.split(";")[1] for one in left] == ["r=2", "r=1", "r=0"]
            assert client.get(path, headers=keys[0]).status_code == 429

    def test_keys_that_nobody_knows_are_no_way_round_it(self, db_url: str):
        settings = settings_for(db_url).model_copy(update={"rate_limit": 3})
        with TestClient(create_app(settings)) as client:
            statuses = [
                client.get("/articles/1/text", headers={"Authorization": f"Bearer {n}"}).status_code
                for n in range(5)
            ]
        assert statuses == [401, 401, 401, 429, 429]

    def test_what_is_remembered_is_forgotten_in_time_and_in_number(self, monkeypatch):
        monkeypatch.setattr("app.api.auth._MOST", 3)
        now = 0.0
        known = KnownKeys(lambda: now)

        def find(token: str) -> int | None:
            return known.find({"headers": [(b"authorization", f"Bearer {token}".encode())]})

        for n in range(4):
            known.remember(f"t{n}", n)
        assert [find(f"t{n}") for n in range(4)] == [None, None, None, 3]
        assert known.find({"headers": [(b"authorization", b"t3")]}) is None
        now = 61.0
        assert find("t3") is None

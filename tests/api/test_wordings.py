"""The same quote in many places: what differs there, and who said much the same."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests.ingestion.articles import Said, write

WHOLE = "We will rebuild the bridge over the Tarn before the first snow falls this winter"
TIDIED = "We shall rebuild the bridge over the Tarn before the first snow falls"
OTHER = "They will rebuild the bridge over the Tarn before the first snow falls next winter"


@pytest.fixture
def wordings(engine: Engine, own_api: TestClient) -> TestClient:
    for n, (words, by) in enumerate(
        (
            (TIDIED, "Ann Lee"), (WHOLE, "Ann Lee"), (OTHER, "Bo Chen"),
            ("Nobody has asked for bridges or for winter", "Bo Chen"),
        )
    ):  # fmt: skip
        at = datetime(2025, 3, 9 - n, tzinfo=UTC)
        write(engine, Said(words, by=(by,)), origin=f"{n}", at=at, language="en")
    return own_api


def get(api: TestClient, path: str) -> dict[str, Any]:
    response = api.get(path)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def test_occurrences_in_time_order_with_what_differs(wordings: TestClient):
    statement = get(wordings, "/statements/1")
    # The first to be published gives the statement its text.
    assert statement["text"] == WHOLE
    page = get(wordings, "/statements/1/occurrences")
    first, second = page["data"]
    assert (first["wording"], first["differences"]) == (WHOLE, [])
    assert second["wording"] == TIDIED
    assert second["differences"] == [
        {"before": "will", "after": "shall"},
        {"before": "this winter", "after": ""},
    ]
    assert first["article"]["published_at"] < second["article"]["published_at"]


def test_similar_statements_of_others(wordings: TestClient):
    found = get(wordings, "/statements/1/similar")
    (similar,) = found["data"]
    assert similar["statement"] == get(wordings, "/statements/2")
    assert similar["likeness"] == pytest.approx(13 / 15, abs=0.001)
    assert similar["differences"] == [
        {"before": "We", "after": "They"},
        {"before": "this", "after": "next"},
    ]
    assert found["timed_out"] is False


def test_similar_takes_parameters(wordings: TestClient):
    assert get(wordings, "/statements/1/similar?min_likeness=0.95")["data"] == []
    assert get(wordings, "/statements/1/similar?same_speaker=true")["data"] == []
    assert len(get(wordings, "/statements/1/similar?same_speaker=false")["data"]) == 1
    assert len(get(wordings, "/statements/1/similar?min_likeness=0.1&limit=1")["data"]) == 1


def test_similar_to_nothing_to_search_for(engine: Engine, own_api: TestClient):
    write(engine, Said("It is what it is."), language="en")
    write(engine, Said("It's ‘what’ \\ it was.", by=("Bo Chen",)), origin="b", language="en")
    for statement_id in (1, 2):
        assert get(own_api, f"/statements/{statement_id}/similar")["data"] == []
    assert own_api.get("/statements/99/similar").status_code == 404

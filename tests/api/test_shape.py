"""`fields` selects and `include` embeds: one call does what a page needs."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.api import schemas


def first(api: TestClient, query: str) -> dict[str, Any]:
    response = api.get(f"/statements?{query}")
    assert response.status_code == 200, response.text
    statement: dict[str, Any] = response.json()["data"][0]
    return statement


@pytest.mark.parametrize("query", ["fields=id,text,speaker", "fields=text&fields=speaker,id"])
def test_only_the_fields_named(api: TestClient, query: str):
    assert list(first(api, query)) == ["id", "text", "speaker"]
    assert first(api, query) == {name: first(api, "")[name] for name in ("id", "text", "speaker")}


def test_of_one_statement_too(api: TestClient):
    assert list(api.get("/statements/1?fields=text").json()) == ["text"]


def test_an_unknown_field_is_named(api: TestClient):
    response = api.get("/statements?fields=id,txt")
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == "fields"


def test_a_cursor_goes_on_with_other_fields(api: TestClient):
    cursor = api.get("/statements?limit=2").json()["page"]["next_cursor"]
    response = api.get("/statements", params={"limit": 2, "fields": "id", "cursor": cursor})
    assert [list(statement) for statement in response.json()["data"]] == [["id"]] * 2


def test_occurrences_are_those_of_their_own_list(api: TestClient):
    page = api.get("/statements?limit=200&include=occurrences").json()
    schemas.StatementPage.model_validate(page)
    for statement in page["data"]:
        listed = api.get(f"/statements/{statement['id']}/occurrences").json()
        assert statement["occurrences"] == listed["data"]
        assert len(statement["occurrences"]) == statement["occurrence_count"]


def test_article_and_topics_are_those_of_their_own_lists(api: TestClient):
    statement = first(api, "topic=NATO&include=article,topics")
    assert statement["article"] == api.get("/articles").json()["data"][0]
    whole = {topic["id"]: topic for topic in api.get("/topics?limit=200").json()["data"]}
    for topic in statement["topics"]:
        score = topic.pop("score")
        assert 0 < score <= 1
        assert topic == whole.get(topic["id"], topic)
        assert topic["slug"]


def test_nothing_is_embedded_unless_asked_for(api: TestClient):
    assert not {"occurrences", "article", "highlight"} & set(first(api, ""))
    assert "slug" not in first(api, "topic=NATO")["topics"][0]


def test_fields_and_include_together(api: TestClient):
    statement = first(api, "fields=id,article&include=article")
    assert list(statement) == ["id", "article"]

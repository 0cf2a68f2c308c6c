"""Topics over the seed article: their hierarchy, their counts, and the names they are asked by."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from app.ingestion.vocabulary import Concept, import_topics
from app.queries import budget
from tests.api.test_entities import rows
from tests.ingestion.articles import Said, write


def one(api: TestClient, **parameters: Any) -> dict[str, Any]:
    """The one topic of a list, in detail."""
    (topic,) = rows(api, "/topics", **parameters)
    answer = api.get(f"/topics/{topic['id']}")
    assert answer.status_code == 200
    return dict(answer.json())


def test_a_media_topic_with_what_is_broader_and_narrower(api: TestClient):
    topic = one(api, q="armed conflict")
    assert topic["code"] == "medtop:20000056"
    assert [above["name"] for above in topic["broader"]] == ["conflict, war and peace"]
    assert topic["broader"][-1]["id"] == topic["parent_id"]
    assert "war" in {below["name"] for below in topic["narrower"]}
    assert len(topic["narrower"]) == topic["narrower_count"]
    counts = [below["statement_count"] for below in topic["narrower"]]
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize("name", ["armed conflict", "NATO", "politics"])
def test_the_total_is_what_the_filter_finds(api: TestClient, name: str):
    (found,) = api.get("/statements", params={"topic": name}).json()["resolved"]["topic"]
    (match,) = found["matched"]
    topic = api.get(f"/topics/{match['id']}").json()
    assert topic["total_statement_count"] == len(rows(api, "/statements", topic=name)) > 0
    assert topic["statement_count"] <= topic["total_statement_count"]


def test_an_entity_has_every_printed_form_as_an_alias(api: TestClient):
    topic = one(api, q="north atlantic treaty organization")
    assert topic["name"] == "NATO"
    assert {"NATO", "North Atlantic Treaty Organization"} <= set(topic["aliases"])
    assert topic["broader"] == topic["narrower"] == []
    assert topic["definition"] is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("medtop:20000062", "war"),
        ("war", "war"),
        ("united-states", "United States"),
        ("US", "United States"),
        ("u.s.", "United States"),
        ("America", "United States"),
        ("north atlantic treaty organization", "NATO"),
        ("Peace Talks", "peace talks"),
    ],
)
def test_the_filter_takes_code_slug_name_and_alias(api: TestClient, name: str, expected: str):
    body = api.get("/statements", params={"topic": name}).json()
    (resolved,) = body["resolved"]["topic"]
    assert resolved["input"] == name
    assert [match["name"] for match in resolved["matched"]] == [expected]
    assert body["data"]


@pytest.mark.parametrize("name", ["Unit", "States", "nat", "peace tal", "…"])
def test_a_part_of_a_name_means_no_topic(api: TestClient, name: str):
    body = api.get("/statements", params={"topic": name}).json()
    assert body["data"] == []
    assert body["resolved"]["topic"][0]["matched"] == []


def test_a_slip_of_the_pen_is_told_what_was_probably_meant(api: TestClient):
    (resolved,) = api.get("/statements", params={"topic": "Ukrain"}).json()["resolved"]["topic"]
    assert "Ukraine" in {match["name"] for match in resolved["suggestions"]}


def test_the_list_below_a_topic(api: TestClient):
    below = rows(api, "/topics", parent="medtop:16000000", limit=5)
    assert {"armed conflict", "peace process"} <= {topic["name"] for topic in below}
    assert {topic["parent_code"] for topic in below} == {"medtop:16000000"}
    assert rows(api, "/topics", parent="nothing of that name") == []


def test_a_topic_that_is_not_there(api: TestClient):
    answer = api.get("/topics/999999")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "there is no topic 999999"


def test_a_broader_topic_stands_beside_a_narrower_only_where_it_is_likelier(api: TestClient):
    topics = {topic["id"]: topic for topic in rows(api, "/topics", scheme="iptc", limit=200)}
    carried = 0
    for statement in rows(api, "/statements", limit=50):
        scores = {t["id"]: t["score"] for t in statement["topics"] if t["scheme"] == "iptc"}
        assert len(scores) <= 3
        carried += len(scores)
        for topic_id, score in scores.items():
            assert scores.get(topics[topic_id]["parent_id"], 1.0) > score
    assert carried > 30


def test_what_is_called_just_that_goes_before_other_names(engine: Engine, own_api: TestClient):
    write(engine, Said("Georgia must vote."), Said("The state of Georgia must vote."))
    found = own_api.get("/statements", params={"topic": "Georgia"}).json()
    assert [match["name"] for match in found["resolved"]["topic"][0]["matched"]] == ["Georgia"]
    exact = own_api.get("/statements", params={"topic": "state of georgia"}).json()
    assert [match["name"] for match in exact["resolved"]["topic"][0]["matched"]] == [
        "Georgia (US state)"
    ]


def test_what_there_is_no_time_to_count_is_none_and_says_so(
    engine: Engine, own_api: TestClient, monkeypatch: pytest.MonkeyPatch
):
    above = Concept("line 2", "medtop:16000000", "conflict, war and peace")
    import_topics(engine, [above, Concept("line 3", "medtop:20000056", "war", parent=above.code)])
    with engine.begin() as connection:
        # Whoever reads the links waits for this transaction, as for a long query.
        connection.execute(text("LOCK TABLE statement_topic IN ACCESS EXCLUSIVE MODE"))
        monkeypatch.setattr(budget, "SECONDS", 0.05)
        late = own_api.get("/topics/1").json()
        alone = own_api.get(f"/topics/{late['narrower'][0]['id']}").json()
    assert (late["total_statement_count"], late["timed_out"]) == (None, True)
    assert (alone["total_statement_count"], alone["timed_out"]) == (0, False)
    monkeypatch.undo()
    assert own_api.get("/topics/1").json()["total_statement_count"] == 0

"""Incremental sync: a copy kept by /changes is what the database holds."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from app.ingestion.vocabulary import Concept, import_topics
from tests.ingestion.articles import Said, write


def ask(api: TestClient, after: str | None, **parameters: Any) -> dict[str, Any]:
    given = {"after": after} if after else {}
    response = api.get("/changes", params=given | parameters)
    assert response.status_code == 200, response.text
    page: dict[str, Any] = response.json()
    return page


def sync(
    api: TestClient, after: str | None = None, **parameters: Any
) -> tuple[list[dict[str, Any]], str]:
    """Every change after a position, and where to go on."""
    changes: list[dict[str, Any]] = []
    while True:
        page = ask(api, after, **parameters)
        changes += page["data"]
        after = page["after"]
        if not page["has_more"]:
            return changes, page["after"]


def settled(engine: Engine, api: TestClient, after: str | None = None) -> tuple[list[Any], str]:
    """The same once no other transaction, the server's own included, holds anything back."""
    with engine.connect() as connection:
        (last,) = connection.execute(text("SELECT max(xid) FROM change")).one()
        connection.rollback()
        for _ in range(10_000):
            xmin = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
            if (connection.scalar(text(xmin)) or 0) > last:
                break
            connection.rollback()
    return sync(api, after)


def brief(changes: list[dict[str, Any]]) -> set[tuple[str, int, str]]:
    return {(c["type"], c["id"], c["change"]) for c in changes}


def test_everything_from_the_start_each_once(engine: Engine, own_api: TestClient):
    assert sync(own_api)[0] == []
    write(engine, Said("Taxes will fall."), Said("Rain is likely.", by=("Bo Chen",)))
    everything, after = settled(engine, own_api)
    changes = [c for c in everything if c["type"] != "topic"]
    assert brief(changes) == {
        ("statement", 1, "upsert"),
        ("statement", 2, "upsert"),
        ("speaker", 1, "upsert"),
        ("speaker", 2, "upsert"),
    }
    assert len(changes) == 4
    shown = {c["id"]: c["statement"] for c in changes if c["type"] == "statement"}
    assert shown[1] == own_api.get("/statements/1").json()
    speakers = {c["id"]: c["speaker"] for c in changes if c["type"] == "speaker"}
    assert speakers[2].items() <= own_api.get("/speakers/2").json().items()
    topics = [c["topic"]["name"] for c in everything if c["type"] == "topic"]
    assert len(topics) == own_api.get("/topics?total=exact").json()["total"]["value"]
    assert "armed conflict" in topics
    assert sync(own_api, after) == ([], after)


@pytest.mark.parametrize("limit", [1, 2, 1000])
def test_in_pages_with_a_link_to_the_next(engine: Engine, own_api: TestClient, limit: int):
    write(engine, *(Said(f"Rain {n}.") for n in range(5)))
    settled(engine, own_api)
    changes, _ = sync(own_api, limit=limit, type="statement")
    assert len(changes) == len(brief(changes)) == 5
    response = own_api.get("/changes?type=statement&limit=2")
    assert response.links["next"]["url"].endswith(f"after={response.json()['after']}")
    assert "Link" not in own_api.get("/changes?type=statement&limit=5").headers


def test_of_one_type_only(engine: Engine, own_api: TestClient):
    write(engine, Said("Rain is likely."))
    settled(engine, own_api)
    assert brief(sync(own_api, type="speaker")[0]) == {("speaker", 1, "upsert")}


def test_what_an_article_no_longer_says_is_to_be_dropped_and_comes_back(
    engine: Engine, own_api: TestClient
):
    write(engine, Said("Taxes will fall."), url="https://x.example/1")
    _, after = settled(engine, own_api)
    write(engine, Said("Rain is likely."), url="https://x.example/1")
    changes, after = settled(engine, own_api, after)
    assert brief(changes) == {("statement", 1, "delete"), ("statement", 2, "upsert")}
    (dropped,) = [c for c in changes if c["change"] == "delete"]
    assert dropped["statement"]["withdrawn"]
    write(engine, Said("Taxes will fall."), url="https://x.example/1")
    changes, _ = settled(engine, own_api, after)
    assert ("statement", 1, "upsert") in brief(changes)


def test_merges_and_deletions(engine: Engine, own_api: TestClient):
    write(
        engine, *(Said(f"Rain {n}.", by=(name,)) for n, name in enumerate(["Ann Lee", "Bo Chen"]))
    )
    _, after = settled(engine, own_api)
    with engine.begin() as connection:
        connection.execute(text("UPDATE statement SET merged_into_id = 1 WHERE id = 2"))
        connection.execute(text("UPDATE speaker SET merged_into_id = 1 WHERE id = 2"))
    changes, after = settled(engine, own_api, after)
    assert {(c["type"], c["id"], c["change"], c["merged_into_id"]) for c in changes} == {
        ("statement", 2, "merge", 1),
        ("speaker", 2, "merge", 1),
    }
    with engine.begin() as connection:
        for table in ("statement_topic", "statement_speaker", "occurrence"):
            connection.execute(text(f"DELETE FROM {table} WHERE statement_id = 2"))
        connection.execute(text("DELETE FROM statement WHERE id = 2"))
    changes, _ = settled(engine, own_api, after)
    assert brief(changes) == {("statement", 2, "delete")}
    assert changes[0]["statement"] is None


def test_a_renamed_speaker_is_a_change_a_mere_count_is_none(engine: Engine, own_api: TestClient):
    write(engine, Said("Rain is likely."))
    _, after = settled(engine, own_api)
    with engine.begin() as connection:
        connection.execute(text("UPDATE speaker SET statement_count = 7"))
    assert settled(engine, own_api, after)[0] == []
    with engine.begin() as connection:
        connection.execute(text("UPDATE speaker SET name = 'Anna Lee'"))
    changes, _ = settled(engine, own_api, after)
    assert [c["speaker"]["name"] for c in changes] == ["Anna Lee"]


def test_an_imported_vocabulary_brings_its_new_and_renamed_topics(
    engine: Engine, own_api: TestClient
):
    war = Concept("line 2", "medtop:20000062", "war")
    import_topics(engine, [war])
    changes, after = settled(engine, own_api)
    assert brief(changes) == {("topic", 1, "upsert")}
    assert changes[0]["topic"]["name"] == "war"
    below = Concept("line 3", "medtop:20000063", "civil war", parent=war.code)
    import_topics(engine, [replace(war, name="warfare"), below])
    changes, after = settled(engine, own_api, after)
    assert [(c["topic"]["name"], c["topic"]["parent_code"]) for c in changes] == [
        ("warfare", None),
        ("civil war", war.code),
    ]
    assert changes[0]["topic"].items() <= own_api.get("/topics/1").json().items()
    with engine.begin() as connection:
        connection.execute(text("UPDATE topic SET statement_count = 7"))
    import_topics(engine, [replace(war, name="warfare"), below])
    assert settled(engine, own_api, after)[0] == []


def test_what_commits_late_is_told_late_not_passed_over(engine: Engine, own_api: TestClient):
    write(engine, *(Said(f"Rain {n}.") for n in range(3)))
    _, after = settled(engine, own_api)
    touch = text("UPDATE statement SET updated_at = clock_timestamp() WHERE id = :id")
    with engine.connect() as slow:
        slow.execute(touch, {"id": 1})
        with engine.begin() as quick:
            quick.execute(touch, {"id": 2})
        # The quick one is younger than the slow one, which may still commit below it.
        changes, after = sync(own_api, after)
        assert changes == []
        slow.commit()
    changes, after = settled(engine, own_api, after)
    assert [c["id"] for c in changes] == [1, 2]
    assert settled(engine, own_api, after)[0] == []


@pytest.mark.parametrize(
    ("after", "status", "kind"),
    [
        ("x", 400, "cursor-mismatch"),
        ("é", 400, "cursor-mismatch"),
        ("WzEsMl0", 400, "cursor-mismatch"),
        ("WzksMSwic3RhdGVtZW50IiwxXQ", 400, "cursor-expired"),  # version 9
        ("WzEsLTEsInN0YXRlbWVudCIsMV0", 400, "cursor-mismatch"),  # transaction -1
        ("WzEsOTk5OTk5OTk5OTk5OTksInN0YXRlbWVudCIsMV0", 400, "cursor-expired"),  # of the future
        ("x" * 201, 422, "invalid-parameter"),
    ],
)
def test_positions_that_nobody_gave(api: TestClient, after: str, status: int, kind: str):
    response = api.get("/changes", params={"after": after})
    assert response.status_code == status
    assert response.json()["type"] == f"/problems/{kind}"

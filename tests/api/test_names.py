"""From what is typed to whom it means, and a speaker at a glance."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from tests.ingestion.articles import Said, write


def names(api: TestClient, **parameters: Any) -> list[str]:
    response = api.get("/autocomplete", params=parameters)
    assert response.status_code == 200, response.text
    return [entry["name"] for entry in response.json()["data"]]


class TestAutocomplete:
    @pytest.mark.parametrize("q", ["p", "pes", "Pesk", "PESKOV", "dmitry p", "Dmítry"])
    def test_the_beginning_of_any_word(self, api: TestClient, q: str):
        assert "Dmitry Peskov" in names(api, q=q, limit=50)

    @pytest.mark.parametrize("q", ["peksov", "peskow", "pescov", "dmitri peskov"])
    def test_slips(self, api: TestClient, q: str):
        entry = api.get("/autocomplete", params={"q": q}).json()["data"][0]
        assert entry["name"] == "Dmitry Peskov"
        assert not entry["exact"]

    @pytest.mark.parametrize("q", ["U.S.", "america", "United St"])
    def test_a_topic_by_any_of_its_names(self, api: TestClient, q: str):
        assert "United States" in names(api, q=q, type="topic")

    def test_hints_counts_and_types(self, api: TestClient):
        entry = api.get("/autocomplete?q=pes&type=speaker,source").json()["data"][0]
        assert entry == {
            "type": "speaker", "id": entry["id"], "name": "Dmitry Peskov",
            "slug": "dmitry-peskov", "hint": "Kremlin spokesperson",
            "count": api.get("/statements?speaker=Peskov").json()["total"]["value"], "exact": True,
        }  # fmt: skip

    def test_each_entry_is_what_its_filter_takes(self, api: TestClient):
        found = api.get("/autocomplete?q=t&limit=50").json()["data"]
        assert {entry["type"] for entry in found} == {"speaker", "source", "topic"}
        for entry in found:
            page = api.get("/statements", params={entry["type"]: entry["slug"]}).json()
            (resolved,) = page["resolved"][entry["type"]]
            assert entry["id"] in [match["id"] for match in resolved["matched"]]

    def test_only_the_types_asked_for(self, api: TestClient):
        assert "TASS" in names(api, q="tass", type="source")
        assert names(api, q="peskov", type=["source", "topic"]) == []

    def test_names_that_begin_so_come_before_words_that_do(self, engine: Engine, own_api: Any):
        for n, name in enumerate(("Ann Lee", "Leela Roy", "Zoe Marsh")):
            write(engine, *[Said(f"Rain {n} {i}.", by=(name,)) for i in range(n + 1)], origin=name)
        assert names(own_api, q="lee", type="speaker") == ["Leela Roy", "Ann Lee"]

    def test_nobody_unnamed_and_nobody_merged(self, engine: Engine, own_api: TestClient):
        write(engine, Said("Rain.", by=("Ann Lee",)), Said("Sun.", by=("Anna Leeds",)))
        with engine.begin() as connection:
            connection.execute(text("UPDATE speaker SET merged_into_id = 1 WHERE id = 2"))
        assert names(own_api, q="ann", type="speaker") == ["Ann Lee"]

    @pytest.mark.parametrize("q", ["%", "_", "…", "'; --", "\\", ".*", "[a-z]+", "$1"])
    def test_marks_mean_nothing(self, api: TestClient, q: str):
        assert names(api, q=q, type="speaker,source") == []


class TestProfile:
    @pytest.fixture
    def profile(self, engine: Engine, own_api: TestClient) -> dict[str, Any]:
        for n, (day, by, description) in enumerate(
            (
                ((2025, 1, 3), ("Ann Lee",), "Kremlin spokesperson"),
                ((2025, 1, 9), ("Ann Lee", "Bo Chen"), "Kremlin spokesperson"),
                ((2025, 3, 1), ("Ann Lee",), "adviser to NATO"),
                (None, ("Ann Lee",), None),
            )
        ):
            at = datetime(*day, tzinfo=UTC) if day else None
            write(engine, Said(f"NATO will meet {n} times.", by=by), origin=f"{n}", at=at)
            with engine.begin() as connection:
                connection.execute(
                    text("UPDATE occurrence SET speaker_description = :d WHERE id = :id"),
                    {"d": description, "id": n + 1},
                )
        response = own_api.get("/speakers/1")
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    def test_descriptions_in_the_order_of_time(self, profile: dict[str, Any]):
        assert profile["descriptions"] == [
            {
                "text": "Kremlin spokesperson", "count": 2,
                "first_seen": "2025-01-03T00:00:00Z", "last_seen": "2025-01-09T00:00:00Z",
            },
            {
                "text": "adviser to NATO", "count": 1,
                "first_seen": "2025-03-01T00:00:00Z", "last_seen": "2025-03-01T00:00:00Z",
            },
        ]  # fmt: skip

    def test_affiliations_are_what_the_descriptions_name(self, profile: dict[str, Any]):
        assert [(a["name"], a["count"]) for a in profile["affiliations"]] == [
            ("Russia", 2), ("NATO", 1)
        ]  # fmt: skip

    def test_months_topics_and_company(self, profile: dict[str, Any]):
        assert profile["by_month"] == [
            {"month": "2025-01", "count": 2}, {"month": "2025-03", "count": 1}
        ]  # fmt: skip
        assert profile["undated_count"] == 1
        assert [t["count"] for t in profile["topics"] if t["code"] == "nato"] == [4]
        assert [(s["name"], s["count"]) for s in profile["co_speakers"]] == [("Bo Chen", 1)]
        assert profile["timed_out"] is False

    def test_first_and_last_statement(self, profile: dict[str, Any], own_api: TestClient):
        assert profile["first_statement"] == own_api.get("/statements/1").json()
        assert profile["last_statement"] == own_api.get("/statements/3").json()

    def test_a_speaker_who_said_nothing_that_still_stands(
        self, engine: Engine, own_api: TestClient
    ):
        write(engine, Said("Rain is likely."))
        write(engine, Said("The sun will shine all day.", by=("Bo Chen",)))
        profile = own_api.get("/speakers/1").json()
        assert profile["first_statement"] is profile["last_statement"] is None
        assert profile["by_month"] == profile["topics"] == profile["descriptions"] == []

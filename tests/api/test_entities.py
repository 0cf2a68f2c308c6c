"""Speakers, sources, topics and articles over the seed article, and lists in every order."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests.ingestion.articles import Said, write


def rows(api: TestClient, path: str, **parameters: Any) -> list[dict[str, Any]]:
    """All rows of a list, page by page."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        if cursor is not None:
            parameters["cursor"] = cursor
        body = api.get(path, params=parameters).json()
        found += body["data"]
        cursor = body["page"]["next_cursor"]
        if cursor is None:
            assert body["total"] in (None, {"value": len(found), "relation": "eq"})
            return found


def test_a_speaker_with_aliases_description_and_count(api: TestClient):
    (peskov,) = rows(api, "/speakers", q="peskov")
    assert peskov["name"] == "Dmitry Peskov"
    assert peskov["kind"] == "person"
    assert {"Dmitry Peskov", "Peskov"} <= set(peskov["aliases"])
    assert "spokesperson" in peskov["description"]
    assert not any("spokesperson" in alias for alias in peskov["aliases"])
    assert peskov["statement_count"] == len(rows(api, "/statements", speaker="Peskov"))
    assert api.get(f"/speakers/{peskov['id']}").json().items() >= peskov.items()


def test_an_outlet_that_speaks_points_to_its_source(api: TestClient):
    (speaker,) = rows(api, "/speakers", q="New York Times")
    (source,) = rows(api, "/sources", q="NYT")
    assert speaker["kind"] == "organization"
    assert speaker["source_id"] == source["id"]


def test_sources_have_kinds_and_aliases(api: TestClient):
    by_name = {s["name"]: s for s in rows(api, "/sources", limit=3)}
    assert by_name["TASS"]["kind"] == "agency"
    assert by_name["Truth Social"]["kind"] == "platform"
    assert by_name["ANSA"]["article_count"] == 1
    assert {s["name"] for s in rows(api, "/sources", kind="platform")} == {"Truth Social"}


def test_topics_have_schemes_parents_and_counts(api: TestClient):
    (nato,) = rows(api, "/topics", q="nato")
    assert nato["scheme"] == "entity"
    assert nato["statement_count"] == len(rows(api, "/statements", topic="NATO"))
    iptc = rows(api, "/topics", scheme="iptc", limit=200)
    ids = {topic["id"] for topic in iptc}
    assert all(topic["code"].startswith("medtop:") for topic in iptc)
    assert all(topic["parent_id"] in ids for topic in iptc if topic["parent_id"] is not None)


def test_a_topic_includes_the_narrower_ones(api: TestClient):
    iptc = {t["id"]: t for t in rows(api, "/topics", scheme="iptc", limit=200)}
    used = next(t for t in iptc.values() if t["statement_count"] and t["parent_id"])
    narrow = {s["id"] for s in rows(api, "/statements", topic=used["code"])}
    broad = {s["id"] for s in rows(api, "/statements", topic=iptc[used["parent_id"]]["name"])}
    assert narrow
    assert narrow <= broad


def test_articles(api: TestClient):
    (article,) = rows(api, "/articles")
    assert article["source"]["name"] == "ANSA"
    assert article["title"] is None
    assert article["published_at"] is None
    assert article["language"] == "en"
    detail = api.get(f"/articles/{article['id']}").json()
    assert [version["n"] for version in detail["versions"]] == [1]
    assert "text" not in detail
    assert rows(api, "/articles", publisher="Reuters") == []
    assert rows(api, "/articles", has_date="true") == []
    assert len(rows(api, "/articles", publisher="ansa", language="en")) == 1


@pytest.mark.parametrize(
    ("path", "sorts"),
    [
        ("/speakers", ["-statement_count", "name", "id"]),
        ("/sources", ["-article_count", "name", "id"]),
        ("/topics", ["-statement_count", "name", "id"]),
    ],
)
def test_lists_page_through_everything_in_every_order(api: TestClient, path: str, sorts: list[str]):
    sets = [{row["id"] for row in rows(api, path, sort=sort, limit=4)} for sort in sorts]
    for sort in sorts:
        found = rows(api, path, sort=sort, limit=4)
        assert len(found) == len({row["id"] for row in found})
        key = sort.lstrip("-")
        keys = [row[key] for row in found]
        if key != "name":  # names sort by the database's collation
            assert keys == sorted(keys, reverse=sort.startswith("-"))
    assert all(one == sets[0] for one in sets)


def test_a_query_without_words_finds_nothing(api: TestClient):
    for path in ("/speakers", "/sources", "/topics"):
        assert rows(api, path, q="…") == []


class TestDates:
    """Dated and undated rows, several publishers: what the seed article cannot show."""

    @pytest.fixture(autouse=True)
    def _articles(self, engine: Engine) -> None:
        for n, day in enumerate((1, 10, 20, None, 20)):
            at = None if day is None else datetime(2025, 2, day, tzinfo=UTC)
            name = ("Reuters", "BBC", "Reuters", "BBC", "ANSA")[n]
            said = Said(f"Sentence number {n}.", via=("TASS",) if n == 2 else ())
            write(engine, said, Said("Said everywhere."), origin=f"{n}", at=at, publisher=name)

    def texts(self, api: TestClient, **parameters: Any) -> list[str]:
        return [s["text"].split()[-1] for s in rows(api, "/statements", limit=2, **parameters)]

    def test_undated_rows_come_last_either_way(self, own_api: TestClient):
        newest = self.texts(own_api, q="sentence")
        assert set(newest[:2]) == {"2.", "4."}
        assert newest[2:] == ["1.", "0.", "3."]
        oldest = self.texts(own_api, q="sentence", sort="published_at")
        assert oldest[:2] == ["0.", "1."]
        assert oldest[-1] == "3."

    def test_a_half_open_range(self, own_api: TestClient):
        found = self.texts(
            own_api, q="sentence", published_from="2025-02-10", published_before="2025-02-20"
        )
        assert found == ["1."]

    def test_one_occurrence_must_meet_all_and_is_the_one_shown(self, own_api: TestClient):
        (everywhere,) = rows(own_api, "/statements", q="everywhere", has_date="true")
        assert everywhere["publisher_count"] == 3
        assert everywhere["occurrence"]["article"]["published_at"] == "2025-02-01T00:00:00Z"
        (later,) = rows(own_api, "/statements", q="everywhere", published_from="2025-02-10")
        assert later["id"] == everywhere["id"]
        assert later["occurrence"]["article"]["source"]["name"] == "BBC"
        assert later["first_published_at"] == "2025-02-01T00:00:00Z"
        none = rows(
            own_api, "/statements", q="everywhere", published_from="2025-02-10",
            published_before="2025-02-15", publisher="Reuters",
        )  # fmt: skip
        assert none == []

    def test_date_order_uses_the_date_of_the_occurrence_shown(self, own_api: TestClient):
        found = rows(own_api, "/statements", publisher=["BBC", "ANSA"], sort="-published_at")
        dates = [s["occurrence"]["article"]["published_at"] for s in found]
        known = [date for date in dates if date]
        assert known == sorted(known, reverse=True)
        assert None not in dates[: len(known)]

    def test_several_values_are_or_and_several_parameters_and(self, own_api: TestClient):
        assert len(self.texts(own_api, publisher=["BBC", "ANSA"], q="sentence")) == 3
        assert self.texts(own_api, publisher=["BBC", "Reuters"], via="TASS", q="sentence") == ["2."]

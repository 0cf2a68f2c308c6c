"""`GET /statements` over the seed article: what issue after issue must go on showing."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

GOLD = json.loads(
    (Path(__file__).parent.parent / "gold" / "seed.jsonl").read_text().splitlines()[0]
)
TEXT: str = GOLD["text"]


def get(api: TestClient, **parameters: Any) -> dict[str, Any]:
    response = api.get("/statements", params=parameters)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def everything(api: TestClient, **parameters: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = get(api, **parameters, **({"cursor": cursor} if cursor else {}))
        rows += page["data"]
        cursor = page["page"]["next_cursor"]
        assert page["page"]["has_more"] == (cursor is not None)
        if cursor is None:
            return rows


def occurrences(api: TestClient) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every occurrence of every statement, with its statement."""
    found = []
    for statement in everything(api, limit=200):
        page = api.get(f"/statements/{statement['id']}/occurrences").json()
        found += [(statement, occurrence) for occurrence in page["data"]]
    return found


def positions(occurrence: dict[str, Any]) -> list[tuple[int, int]]:
    return [
        (s["start"], s["end"])
        for s in occurrence["selectors"]
        if s["type"] == "TextPositionSelector"
    ]


def words(spans: list[tuple[int, int]]) -> set[int]:
    return {
        m.start()
        for m in re.finditer(r"\w+", TEXT)
        if any(s < m.end() and m.start() < e for s, e in spans)
    }


def iou(a: set[int], b: set[int]) -> float:
    return len(a & b) / len(a | b) if a | b else 0.0


def test_peskov_and_nobody_else(api: TestClient):
    page = get(api, speaker="Peskov")
    assert {s["speaker"]["name"] for s in page["data"]} == {"Dmitry Peskov"}
    gold = [s for s in GOLD["statements"] if s["speaker"] == "Dmitry Peskov"]
    found = [words(positions(s["occurrence"])) for s in page["data"]]
    hits = [s["id"] for s in gold if any(iou(words(s["spans"]), f) >= 0.25 for f in found)]
    assert len(gold) == 8
    assert len(hits) >= 7


@pytest.mark.parametrize("name", ["peskov", "PESKOV", "Dmitry Peskov", "dmitry-peskov", "Pèskov"])
def test_any_way_to_name_peskov_gives_the_same(api: TestClient, name: str):
    assert get(api, speaker=name)["data"] == get(api, speaker="Peskov")["data"]


def test_by_id_too(api: TestClient):
    page = get(api, speaker="Peskov")
    by_id = get(api, speaker=page["data"][0]["speaker"]["id"])
    assert by_id["data"] == page["data"]


def test_a_name_that_nobody_bears_gives_nothing_and_suggestions(api: TestClient):
    page = get(api, speaker="Peskow")
    assert page["data"] == []
    (resolved,) = page["resolved"]["speaker"]
    assert resolved["matched"] == []
    assert resolved["suggestions"][0]["name"] == "Dmitry Peskov"


def test_resolved_says_who_was_meant(api: TestClient):
    page = get(api, speaker=["Rutte", "Kallas"])
    rutte, kallas = page["resolved"]["speaker"]
    assert [m["name"] for m in rutte["matched"]] == ["Mark Rutte"]
    assert rutte["matched"][0]["count"] > 0
    assert [m["name"] for m in kallas["matched"]] == ["Kaja Kallas"]
    assert {s["speaker"]["name"] for s in page["data"]} == {"Mark Rutte", "Kaja Kallas"}


def test_the_seeds_required_statements_have_their_speakers(api: TestClient):
    served = [(s, words(positions(o))) for s, o in occurrences(api)]
    required = [s for s in GOLD["statements"] if s["required"]]
    hits = [
        gold["id"]
        for gold in required
        if any(
            iou(words(gold["spans"]), covered) >= 0.5
            and (statement["speaker"] or {}).get("name") == gold["speaker"]
            for statement, covered in served
        )
    ]
    assert len(required) == 38
    assert len(hits) >= 36


def test_what_is_no_statement_is_not_served(api: TestClient):
    served = [words(positions(o)) for _, o in occurrences(api)]
    for words_of_none in GOLD["not_statements"]:
        start = TEXT.index(words_of_none)
        none = words([(start, start + len(words_of_none))])
        assert all(iou(none, covered) < 0.5 for covered in served)


def test_ruttes_repeated_sentence_is_one_statement_with_two_occurrences(api: TestClient):
    repeated = [s for s in everything(api, speaker="Rutte") if "above 3%" in s["text"]]
    assert [s["occurrence_count"] for s in repeated] == [2]
    page = api.get(f"/statements/{repeated[0]['id']}/occurrences").json()
    assert page["total"] == {"value": 2, "relation": "eq"}
    starts = [positions(o)[0][0] for o in page["data"]]
    assert starts[0] < starts[1]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"via": "TASS"}, "I have nothing to tell you"),
        ({"source": "Truth Social"}, "We both reflected"),
        ({"source": "The New York Times"}, "Alexander Vinnik"),
        ({"publisher": "ANSA"}, "Putin invited Trump to Moscow"),
        ({"topic": "NATO"}, "not a “realistic” outcome"),
        ({"q": '"minsk 3" -bananas'}, "no Minsk 3"),
        ({"kind": "mixed", "speaker": "Hegseth"}, "future priority"),
        ({"act": "writing"}, "We both reflected"),
        ({"medium": "interview"}, "brings Fogel back"),
        ({"language": "en", "has_date": "false"}, "brings Fogel back"),
    ],
)
def test_each_filter_finds_its_own(api: TestClient, parameters: dict[str, str], expected: str):
    assert any(expected in s["text"] for s in everything(api, **parameters))


@pytest.mark.parametrize(
    "parameters",
    [
        {"via": "Reuters"},
        {"language": "fr"},
        {"has_date": "true"},
        {"published_from": "2020-01-01"},
        {"published_before": "2030-01-01"},
        {"min_confidence": "1", "kind": "indirect"},
        {"topic": "NAT"},
        {"topic": "!!!"},
        {"speaker": "pesk"},
        {"speaker": "…"},
        {"has_speaker": "false", "speaker": "Peskov"},
        {"q": "bananas"},
        {"id": 999_999},
        {"article": 999_999},
        {"speaker": "999999"},
    ],
)
def test_each_filter_leaves_out_the_rest(api: TestClient, parameters: dict[str, Any]):
    page = get(api, **parameters)
    assert page["data"] == []
    assert page["total"] == {"value": 0, "relation": "eq"}


def test_via_and_source_agree_with_what_is_shown(api: TestClient):
    for statement in everything(api, via="Truth Social"):
        assert "Truth Social" in [v["name"] for v in statement["occurrence"]["via"]]
    names = {s["speaker"]["name"] for s in everything(api, source="NYT")}
    assert names == {"The New York Times"}


def test_every_selector_is_the_articles_text_at_its_place(api: TestClient):
    for _, occurrence in occurrences(api):
        selectors = occurrence["selectors"]
        assert selectors
        for quote, position in zip(selectors[::2], selectors[1::2], strict=True):
            start, end = position["start"], position["end"]
            assert TEXT[start:end] == quote["exact"]
            assert TEXT[:start].endswith(quote["prefix"])
            assert len(quote["prefix"]) == min(120, start)
            assert TEXT[end:].startswith(quote["suffix"])


@pytest.mark.parametrize("sort", ["-published_at", "published_at", "id", "relevance"])
@pytest.mark.parametrize("limit", [1, 7, 200])
def test_paging_gives_every_statement_once_though_none_has_a_date(
    api: TestClient, sort: str, limit: int
):
    query = {"q": "the"} if sort == "relevance" else {}
    if sort == "relevance":
        query = {"q": "Ukraine OR NATO OR war"}
    rows = everything(api, sort=sort, limit=limit, **query)
    ids = [s["id"] for s in rows]
    total = get(api, total="exact", **query)["total"]
    assert len(ids) == len(set(ids)) == total["value"] > 5


def test_the_link_header_leads_to_the_next_page(api: TestClient):
    response = api.get("/statements", params={"limit": 3, "speaker": "Trump"})
    url = re.fullmatch(r'<(.*)>; rel="next"', response.headers["Link"])
    assert url is not None
    following = api.get(url[1]).json()
    assert following["data"][0]["id"] not in [s["id"] for s in response.json()["data"]]
    assert following["resolved"] == response.json()["resolved"]


def test_totals(api: TestClient):
    assert get(api, total="none")["total"] is None
    assert get(api, total="exact")["total"]["relation"] == "eq"
    assert get(api)["total"]["value"] == len(everything(api))


def test_one_statement(api: TestClient):
    (first,) = get(api, limit=1)["data"]
    assert api.get(f"/statements/{first['id']}").json() == first


def test_thoughts_only_if_asked_for(api: TestClient):
    assert {s["act"] for s in everything(api)} <= {"speech", "writing"}


def test_headers_of_every_answer(api: TestClient):
    for path in ("/statements", "/nothing", "/statements?x=1"):
        response = api.get(path, headers={"Origin": "https://dashboard.example"})
        assert response.headers["API-Version"] == "1"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Authorization" in response.headers["Vary"]

"""Whatever stands in a query string: a clear 4xx, or a right answer; never a 500."""

from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

PATHS = (
    "/statements", "/stats/facets", "/stats/timeline", "/autocomplete", "/speakers", "/sources",
    "/topics", "/articles", "/statements/1/occurrences", "/statements/1/similar",
)  # fmt: skip
# Metacharacters of SQL, LIKE, tsquery, trigrams, regular expressions, JSON, HTML and arrays.
MARKS = [
    "'", '"', "';--", "' OR '1'='1", "\\", "\\'", "%", "_", "%%", "*", ".*", "(", ")", "((", "[a-z",
    "$1", ":x", "&", "|", "!", "<->", "&&", "||", "!!", "a & !", '"a', "a -", "- a", "{", "{1,2}",
    "NULL", "\x01", "\x1f", "\x7f", "\u0085", "\u2028", "\u202e", "\ufeff", "\U0001f600", "e\u0301",
    "\u0000", "<mark>", "</script>", "=en", "'=en'", "a:*", "a:A", "or", "OR", "OR OR", "-", "--",
]  # fmt: skip
WORDY = (
    "q", "speaker", "exclude_speaker", "source", "exclude_source", "publisher", "via", "topic",
    "language", "fields", "include", "facet", "type", "cursor", "sort", "published_from",
    "said_from", "updated_since",
)  # fmt: skip


def check(api: TestClient, path: str, parameters: Any) -> None:
    response = api.get(path, params=parameters)
    assert response.status_code in (200, 400, 422), (path, parameters, response.text)
    if response.status_code != 200:
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.json()["errors"][0]["parameter"]


@pytest.mark.parametrize("mark", MARKS)
def test_marks_in_every_word(api: TestClient, mark: str):
    for name in ("q", "speaker", "exclude_source", "topic", "cursor", "fields"):
        check(api, "/statements", {name: mark})
    check(api, "/statements", {"q": f"trump {mark} nato", "sort": "relevance", "highlight": "true"})
    check(api, "/stats/facets", {"q": mark, "facet": ["speaker", "topic"]})
    check(api, "/autocomplete", {"q": mark})


@settings(max_examples=60, deadline=None)
@given(
    path=st.sampled_from(PATHS),
    parameters=st.lists(
        st.tuples(
            st.sampled_from(WORDY),
            st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(MARKS),
        ),
        max_size=4,
    ),
)
def test_any_text_anywhere(api: TestClient, path: str, parameters: list[tuple[str, str]]):
    check(api, path, parameters)


@settings(max_examples=60, deadline=None)
@given(
    q=st.lists(
        st.sampled_from(["nato", " ", '"', "-", "or", "(", "&", "'", "é", ":", "*"]),
        min_size=1,
        max_size=40,
    ).map("".join)
)
def test_any_search_means_the_same_in_every_order(api: TestClient, q: str):
    found = {}
    for sort in ("-published_at", "published_at", "id", "relevance"):
        body = api.get("/statements", params={"q": q, "sort": sort, "limit": 200}).json()
        found[sort] = sorted(statement["id"] for statement in body["data"])
    assert len(set(map(tuple, found.values()))) == 1


@pytest.mark.parametrize("path", ["/statements", "/stats/facets", "/autocomplete"])
def test_ten_kilobytes_of_q(api: TestClient, path: str):
    response = api.get(path, params={"q": "nato " * 2000})
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == "q"


@pytest.mark.parametrize("name", ["published_from", "published_before", "updated_since"])
@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("0001-01-01", 200), ("9999-12-31", 200), ("9999-12-31T23:59:59.999999Z", 200),
        ("0000-01-01", 422), ("10000-01-01", 422), ("2025-13-01", 422), ("-2025-01-01", 422),
        ("0001-01-01T00:00:00+14:00", 422), ("9999-12-31T23:59:59-14:00", 422), ("now", 422),
        ("infinity", 422), ("1700000000", 422), ("2025-02-29", 422),
    ],
)  # fmt: skip
def test_times_at_and_beyond_the_edges(api: TestClient, name: str, value: str, status: int):
    assert api.get("/statements", params={name: value}).status_code == status


@pytest.mark.parametrize("value", ["2025-02-30", "0000-01-01", "20250230", "1", "2025-01-01T00:00"])
def test_days_beyond_the_edges(api: TestClient, value: str):
    response = api.get("/statements", params={"said_from": value})
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == "said_from"


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/stats/facets?facet=age", "facet"),
        ("/stats/facets?size=0", "size"),
        ("/stats/facets?limit=3", "limit"),
        ("/stats/timeline?interval=hour", "interval"),
        ("/stats/timeline?split_by=via", "split_by"),
        ("/stats/timeline?measure=words", "measure"),
        ("/stats/timeline?interval=day&published_from=0001-01-01&published_before=2025-01-01",
         "interval"),
        ("/autocomplete", "q"),
        ("/autocomplete?q=", "q"),
        ("/autocomplete?q=a&type=article", "type"),
        ("/statements?include=everything", "include"),
        ("/statements?min_occurrences=0", "min_occurrences"),
        ("/statements?speaker_kind=robot", "speaker_kind"),
        ("/statements?has_topic=perhaps", "has_topic"),
        ("/statements/1/similar?min_likeness=nan", "min_likeness"),
        ("/statements/1/similar?limit=51", "limit"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(api: TestClient, path: str, parameter: str):
    response = api.get(path)
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == parameter


def test_filters_of_the_list_are_those_of_the_dashboards(api: TestClient):
    """One filter model: what the list takes, facets and timelines take."""
    query = "speaker=Trump&exclude_source=TASS&speaker_kind=person&has_topic=true&q=ukraine"
    total = api.get(f"/statements?{query}").json()["total"]["value"]
    facets = api.get(f"/stats/facets?{query}&facet=kind").json()
    assert sum(b["count"] for b in facets["facets"]["kind"]["buckets"]) == total
    timeline = api.get(f"/stats/timeline?{query}").json()
    assert timeline["undated_count"] == total
    assert facets["resolved"] == timeline["resolved"]
    assert {"speaker", "exclude_source"} == set(facets["resolved"])


def test_many_names(api: TestClient):
    names = "&".join(f"speaker={quote(f'Nobody {n}')}" for n in range(51))
    response = api.get(f"/statements?{names}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == "speaker"

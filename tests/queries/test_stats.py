"""Facets and timelines count what the list gives, under any filters."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db import make_async_engine
from app.errors import InvalidParameterError
from app.queries import budget
from app.queries.facets import count_facets
from app.queries.filters import StatementList
from app.queries.statements import list_statements
from app.queries.stats_filters import FacetList, Timeline
from app.queries.timeline import count_timeline
from tests.queries import strategies
from tests.queries.corpus import SPEAKERS, Place, Said, add, at, empty, matching

PARTS = [
    "speaker", "speaker_kind", "source", "publisher", "via", "topic", "kind", "act", "medium",
    "language",
]  # fmt: skip


def run(url: str, query: Any, parameters: Any) -> dict[str, Any]:
    async def ask() -> dict[str, Any]:
        engine = make_async_engine(url, pool_size=1, statement_timeout=10)
        try:
            async with engine.connect() as connection:
                answer: dict[str, Any] = await query(connection, parameters)
                return answer
        finally:
            await engine.dispose()

    return asyncio.run(ask())


def values(said: Said, places: list[Place], facet: str) -> set[str]:
    """The values of a statement under a facet, in the places that satisfy the filters."""
    found: dict[str, set[str | None]] = {
        "speaker": set(said.speakers),
        "speaker_kind": {SPEAKERS[name] for name in said.speakers},
        "topic": set(said.topics),
        "kind": {said.kind},
        "act": {said.act},
        "publisher": {p.publisher for p in places},
        "via": {p.via for p in places},
        "medium": {p.medium for p in places},
        "language": {p.language for p in places},
    }
    voices = {name for name in said.speakers if name == "Acme"}
    found["source"] = found["publisher"] | found["via"] | voices
    return {value for value in found[facet] if value is not None}


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    corpus=st.lists(strategies.sayings, max_size=10),
    filters=strategies.few_filters(),
    facet=st.sampled_from(PARTS),
    size=st.integers(1, 3),
)
def test_a_facet_counts_what_the_list_would_give(
    engine: Engine,
    db_url: str,
    corpus: list[Said],
    filters: dict[str, Any],
    facet: str,
    size: int,
):
    empty(engine)
    add(engine, corpus)
    answer = run(db_url, count_facets, FacetList(facet=[facet], size=size, **filters))
    (counted,) = answer["facets"].values()
    others = {name: value for name, value in filters.items() if name != facet}
    if facet == "act":
        others["act"] = ["speech", "writing", "thought"]
    found = [(said, matching(said, others)) for said in corpus]
    each = [values(said, places, facet) for said, places in found if places]
    expected = Counter(value for one in each for value in one)
    shown = {bucket["label"]: bucket["count"] for bucket in counted["buckets"]}
    assert shown.items() <= expected.items()
    assert sorted(shown.values(), reverse=True) == [n for _, n in expected.most_common(size)]
    assert counted["other_count"] == expected.total() - sum(shown.values())
    assert counted["unknown_count"] == sum(not one for one in each)
    chosen = filters.get(facet, [])
    assert all(b["selected"] == (b["label"] in chosen) for b in counted["buckets"])


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    corpus=st.lists(strategies.sayings, max_size=10),
    filters=strategies.few_filters(),
    measure=st.sampled_from(["statements", "occurrences"]),
    split_by=st.sampled_from(["speaker", "source", "topic", "kind"]),
)
def test_a_timeline_counts_what_the_list_would_give(
    engine: Engine,
    db_url: str,
    corpus: list[Said],
    filters: dict[str, Any],
    measure: str,
    split_by: str,
):
    empty(engine)
    add(engine, corpus)
    parameters = Timeline(interval="day", measure=measure, split_by=split_by, size=2, **filters)
    answer = run(db_url, count_timeline, parameters)
    counted: list[tuple[Said, Place, list[Place]]] = []
    for said in corpus:
        places = matching(said, filters)
        if measure == "statements":
            order = sorted(places, key=lambda p: (p.withdrawn, p.day is None, p.day or 0))
            counted += [(said, place, places) for place in order[:1]]
        else:
            counted += [(said, place, [place]) for place in places]
    days = Counter(at(place.day) for _, place, _ in counted)
    assert answer["undated_count"] == days.pop(None, 0)
    shown = {bucket["start"]: bucket["count"] for bucket in answer["buckets"]}
    assert {start: n for start, n in shown.items() if n} == days
    starts = list(shown)
    assert all(b - a == timedelta(days=1) for a, b in pairwise(starts))
    totals = Counter(
        value
        for said, _, places in counted
        for value in values(said, places, split_by) or {"unknown"}
    )
    unknown = totals.pop("unknown", 0)
    series = {one["label"]: one["total"] for one in answer["series"]}
    assert series.get("unknown", 0) == unknown
    assert series.get("other", 0) == totals.total() - sum(n for _, n in totals.most_common(2))
    top = sorted((n for label, n in series.items() if label in totals), reverse=True)
    assert top == [n for _, n in totals.most_common(2)]


class TestBuckets:
    @pytest.fixture(autouse=True)
    def _corpus(self, engine: Engine) -> None:
        empty(engine)
        add(engine, [Said(places=(Place(day=day),)) for day in (0, 4, 5, 40)])

    def timeline(self, url: str, **parameters: Any) -> list[dict[str, Any]]:
        buckets: list[dict[str, Any]] = run(url, count_timeline, Timeline(**parameters))["buckets"]
        return buckets

    def test_weeks_are_those_of_iso(self, db_url: str):
        found = self.timeline(db_url, interval="week")
        # 2025-01-01 is a Wednesday, 2025-01-05 a Sunday, 2025-01-06 a Monday.
        assert [(b["label"], b["count"]) for b in found[:3]] == [
            ("2025-W01", 2), ("2025-W02", 1), ("2025-W03", 0)
        ]  # fmt: skip
        assert found[0]["start"] == datetime(2024, 12, 30, tzinfo=UTC)
        assert found[-1]["label"] == "2025-W07"

    @pytest.mark.parametrize(
        ("interval", "labels"),
        [("month", ["2025-01", "2025-02"]), ("year", ["2025"])],
    )
    def test_months_and_years(self, db_url: str, interval: str, labels: list[str]):
        assert [b["label"] for b in self.timeline(db_url, interval=interval)] == labels

    def test_edges_that_the_range_cuts_are_partial(self, db_url: str):
        found = self.timeline(
            db_url, interval="month", published_from="2025-01-05", published_before="2025-03-01"
        )
        assert [(b["label"], b["count"], b["partial"]) for b in found] == [
            ("2025-01", 2, True), ("2025-02", 1, False)
        ]  # fmt: skip

    def test_a_range_with_nothing_in_it_is_filled_too(self, db_url: str):
        found = self.timeline(
            db_url, interval="year", published_from="2020-01-01", published_before="2023-06-01"
        )
        assert [(b["label"], b["count"], b["partial"]) for b in found] == [
            ("2020", 0, False), ("2021", 0, False), ("2022", 0, False), ("2023", 0, True)
        ]  # fmt: skip

    def test_this_year_is_not_over(self, db_url: str):
        now = datetime.now(UTC)
        found = self.timeline(db_url, interval="year", published_from=f"{now.year}-01-01")
        assert found[0]["partial"]

    @pytest.mark.parametrize(
        "parameters",
        [
            {"interval": "day", "published_from": "1900-01-01"},
            {"interval": "year", "published_from": "0001-01-01"},
            {"interval": "week", "published_from": "0001-01-01"},
            {"interval": "month", "published_before": "9999-12-31"},
        ],
    )
    def test_too_many_buckets_are_refused(self, db_url: str, parameters: dict[str, str]):
        with pytest.raises(InvalidParameterError) as caught:
            self.timeline(db_url, **parameters)
        assert caught.value.parameter == "interval"


class TestBudget:
    """What there is no time for says so; the connection is as it was before."""

    async def _slowly(self, connection: AsyncConnection, _: None) -> dict[str, Any]:
        spent = budget.Budget()
        async with spent.spend(connection):
            await connection.execute(text("SELECT pg_sleep(5)"))
        left = await connection.scalar(text("SHOW statement_timeout"))
        return {"timed_out": spent.timed_out, "left": left}

    def test_a_query_is_stopped(self, db_url: str, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(budget, "SECONDS", 0.05)
        assert run(db_url, self._slowly, None) == {"timed_out": True, "left": "10s"}

    def test_facets_and_timelines_without_time(
        self, engine: Engine, db_url: str, monkeypatch: pytest.MonkeyPatch
    ):
        empty(engine)
        with engine.begin() as connection:
            # Whoever reads statements waits for this transaction, as for a long query.
            connection.execute(text("LOCK TABLE statement IN ACCESS EXCLUSIVE MODE"))
            monkeypatch.setattr(budget, "SECONDS", 0.05)
            facets = run(db_url, count_facets, FacetList(facet=["kind", "act"]))["facets"]
            timeline = run(db_url, count_timeline, Timeline(split_by="kind"))
        nothing: dict[str, Any] = {
            "buckets": [],
            "other_count": None,
            "unknown_count": None,
            "timed_out": True,
        }
        assert facets == {"kind": nothing, "act": nothing}
        assert timeline["timed_out"]
        assert timeline["buckets"] == timeline["series"] == []

    def test_totals_are_what_is_known_where_there_is_no_time_to_count(
        self, engine: Engine, db_url: str, monkeypatch: pytest.MonkeyPatch
    ):
        with engine.begin() as connection:
            connection.execute(text(MANY))

        def total(**parameters: Any) -> Any:
            return run(db_url, list_statements, StatementList(**parameters))["total"]

        monkeypatch.setattr(budget, "SECONDS", 9)  # however busy the machine is
        assert total() == {"value": 1000, "relation": "gte"}
        assert total(total="exact") == {"value": 60_000, "relation": "eq"}
        assert total(kind=["mixed"], limit=30) == {"value": 30, "relation": "eq"}
        monkeypatch.setattr(budget, "SECONDS", 0.0)  # a millisecond, the least there is
        late = {"relation": "gte", "timed_out": True}
        # All 60,000 have to be looked at to be sure that there are no more.
        assert total(kind=["mixed"], limit=20) == late | {"value": 21}
        assert total(total="exact")["value"] in (26, 1000)
        assert total(total="exact").items() >= late.items()
        # A list that ends on its first page needs no counting.
        assert total(kind=["mixed"], limit=30) == {"value": 30, "relation": "eq"}


# 60,000 statements, one a second; 30 of the last 1,500 are mixed.
MANY = """
    INSERT INTO article (origin) VALUES ('a');
    INSERT INTO article_version (article_id, n, origin, text, text_sha256, raw_sha256)
        VALUES (1, 1, 'a', '', '', '');
    INSERT INTO statement (text, kind, act, first_published_at)
        SELECT 's', CASE WHEN n > 58500 AND n % 50 = 0 THEN 'mixed' ELSE 'direct' END, 'speech',
            timestamptz '2025-01-01 00:00Z' + n * interval '1 second'
        FROM generate_series(1, 60000) n;
    INSERT INTO occurrence (statement_id, article_id, version, spans, selectors, folded_hash, kind,
            act, confidence, extractor_version, published_at)
        SELECT id, 1, 1, ARRAY[[id, id + 1]]::int[], '[]', '', kind, act,
            0.9, 'x', first_published_at
        FROM statement;
    ANALYZE;
"""

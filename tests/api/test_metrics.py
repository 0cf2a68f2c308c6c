"""What Prometheus scrapes is true, and says nothing of who asked for what."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from app.ingestion.metadata import Metadata
from app.ingestion.queue import enqueue_document
from app.main import create_app
from app.models import KeyScope
from tests.conftest import settings_for
from tests.keys import make_key

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def client(db_url: str) -> Iterator[TestClient]:
    settings = settings_for(db_url).model_copy(
        update={"extraction_processes": 0, "rate_limit": 1000}
    )
    with TestClient(create_app(settings)) as client:
        yield client


def scrape(client: TestClient) -> Samples:
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert response.headers["Cache-Control"] == "no-store"
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def requests(samples: Samples) -> dict[tuple[str, str, str], float]:
    """Requests by method, route and status."""
    return {
        (labels["method"], labels["route"], labels["status"]): value
        for (name, pairs), value in samples.items()
        if name == "onrecord_http_requests_total" and (labels := dict(pairs))
    }


def test_requests_are_counted_by_route_and_by_the_status_that_left(client: TestClient):
    tag = client.get("/statements").headers["ETag"]
    for speaker in ("Ann", "Bo", "Cy"):
        client.get(f"/statements?speaker={speaker}")
    client.get("/statements", headers={"If-None-Match": tag})
    client.head("/statements")
    client.get("/statements", headers={"Accept": "text/csv"})
    client.get("/statements/1")
    client.get("/statements?x=1")
    client.get("/no/such/path")
    client.get("/no/such/other")
    client.request("BREW", "/statements")
    client.post("/articles", json={"text": "Rain."})
    samples = scrape(client)
    assert requests(samples) == {
        ("GET", "/statements", "200"): 4,
        ("GET", "/statements", "304"): 1,
        ("HEAD", "/statements", "200"): 1,
        ("GET", "/statements.csv", "200"): 1,
        ("GET", "/statements/{statement_id}", "404"): 1,
        ("GET", "/statements", "422"): 1,
        ("GET", "none", "404"): 2,
        ("other", "/statements", "405"): 1,
        ("POST", "/articles", "401"): 1,
    }
    seconds = ("onrecord_http_request_duration_seconds_count", (("route", "/statements"),))
    assert samples[seconds] == 8
    assert samples["onrecord_http_requests_in_flight", ()] == 1  # this one
    assert not any("Ann" in str(labels) for _, labels in samples)


def test_how_ingestion_stands(client: TestClient, engine: Engine):
    key = make_key(engine, KeyScope.INGEST)
    for words in ("Rain.", "Snow.", "Rain.", "…"):
        client.post("/articles", json={"text": words}, headers=key)
    with engine.begin() as connection:
        enqueue_document(connection, "Rain.", Metadata())
    samples = scrape(client)
    items = {
        dict(labels)["outcome"]: value
        for (name, labels), value in samples.items()
        if name == "onrecord_ingest_items_total"
    }
    assert items == {"ingested": 2, "unchanged": 1, "updated": 0, "failed": 1}
    assert samples["onrecord_jobs", (("state", "queued"),)] == 1
    assert samples["onrecord_jobs", (("state", "failed"),)] == 0
    assert samples["onrecord_jobs_oldest_seconds", ()] > 0
    assert samples["onrecord_workers", ()] == 0
    assert samples["onrecord_database_up", ()] == 1
    assert samples["onrecord_pool_connections", (("state", "used"),)] == 0
    with engine.begin() as connection:
        enqueue_document(connection, "Snow.", Metadata())
    again = scrape(client)  # kept for ten seconds
    assert again["onrecord_jobs", (("state", "queued"),)] == 1


def test_without_a_database_the_rest_is_told():
    app = create_app(settings_for("postgresql://nobody@127.0.0.1:1/nothing"))
    with TestClient(app) as client:
        assert client.get("/statements").status_code == 503
        samples = scrape(client)
    assert samples["onrecord_database_up", ()] == 0
    assert requests(samples) == {("GET", "/statements", "503"): 1}


def test_a_closed_api_shows_them_to_keys_only(db_url: str, engine: Engine):
    settings = settings_for(db_url).model_copy(update={"read_auth": "key"})
    with TestClient(create_app(settings)) as client:
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers=make_key(engine)).status_code == 200

"""Posting articles: what is stored, what is said about it, and that it happens once."""

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, select, text, update

from app.errors import InProgressError
from app.ingestion.extractors import Extractors
from app.ingestion.idempotency import Answer, Claim, answer_once
from app.ingestion.ingester import Ingester
from app.ingestion.jobs import do_job
from app.ingestion.posting import AT_ONCE
from app.main import create_app
from app.models import ApiKey, Article, IdempotentRequest, Job, KeyScope, RunKind, Statement
from tests.conftest import settings_for
from tests.ingestion.site import serving
from tests.ingestion.test_feeds import page
from tests.ingestion.test_jobs import WEB
from tests.keys import make_key

ARTICLE = {
    "text": "“The harbour will open in May,” said Mayor Ingrid Solberg, quoted by Reuters.",
    "title": "Harbour nearly done",
    "publisher": "The Example",
    "url": "https://x.example/harbour",
    "published_at": "2025-03-03",
}


@pytest.fixture
def desk(db_url: str, engine: Engine) -> Iterator[TestClient]:
    """A client that may ingest; it extracts in this process, which spares another's start."""
    settings = settings_for(db_url).model_copy(
        update={"extraction_processes": 0, "max_text_bytes": 200_000}
    )
    with TestClient(create_app(settings), headers=make_key(engine, KeyScope.INGEST)) as client:
        yield client


def post(client: TestClient, body: Any) -> Any:
    """The answer to a body, lone surrogates and all."""
    headers = {"Content-Type": "application/json"}
    return client.post("/articles", content=json.dumps(body), headers=headers)


def count(engine: Engine, table: Any) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


class TestPosting:
    def test_an_article_is_there_at_once(self, desk: TestClient):
        response = desk.post("/articles", json=ARTICLE)
        assert response.status_code == 201, response.text
        body = response.json()
        assert (body["outcome"], body["statement_count"]) == ("ingested", 1)
        assert response.headers["Location"] == f"/articles/{body['article_id']}"
        assert response.headers["Cache-Control"] == "no-store"
        stored = desk.get(response.headers["Location"]).json()
        assert (stored["title"], stored["url"]) == (ARTICLE["title"], ARTICLE["url"])
        assert stored["published_at"] == "2025-03-03T00:00:00Z"
        (statement,) = desk.get(body["statements_url"]).json()["data"]
        assert statement["speaker"]["name"] == "Ingrid Solberg"
        assert statement["occurrence"]["via"][0]["name"] == "Reuters"

    def test_the_same_again_changes_nothing_and_another_text_is_a_new_version(
        self, desk: TestClient, engine: Engine
    ):
        first = desk.post("/articles", json=ARTICLE).json()
        again = desk.post("/articles", json=ARTICLE)
        assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
        changed = ARTICLE | {"text": ARTICLE["text"].replace("May,", "June,")}
        updated = desk.post("/articles", json=changed)
        assert (updated.status_code, updated.json()["outcome"]) == (200, "updated")
        assert updated.json()["article_id"] == first["article_id"]
        assert count(engine, Article) == 1

    def test_texts_without_a_url_are_known_by_their_words(self, desk: TestClient, engine: Engine):
        for words, status in (("Rain.", 201), ("Snow.", 201), ("Rain.", 200)):
            assert desk.post("/articles", json={"text": words}).status_code == status
        assert count(engine, Article) == 2

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, ""),
            ({"title": "A"}, ""),
            ({"text": ""}, "/text"),
            ({"text": 5}, "/text"),
            ({"text": "a", "title": ""}, "/title"),
            ({"text": "a", "url": "ftp://x.example/"}, "/url"),
            ({"text": "a", "published_at": "soon"}, "/published_at"),
            ({"text": "a", "language": "English"}, "/language"),
            ({"text": "a", "athor": "x"}, "/athor"),
            ({"text": "a", "a/b~": "x"}, "/a~1b~0"),
            ({"text": "a", "\ud800": "x"}, ""),
            ({"text": "a" * 200_001}, "/text"),
            ([], ""),
            ("text", ""),
        ],
    )
    def test_what_is_wrong_is_named(self, desk: TestClient, body: Any, pointer: str):
        response = post(desk, body)
        assert response.status_code == 422, response.text
        assert response.json()["errors"][0].get("pointer") == pointer

    @pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[" * 100_000, b""])
    def test_what_is_no_json(self, desk: TestClient, content: bytes):
        headers = {"Content-Type": "application/json"}
        response = desk.post("/articles", content=content, headers=headers)
        assert response.status_code in (400, 422)
        assert response.headers["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("words", ["…", "\x00\x01\x02\x03", "\ud800"])
    def test_a_text_without_words_is_rejected_and_told_in_the_run(
        self, desk: TestClient, words: str
    ):
        response = post(desk, {"text": words, "title": "None"})
        assert response.status_code == 422
        assert response.json()["type"] == "/problems/input-rejected"
        (run,) = desk.get("/ingest/runs").json()["data"]
        assert (run["kind"], run["counts"]["failed"]) == ("api", 1)
        (reason,) = desk.get(f"/ingest/runs/{run['id']}").json()["failures"]
        assert (reason["count"], reason["inputs"]) == (1, ["None"])
        assert reason["reason"] in response.json()["detail"]

    def test_what_postgresql_cannot_hold_is_replaced(self, desk: TestClient):
        body = {"text": "\ufeff“Rain\x00 is\ud800 likely,” said Ann Lee.\r\n", "title": "A\ud800b"}
        made = post(desk, body)
        assert made.status_code == 201, made.text
        assert desk.get(made.headers["Location"]).json()["title"] == "A\ufffdb"
        stored = desk.get(f"{made.headers['Location']}/text").json()["text"]
        assert stored == "“Rain\ufffd is\ufffd likely,” said Ann Lee.\n"

    def test_without_the_scope_nobody_writes(self, desk: TestClient, engine: Engine):
        others = make_key(engine, KeyScope.CURATE, name="other")
        for method, path in (
            ("POST", "/articles"), ("POST", "/extract"), ("GET", "/jobs/1"),
            ("GET", "/ingest/runs"), ("GET", "/ingest/runs/1"),
        ):  # fmt: skip
            body = ARTICLE if method == "POST" else None
            refused = desk.request(method, path, json=body, headers=others)
            assert refused.status_code == 403
            assert 'scope="ingest"' in refused.headers["WWW-Authenticate"]
            unknown = desk.request(method, path, json=body, headers={"Authorization": "Bearer x"})
            assert unknown.status_code == 401
        assert count(engine, Article) == 0

    def test_other_processes_do_the_work(self, db_url: str, engine: Engine):
        settings = settings_for(db_url)
        headers = make_key(engine, KeyScope.INGEST)
        with TestClient(create_app(settings), headers=headers) as client:
            assert client.post("/articles", json=ARTICLE).json()["statement_count"] == 1
            extractors: Extractors = client.app.state.ingester._extractors  # type: ignore[attr-defined]
            (extractor,) = extractors._all
            assert extractor.pid is not None
            os.kill(extractor.pid, signal.SIGKILL)  # out of memory, say
            changed = ARTICLE | {"text": ARTICLE["text"].replace("May,", "June,")}
            assert client.post("/articles", json=changed).json()["outcome"] == "updated"

    def test_too_many_at_once_are_told_to_come_back(self, desk: TestClient):
        ingester: Ingester = desk.app.state.ingester  # type: ignore[attr-defined]
        extractors = Extractors(0, patience=0.01)
        ingester._extractors = extractors
        for _ in range(4):
            assert extractors._room.acquire(blocking=False)
        response = desk.post("/articles", json=ARTICLE)
        assert response.status_code == 503
        assert response.json()["type"] == "/problems/too-busy"
        assert response.headers["Retry-After"]


class TestPreview:
    def test_extract_shows_what_would_be_stored_and_stores_nothing(
        self, desk: TestClient, engine: Engine
    ):
        found = desk.post("/extract", json=ARTICLE)
        assert found.status_code == 200, found.text
        (statement,) = found.json()["statements"]
        (selector,) = statement["selectors"]
        assert ARTICLE["text"][selector["start"] : selector["end"]] == selector["exact"]
        assert found.json()["article"]["language"] == "en"
        assert count(engine, Article) == count(engine, Statement) == 0
        made = desk.post("/articles", json=ARTICLE).json()
        (stored,) = desk.get(made["statements_url"]).json()["data"]
        assert stored["text"] == statement["text"]
        assert stored["speaker"]["name"] == statement["speakers"][0]["name"]
        assert [t["code"] for t in stored["topics"]] == [t["code"] for t in statement["topics"]]

    def test_not_of_a_book(self, desk: TestClient):
        response = desk.post("/extract", json={"text": "a " * AT_ONCE})
        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == "/text"


class TestQueue:
    def test_who_prefers_it_gets_a_job(self, desk: TestClient, engine: Engine):
        response = desk.post("/articles", json=ARTICLE, headers={"Prefer": "respond-async, wait=5"})
        assert response.status_code == 202, response.text
        assert response.headers["Preference-Applied"] == "respond-async"
        job = desk.get(response.headers["Location"]).json()
        assert (job["state"], job["input"], job["attempts"]) == ("queued", ARTICLE["title"], 0)
        assert count(engine, Article) == 0
        do_job(Ingester(engine, Extractors(0), RunKind.QUEUE), WEB, job["id"])
        job = desk.get(response.headers["Location"]).json()
        assert (job["state"], job["outcome"]) == ("succeeded", "ingested")
        assert desk.get(f"/articles/{job['article_id']}").json()["title"] == ARTICLE["title"]

    def test_a_page_is_fetched_by_a_worker(self, desk: TestClient, engine: Engine):
        with serving() as site:
            url = site.add("/1", page("Rain", "“It will rain,” said Mayor Ann Lee."))
            response = desk.post("/articles", json={"url": url, "publisher": "The Example"})
            assert response.status_code == 202, response.text
            job = desk.get(response.headers["Location"]).json()
            assert (job["kind"], job["input"]) == ("url", url)
            do_job(Ingester(engine, Extractors(0), RunKind.QUEUE), WEB, job["id"])
        job = desk.get(response.headers["Location"]).json()
        assert (job["state"], job["outcome"]) == ("succeeded", "ingested"), job
        stored = desk.get(f"/articles/{job['article_id']}").json()
        assert (stored["url"], stored["source"]["name"]) == (url, "The Example")
        assert stored["statement_count"] == 1

    def test_a_long_text_is_queued(self, desk: TestClient, engine: Engine):
        long = ARTICLE | {"text": ARTICLE["text"] + " Rain." * (AT_ONCE // 6)}
        response = desk.post("/articles", json=long)
        assert response.status_code == 202
        assert "Preference-Applied" not in response.headers
        assert count(engine, Job) == 1


class TestOnce:
    def test_the_same_key_and_body_are_answered_as_the_first_time(
        self, desk: TestClient, engine: Engine
    ):
        key = {"Idempotency-Key": "a1"}
        first = desk.post("/articles", json=ARTICLE, headers=key)
        again = desk.post("/articles", json=ARTICLE, headers=key)
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()
        assert again.headers["Location"] == first.headers["Location"]
        queued = {"Idempotency-Key": "a2", "Prefer": "respond-async"}
        jobs = {desk.post("/articles", json=ARTICLE, headers=queued).text for _ in range(3)}
        assert len(jobs) == count(engine, Job) == 1

    def test_another_body_is_refused(self, desk: TestClient, engine: Engine):
        key = {"Idempotency-Key": "a1"}
        desk.post("/articles", json=ARTICLE, headers=key)
        other = desk.post("/articles", json={"text": "Rain."}, headers=key)
        assert other.status_code == 422
        assert other.json()["type"] == "/problems/idempotency-key-reused"
        elses = make_key(engine, KeyScope.INGEST, name="other") | key
        assert desk.post("/articles", json={"text": "Rain."}, headers=elses).status_code == 201

    def test_what_failed_can_be_tried_again(self, desk: TestClient, engine: Engine):
        key = {"Idempotency-Key": "a1"}
        assert desk.post("/articles", json={"text": "…"}, headers=key).status_code == 422
        assert count(engine, IdempotentRequest) == 0
        assert desk.post("/articles", json=ARTICLE, headers=key).status_code == 201

    def test_while_the_first_is_being_answered(self, engine: Engine):
        make_key(engine)
        with engine.connect() as connection:
            key_id = connection.execute(select(ApiKey.id)).scalar_one()
        claim = Claim(key_id, "a1", b"x")
        begun, go_on = Event(), Event()

        def slow() -> Answer:
            begun.set()
            assert go_on.wait(30)
            return Answer(201, {"n": 1}, "/articles/1")

        def never() -> Answer:
            raise AssertionError("answered twice")

        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(answer_once, engine, claim, slow)
            assert begun.wait(30)
            with pytest.raises(InProgressError):
                answer_once(engine, claim, never)
            go_on.set()
        assert answer_once(engine, claim, never) == first.result()

    @pytest.mark.parametrize(("age", "status"), [("25 hours", 201), ("6 minutes", None)])
    def test_old_and_abandoned_claims_are_free(
        self, desk: TestClient, engine: Engine, age: str, status: int | None
    ):
        key = {"Idempotency-Key": "a1"}
        desk.post("/articles", json=ARTICLE, headers=key)
        with engine.begin() as connection:
            then = func.clock_timestamp() - text(f"interval '{age}'")
            connection.execute(update(IdempotentRequest).values(claimed_at=then, status=status))
        assert desk.post("/articles", json={"text": "Rain."}, headers=key).status_code == 201

    @pytest.mark.parametrize("key", ["", "a b", "x" * 256])
    def test_a_key_that_is_none(self, desk: TestClient, key: str):
        response = desk.post("/articles", json=ARTICLE, headers={"Idempotency-Key": key})
        assert response.status_code == 422
        assert response.json()["errors"][0]["parameter"].lower() == "idempotency-key"


class TestRuns:
    def test_a_day_is_one_run_and_counts_as_it_goes(self, desk: TestClient, engine: Engine):
        for words in ("Rain.", "Snow.", "Rain."):
            desk.post("/articles", json={"text": words})
        (run,) = desk.get("/ingest/runs").json()["data"]
        assert run["counts"] == {"ingested": 2, "unchanged": 1, "updated": 0, "failed": 0}
        assert run["item_count"] == 3
        assert run["items_per_second"] > 0
        assert run["finished_at"] is None

    def test_the_next_day_ends_it(self, desk: TestClient, engine: Engine):
        desk.post("/articles", json={"text": "Rain."})
        with engine.begin() as connection:
            connection.execute(text("UPDATE ingest_run SET day = day - 1"))
        desk.post("/articles", json={"text": "Snow."})
        today, before = desk.get("/ingest/runs").json()["data"]
        assert before["finished_at"] is not None
        assert today["finished_at"] is None
        assert before["counts"] == today["counts"] != {}

    def test_runs_are_paged(self, desk: TestClient, engine: Engine):
        with engine.begin() as connection:
            for _ in range(5):
                connection.execute(
                    text(
                        "INSERT INTO ingest_run (extractor_version, counts, finished_at)"
                        " VALUES ('x', '{\"failed\": 2}', clock_timestamp())"
                    )
                )
        page = desk.get("/ingest/runs?limit=3").json()
        rest = desk.get("/ingest/runs", params={"cursor": page["page"]["next_cursor"]}).json()
        ids = [run["id"] for run in page["data"] + rest["data"]]
        assert len(ids) == 5
        assert ids == sorted(ids, reverse=True)
        assert page["total"] == {"value": 5, "relation": "eq"}
        assert rest["data"][0]["counts"]["failed"] == 2
        assert desk.get("/ingest/runs/999").status_code == 404
        assert desk.get("/jobs/999").status_code == 404

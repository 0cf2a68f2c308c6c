"""HTTP as it should be: validators, caching, HEAD, CORS, compression, limits, request ids."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import Request, Response
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from app.api.conditional import matches
from app.api.limits import LONGEST_QUERY, Limits
from app.api.rate_limit import WINDOW, Allowance, caller
from app.main import create_app
from app.settings import Settings
from tests.conftest import settings_for

PATHS = ["/statements", "/statements/1", "/speakers", "/articles/1", "/changes", "/openapi.json"]


class TestValidators:
    @pytest.mark.parametrize("path", PATHS)
    def test_the_same_answer_again_is_304_without_a_body(self, api: TestClient, path: str):
        first = api.get(path)
        tag = first.headers["ETag"]
        assert tag.startswith('W/"')
        again = api.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
        assert "Content-Type" not in again.headers
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]

    def test_compressed_or_not_it_is_the_same_tag(self, api: TestClient):
        plain = api.get("/statements", headers={"Accept-Encoding": "identity"})
        packed = api.get("/statements", headers={"Accept-Encoding": "gzip"})
        assert plain.headers["ETag"] == packed.headers["ETag"]
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert packed.json() == plain.json()

    def test_another_answer_has_another_tag(self, api: TestClient):
        tags = {api.get(f"/statements?limit={n}").headers["ETag"] for n in (1, 2, 3)}
        assert len(tags) == 3

    @pytest.mark.parametrize(
        ("given", "same"),
        [
            ('W/"a"', True),
            ('"a"', True),
            ('"b", W/"a"', True),
            ("*", True),
            ('"b"', False),
            ("a", False),
            ("", False),
        ],
    )
    def test_which_tags_match(self, given: str, same: bool):
        assert matches(given, 'W/"a"') is same

    def test_how_long_answers_may_be_kept(self, api: TestClient):
        assert api.get("/statements").headers["Cache-Control"] == "public, no-cache"
        keyed = api.get("/statements", headers={"Authorization": "Bearer x"})
        assert keyed.headers["Cache-Control"] == "private, no-cache"
        for path in ("/healthz", "/readyz", "/nothing", "/statements?x=1"):
            response = api.get(path)
            assert response.headers["Cache-Control"] == "no-store"
            assert "ETag" not in response.headers


class TestHead:
    @pytest.mark.parametrize("path", [*PATHS, "/healthz", "/docs", "/static/favicon.png"])
    def test_head_is_get_without_the_body(self, api: TestClient, path: str):
        headers = {"Accept-Encoding": "identity"}
        got, asked = api.get(path, headers=headers), api.head(path, headers=headers)
        assert (asked.status_code, asked.content) == (200, b"")
        differing = {"x-request-id", "date"}
        assert {k: v for k, v in asked.headers.items() if k not in differing} == {
            k: v for k, v in got.headers.items() if k not in differing
        }

    @pytest.mark.parametrize("path", ["/nothing", "/statements?x=1", "/statements.csv?x=1"])
    def test_of_what_fails(self, api: TestClient, path: str):
        assert api.head(path).status_code == api.get(path).status_code
        assert api.head(path).content == b""

    def test_of_an_export_stops_it(self, seeded_url: str):
        app = create_app(settings_for(seeded_url).model_copy(update={"pool_size": 1}))
        with TestClient(app) as client:
            for _ in range(5):  # the one connection comes back each time
                response = client.head("/statements.ndjson")
                assert (response.status_code, response.content) == (200, b"")
            assert client.get("/statements.ndjson").status_code == 200


class TestOrigins:
    def test_a_script_of_any_origin_may_read_what_it_needs(self, api: TestClient):
        response = api.get("/statements?limit=1", headers={"Origin": "https://d.example"})
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        exposed = response.headers["Access-Control-Expose-Headers"].split(", ")
        assert {
            "Link", "ETag", "API-Version", "RateLimit", "RateLimit-Policy", "Retry-After",
            "X-Request-ID", "Content-Disposition",
        } <= set(exposed)  # fmt: skip

    def test_a_script_may_send_the_headers_it_needs(self, api: TestClient):
        asked = {
            "Origin": "https://d.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "authorization, if-none-match, x-request-id",
        }
        response = api.options("/statements", headers=asked)
        assert response.status_code == 200
        assert "If-None-Match".lower() in response.headers["Access-Control-Allow-Headers"].lower()
        refused = api.options(
            "/statements", headers=asked | {"Access-Control-Request-Method": "PUT"}
        )
        assert refused.status_code == 400


class TestRequestIds:
    def test_the_clients_own_comes_back(self, api: TestClient):
        response = api.get("/nothing", headers={"X-Request-ID": "desk-1:42.a"})
        assert response.headers["X-Request-ID"] == "desk-1:42.a"

    @pytest.mark.parametrize("given", [None, "", "a b", "é".encode(), "x" * 65, "a;b"])
    def test_else_there_is_a_new_one(self, api: TestClient, given: Any):
        headers = {} if given is None else {"X-Request-ID": given}
        seen = {api.get("/healthz", headers=headers).headers["X-Request-ID"] for _ in range(3)}
        assert len(seen) == 3
        assert all(re.fullmatch("[0-9a-f]{32}", one) for one in seen)


@pytest.fixture(scope="module")
def small(seeded_url: str) -> Iterator[TestClient]:
    """A client of an API that takes bodies of at most 100 bytes."""
    limited = settings_for(seeded_url).model_copy(update={"max_body_bytes": 100})
    with TestClient(create_app(limited)) as client:
        yield client


async def reads_its_body(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that says how long the body was."""
    body = await Request(scope, receive).body()
    await Response(str(len(body)))(scope, receive, send)


class TestSizes:
    def test_a_query_that_is_too_long(self, api: TestClient):
        response = api.get("/statements?q=" + "x" * LONGEST_QUERY)
        assert response.status_code == 414
        assert response.json()["type"] == "/problems/uri-too-long"
        assert api.get("/statements?q=" + "x" * 10_000).status_code == 422

    def test_the_longest_query_that_makes_sense_fits(self, api: TestClient):
        query = "&".join(f"id={10**15 + i}" for i in range(200))
        assert api.get(f"/statements?{query}").status_code == 200

    def test_a_body_whose_declared_length_is_too_large(self, small: TestClient):
        response = small.request("GET", "/statements", content=b"x" * 101)
        assert response.status_code == 413
        assert response.headers["API-Version"] == "1"
        assert small.request("GET", "/statements", content=b"x" * 100).status_code == 200

    @pytest.mark.parametrize(("pieces", "status"), [(1, 200), (2, 413)])
    def test_a_body_that_only_turns_out_too_large(self, pieces: int, status: int):
        client = TestClient(Limits(reads_its_body, max_body=100))
        response = client.post("/", content=(b"x" * 60 for _ in range(pieces)))
        assert response.status_code == status


class TestRateLimit:
    def test_so_many_and_then_one_by_one(self):
        now = 1000.0
        allowance = Allowance(6, lambda: now)
        assert [allowance.take("a")[0] for _ in range(7)] == [5, 4, 3, 2, 1, 0, -1]
        assert allowance.take("b")[0] == 5
        _, wait, whole = allowance.take("a")
        assert wait == pytest.approx(WINDOW / 6)
        assert whole == pytest.approx(WINDOW)
        now += WINDOW / 6
        assert [allowance.take("a")[0] for _ in range(2)] == [0, -1]
        now += WINDOW * 2
        assert allowance.take("a")[0] == 5

    def test_no_more_addresses_are_remembered_than_there_is_room_for(self, monkeypatch):
        monkeypatch.setattr("app.api.rate_limit._MOST", 10)
        now = 1000.0
        allowance = Allowance(6, lambda: now)
        for n in range(100):
            assert allowance.take(str(n))[0] == 5
        assert len(allowance._whole_at) <= 10
        assert allowance.take("99")[0] == 4

    def test_the_answers_say_what_is_left(self, seeded_url: str):
        limited = settings_for(seeded_url).model_copy(update={"rate_limit": 2})
        with TestClient(create_app(limited)) as client:
            first = client.get("/statements?limit=1")
            assert first.headers["RateLimit-Policy"] == '"default";q=2;w=60'
            assert first.headers["RateLimit"] == '"default";r=1;t=30'
            client.get("/nothing")
            refused = client.get("/statements", headers={"Origin": "https://d.example"})
            assert refused.status_code == 429
            assert refused.json()["type"] == "/problems/too-many-requests"
            assert 1 <= int(refused.headers["Retry-After"]) <= 30
            assert refused.headers["RateLimit"].startswith('"default";r=0;t=')
            assert refused.headers["Access-Control-Allow-Origin"] == "*"
            assert client.get("/healthz").status_code == 200

    def test_there_is_none_at_home(self, api: TestClient):
        assert "RateLimit" not in api.get("/statements?limit=1").headers

    @pytest.mark.parametrize(
        ("given", "limit"),
        [
            ({}, 0),
            ({"HOST": "::1"}, 0),
            ({"HOST": "localhost"}, 0),
            ({"HOST": "0.0.0.0"}, 600),  # noqa: S104
            ({"HOST": "on.example"}, 600),
            ({"HOST": "0.0.0.0", "ONRECORD_RATE_LIMIT": 0}, 0),  # noqa: S104
            ({"ONRECORD_RATE_LIMIT": 5}, 5),
        ],
    )
    def test_who_is_limited(self, given: dict[str, Any], limit: int):
        assert Settings.model_validate({"HOST": "127.0.0.1"} | given).requests_a_minute == limit

    @pytest.mark.parametrize(
        ("client", "counted"),
        [
            (("192.0.2.7", 1), "192.0.2.7"),
            (("2001:db8::7", 1), "2001:db8::/64"),
            (("::ffff:192.0.2.7", 1), "192.0.2.7"),
            (("testclient", 1), "testclient"),
            (None, "local"),
        ],
    )
    def test_who_is_counted(self, client: Any, counted: str):
        assert caller({"client": client}) == counted

    def test_neighbours_of_one_ipv6_network_are_one(self):
        network = ipaddress.ip_network("2001:db8:0:1::/64")
        seen = {caller({"client": (str(network[n]), 1)}) for n in (1, 2, 2**40)}
        assert seen == {"2001:db8:0:1::/64"}

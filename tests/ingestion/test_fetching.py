"""Fetching: which addresses, within which bounds, with whose leave."""

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from app.errors import InputRejectedError
from app.ingestion.fetching.addresses import check_address, check_url, is_public
from app.ingestion.fetching.failures import FetchError, FetchLaterError, FetchRefusedError
from app.ingestion.fetching.fetcher import Validators
from tests.ingestion.site import Answer, FakeTime, Site, gzipped, make_fetcher, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192",
        "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "3fff::1", "100::1",
    ],
)  # fmt: skip
def test_what_is_not_on_the_public_internet_is_not_connected_to(address: str):
    assert not is_public(ipaddress.ip_address(address))
    with pytest.raises(FetchRefusedError, match="public internet"):
        check_address(address, 443)


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8",
     "64:ff9b::808:808"],
)  # fmt: skip
def test_public_addresses_are(address: str):
    assert is_public(ipaddress.ip_address(address))
    check_address(address, 443)
    with pytest.raises(FetchRefusedError, match="port 25"):
        check_address(address, 25)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:/private", "only http and https"),
        ("gopher://x.example/", "only http and https"),
        ("//x.example/", "only http and https"),
        ("http:///x", "no host"),
        ("http://user:secret@x.example/", "user name or password"),
        ("http://x.example@127.0.0.1/", "user name or password"),
        ("http://2130706433/", "a number, not a name"),
        ("http://0x7f.0.0.1/", "a number, not a name"),
        ("http://0177.0.0.1/", "a number, not a name"),
        ("http://127.1/", "a number, not a name"),
        ("http://0x7f000001./", "a number, not a name"),
        ("http://x.example:0/", "port 0"),
        ("http://x.example:99999/", "not a URL"),
        ("http://[::1/", "not a URL"),
        ("https://x.example/" + "a" * 2000, "longer than"),
    ],
)
def test_urls_that_are_not_fetched(url: str, reason: str):
    with pytest.raises(FetchRefusedError, match=reason):
        check_url(url)


def failure(site: Site, path: str = "/", **options: Any) -> FetchError:
    with make_fetcher(**options) as fetcher, pytest.raises(FetchError) as caught:
        fetcher.fetch(path if path.startswith("http") else site.url + path)
    return caught.value


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]"]
)
def test_this_machine_is_not_asked_unless_a_setting_says_so(site: Site, host: str):
    port = site.url.rpartition(":")[2]
    assert isinstance(failure(site, f"http://{host}:{port}/", loopback=False), FetchRefusedError)
    assert site.asked == []


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/", "//10.0.0.1/", "http://[fd00:ec2::254]/",
        "//192.168.0.1:8080/admin", "http://2852039166/", "file:/private",
        "http://user@127.0.0.1/", "//100.100.100.200/",
    ],
)  # fmt: skip
def test_a_redirect_leads_nowhere_that_is_not_public(site: Site, target: str):
    site.answers["/"] = Answer(status=302, headers={"Location": target})
    assert isinstance(failure(site), FetchRefusedError)


def test_a_name_is_resolved_once_and_only_what_was_checked_is_connected_to(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    """A server of names that says "public" when asked first and "loopback" then (rebinding)."""
    asked: list[str] = []
    port = int(site.url.rpartition(":")[2])

    def resolve(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        address = "192.0.2.1" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    found = failure(site, f"http://rebind.example:{port}/", loopback=True)
    assert "192.0.2.1" in found.detail
    assert asked == ["rebind.example"]
    assert site.asked == []


def test_a_name_with_one_private_address_is_not_asked_at_all(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    def resolve(host: str, *_: Any, **__: Any) -> list[Any]:
        addresses = ("127.0.0.1", "10.0.0.1")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 80)) for a in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert "10.0.0.1" in failure(site, "http://both.example/").detail


def test_redirects_are_followed_and_counted(site: Site):
    site.add("/end", "here")
    site.answers["/start"] = Answer(status=301, headers={"Location": "/end"})
    with make_fetcher() as fetcher:
        fetched = fetcher.fetch(site.url + "/start")
    assert (fetched.url, fetched.content) == (site.url + "/end", b"here")
    site.answers["/loop"] = Answer(status=302, headers={"Location": "/loop"})
    assert "redirects" in failure(site, "/loop").detail
    site.answers["/lost"] = Answer(status=302)
    assert "not where to" in failure(site, "/lost").detail


def test_bodies_are_bounded_before_and_after_they_are_decompressed(site: Site):
    site.add("/big", b"x" * 20_000)
    site.add("/bomb", gzipped(b"\0" * 1_000_000), **{"Content-Encoding": "gzip"})
    site.add("/cut", gzipped(b"words " * 1000)[:-20], **{"Content-Encoding": "gzip"})
    site.add("/br", b"?", **{"Content-Encoding": "br"})
    site.add("/fine", gzipped(b"words " * 100), **{"Content-Encoding": "gzip"})
    with make_fetcher(max_bytes=10_000) as fetcher:
        for path, reason in (
            ("/big", "too large"), ("/bomb", "too large"), ("/cut", "too soon"), ("/br", "encoded"),
        ):  # fmt: skip
            with pytest.raises(InputRejectedError, match=reason):
                fetcher.fetch(site.url + path)
        assert fetcher.fetch(site.url + "/fine").content == b"words " * 100


def test_a_server_that_drips_is_given_up(site: Site):
    time = FakeTime()

    def drip(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        for _ in range(10):
            time.at += 10
            handler.wfile.write(b"x")
            handler.wfile.flush()

    site.answers["/"] = drip
    found = failure(site, time=time, seconds=20.0)
    assert found.transient


@pytest.mark.parametrize(
    ("status", "transient"), [(404, False), (410, False), (403, False), (503, True), (429, True)]
)
def test_a_failure_says_whether_it_may_pass(site: Site, status: int, transient: bool):
    site.answers["/"] = Answer(status=status, headers={"Retry-After": "120"})
    found = failure(site)
    assert str(status) in found.detail
    assert found.transient == transient
    assert found.retry_after == (120 if transient else None)


def test_nobody_at_the_address_may_pass_too(site: Site):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    assert isinstance(failure(site, f"http://127.0.0.1:{port}/"), FetchLaterError)


def test_robots_txt_is_obeyed_read_once_and_asked_for_its_delay(site: Site):
    site.add(
        "/robots.txt", "User-agent: *\nDisallow: /private/*.html$\nCrawl-delay: 7\n", "text/plain"
    )
    site.add("/open", "words")
    site.add("/private/a.html", "words")
    time = FakeTime()
    with make_fetcher(time) as fetcher:
        for _ in range(2):
            assert fetcher.fetch(site.url + "/open").content == b"words"
        with pytest.raises(FetchRefusedError, match=r"robots\.txt"):
            fetcher.fetch(site.url + "/private/a.html")
    assert [path for path, _ in site.asked] == ["/robots.txt", "/open", "/open"]
    assert time.slept == [1.0, 7.0]
    assert site.headers[0]["User-Agent"] == "Tests/1.0"


def test_a_robots_txt_that_cannot_be_read_is_no_leave(site: Site):
    site.answers["/robots.txt"] = Answer(status=503)
    site.add("/", "words")
    found = failure(site)
    assert found.detail.startswith("robots.txt: ")
    assert found.transient


def test_a_page_that_has_not_changed_is_not_sent_again(site: Site):
    url = site.add("/", "words")
    with make_fetcher() as fetcher:
        first = fetcher.fetch(url)
        again = fetcher.fetch(url, first.validators)
        other = fetcher.fetch(url, Validators('"other"'))
    assert (first.content, again.content, other.content) == (b"words", None, b"words")

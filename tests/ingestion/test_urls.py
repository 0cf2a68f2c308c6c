"""One URL for a page, however it was linked; where it is not certain, as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingestion.urls import canonical_url, publisher_of, site_of


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://News.Example/a", "https://news.example/a"),
        ("https://news.example:443/a#top", "https://news.example/a"),
        ("http://news.example:8080/", "http://news.example:8080/"),
        ("https://news.example", "https://news.example/"),
        ("https://news.example/a?utm_source=x&id=3&fbclid=9", "https://news.example/a?id=3"),
        ("https://news.example/a?b=2&a=1&", "https://news.example/a?b=2&a=1"),
        ("https://news.example/?ref=front&s=1", "https://news.example/?ref=front&s=1"),
        ("https://news.example/%7ejo/%c3%a9", "https://news.example/~jo/%C3%A9"),
        ("https://news.example/a%2fb", "https://news.example/a%2Fb"),
        ("https://münchen.example/ä", "https://xn--mnchen-3ya.example/%C3%A4"),
        ("https://news.example/a/amp/", "https://news.example/a/"),
        ("https://news.example/a.amp.html", "https://news.example/a.html"),
        ("https://news.example/a?amp=1", "https://news.example/a"),
        ("https://news.example/amp", "https://news.example/amp"),
        ("https://news.example/vamp", "https://news.example/vamp"),
        ("https://x-y.cdn.ampproject.org/c/s/x.y/a?b=1", "https://x.y/a?b=1"),
        ("https://www.google.com/amp/s/x.y/a", "https://x.y/a"),
        ("https://www.google.com/search?q=amp", "https://www.google.com/search?q=amp"),
        ("https://en.m.wikipedia.org/wiki/A", "https://en.wikipedia.org/wiki/A"),
        ("https://m.spiegel.de/a", "https://www.spiegel.de/a"),
        ("https://spiegel.de/a", "https://www.spiegel.de/a"),
        ("https://m.news.example/a", "https://m.news.example/a"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("https://[::1/", "https://[::1/"),
    ],
)
def test_canonical_urls(url: str, expected: str):
    assert canonical_url(url) == expected


@given(st.text(max_size=60).map("https://news.example/".__add__))
def test_canonical_again_is_the_same(url: str):
    once = canonical_url(url)
    assert canonical_url(once) == once


def test_a_known_outlets_pages_are_its_own():
    assert publisher_of("https://amp.theguardian.com/world/1") == "The Guardian"
    assert publisher_of("https://news.example/1") is None
    assert publisher_of("") is None
    assert site_of("https://m.news.example/1") == site_of("https://www.news.example/2")

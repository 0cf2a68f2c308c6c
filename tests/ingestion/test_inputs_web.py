"""Pages and feeds from a web server: what is fetched, what is asked for again, what is new."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

import pytest
from sqlalchemy import Engine, func, select

from app.ingestion.fetching.visits import Visits
from app.ingestion.inputs import Reading, Web, read_url
from app.ingestion.parsing import parse
from app.ingestion.raw import Raw, Unmodified, Unreadable
from app.ingestion.run import ingest
from app.models import Article, Occurrence, Outcome
from tests.ingestion.pages import make_page
from tests.ingestion.site import Answer, FakeTime, Site, make_fetcher, serving

PAGES = 50


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def feed(site: Site, numbers: range) -> str:
    items = "".join(
        f"<item><title>{escape(make_page(n).title)}</title><guid>{n}</guid>"
        f"<link>{site.url}/{n}?utm_source=rss</link>"
        f"<pubDate>{format_datetime(make_page(n).published_at)}</pubDate></item>"
        for n in numbers
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'


def publish(site: Site, count: int) -> str:
    """A feed of so many pages; gives its URL."""
    for n in range(count):
        page = make_page(n, site.url + "/{n}")
        site.add(f"/{n}?utm_source=rss", page.html)
    return site.add("/feed", feed(site, range(count)), "application/rss+xml")


def poll(engine: Engine, url: str) -> Counter[Outcome]:
    """Poll as `onrecord ingest URL` and the worker do."""
    visits = Visits(engine)
    with make_fetcher() as fetcher:
        reading = Reading(web=Web(fetcher, visits))
        report = ingest(engine, [url], reading=reading, processes=1)
    visits.settle()
    assert not report.failures, report.failures
    return report.counts


def test_a_feed_of_fifty_pages_gives_fifty_articles_and_then_none(engine: Engine, site: Site):
    url = publish(site, PAGES)
    assert poll(engine, url) == {Outcome.INGESTED: PAGES}
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Article)) == PAGES
        urls = set(connection.scalars(select(Article.url)))
        assert (connection.scalar(select(func.count()).select_from(Occurrence)) or 0) >= PAGES
    assert urls == {f"{site.url}/{n}" for n in range(PAGES)}  # without what tracks
    site.asked.clear()
    assert poll(engine, url) == {Outcome.UNCHANGED: 1}
    assert site.asked == [("/robots.txt", 404), ("/feed", 304)]
    # Another item: the feed has changed, and its pages are asked whether they have.
    publish(site, PAGES + 1)
    site.asked.clear()
    assert poll(engine, url) == {Outcome.UNCHANGED: PAGES, Outcome.INGESTED: 1}
    assert site.count(304) == PAGES
    assert site.count(200) == 2


def test_a_page_that_changed_is_updated(engine: Engine, site: Site):
    page = make_page(1, site.url + "/{n}")
    url = site.add("/1", page.html)
    assert poll(engine, url) == {Outcome.INGESTED: 1}
    assert poll(engine, url) == {Outcome.UNCHANGED: 1}
    site.add("/1", page.html.replace("A decision is expected", "“No decision,” said Ann Lee,"))
    assert poll(engine, url) == {Outcome.UPDATED: 1}
    assert [status for path, status in site.asked if path == "/1"] == [200, 304, 200]


def test_what_was_fetched_but_not_stored_is_fetched_again(engine: Engine, site: Site):
    url = publish(site, 3)
    with make_fetcher() as fetcher:
        # A run that is killed before anything is written: read, and never settled.
        found = list(read_url(url, Reading(web=Web(fetcher, Visits(engine)))))
    assert len(found) == 3
    assert poll(engine, url) == {Outcome.INGESTED: 3}


def test_a_feed_with_a_page_that_may_come_back_is_read_again(engine: Engine, site: Site):
    url = publish(site, 3)
    site.answers["/1?utm_source=rss"] = Answer(status=503)
    visits = Visits(engine)
    with make_fetcher() as fetcher:
        found = list(read_url(url, Reading(web=Web(fetcher, visits))))
        visits.settle()
    (failed,) = [f for f in found if isinstance(f, Unreadable)]
    assert failed.transient
    assert "503" in failed.reason
    publish(site, 3)
    assert poll(engine, url) == {Outcome.INGESTED: 3}


def test_a_sitemap_names_when_pages_changed_and_they_are_not_even_asked(engine: Engine, site: Site):
    then = datetime.now(UTC) - timedelta(days=1)
    urls = "".join(
        f"<url><loc>{site.url}/{n}</loc><lastmod>{then.isoformat()}</lastmod></url>"
        for n in range(2)
    )
    for n in range(2):
        site.add(f"/{n}", make_page(n, site.url + "/{n}").html)
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    site.add("/map.xml", f"<urlset {space}>{urls}</urlset>", "application/xml")
    index = f"<sitemapindex {space}><sitemap><loc>{site.url}/map.xml</loc></sitemap></sitemapindex>"
    url = site.add("/index.xml", index, "application/xml")
    assert poll(engine, url) == {Outcome.INGESTED: 2}
    site.asked.clear()
    site.add("/index.xml", index + "<!-- again -->", "application/xml")
    site.add("/map.xml", f"<urlset {space}>{urls} </urlset>", "application/xml")
    assert poll(engine, url) == {Outcome.UNCHANGED: 2}
    assert [path for path, _ in site.asked] == ["/robots.txt", "/index.xml", "/map.xml"]


def read(site: Site, path: str, **options: object) -> list[Raw | Unreadable | Unmodified]:
    with make_fetcher() as fetcher:
        return list(read_url(site.url + path, Reading(web=Web(fetcher), **options)))  # type: ignore[arg-type]


def test_a_list_of_feeds_gives_the_pages_of_all(site: Site):
    publish(site, 2)
    outline = f'<outline><outline xmlUrl="{site.url}/feed"/></outline>'
    site.add("/l", f'<opml version="2.0"><body>{outline}</body></opml>')
    assert len(read(site, "/l")) == 2


def test_a_feed_cannot_send_the_reader_to_another_list_of_lists(site: Site):
    item = f"<item><link>{site.url}/feed</link></item>"
    site.add("/feed", f"<rss><channel>{item}</channel></rss>", "application/rss+xml")
    (found,) = read(site, "/feed")
    assert isinstance(found, Unreadable)
    assert found.reason == "no page, but feed"


def test_the_canonical_url_counts_on_its_own_site_alone(site: Site):
    for path, canonical in (
        ("/own", f"{site.url}/real"),
        ("/theirs", "https://www.theguardian.com/world/1"),
        ("/home", f"{site.url}/"),
    ):
        link = f'<link rel="canonical" href="{canonical}">'
        page = make_page(2).html.replace("<head>", "<head>" + link)
        site.add(path, page)
        (raw,) = read(site, path)
        assert isinstance(raw, Raw)
        expected = f"{site.url}/real" if path == "/own" else site.url + path
        assert parse(raw).metadata.url == expected


def test_the_charset_of_the_header_goes_before_that_of_the_page(site: Site):
    page = make_page(3).html.replace("Monday", "Måndag")
    site.add("/1", page.encode("iso-8859-1", "xmlcharrefreplace"), "text/html; charset=iso-8859-1")
    (raw,) = read(site, "/1")
    assert isinstance(raw, Raw)
    assert "\ufffd" not in parse(raw).text


def test_a_site_is_not_hurried(site: Site):
    url = publish(site, 3)
    time = FakeTime()
    with make_fetcher(time, delay=2.0) as fetcher:
        list(read_url(url, Reading(web=Web(fetcher))))
    # robots.txt, the feed, three pages: four pauses.
    assert sum(time.slept) == pytest.approx(8.0)

"""Feeds: polled when they are due, only what is new fetched, left alone where they fail."""

from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, func, select, text, update

from app.errors import InputRejectedError, InvalidParameterError, NotFoundError
from app.ingestion.extractors import Extractors
from app.ingestion.feeds import add_feed, list_feeds, poll, remove_feed, take_due
from app.ingestion.ingester import Ingester
from app.ingestion.metadata import Metadata
from app.ingestion.web import TryLaterError, WebReader
from app.models import Article, Feed, IngestItem, Outcome, RunKind
from tests.ingestion.site import Answer, Site, make_fetcher, serving

PAGES = 6


def page(title: str, words: str) -> str:
    filler = "<p>The council met on Monday evening and went through the plans once more.</p>" * 4
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title></head><body><article>"
        f"<h1>{title}</h1><p>{words}</p>{filler}</article></body></html>"
    )


def feed(site: Site, count: int) -> str:
    items = "".join(
        f"<item><title>Day {n}</title><link>{site.url}/{n}</link></item>" for n in range(count)
    )
    return f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>"


@pytest.fixture
def site() -> Iterator[Site]:
    """A feed of some pages."""
    with serving() as site:
        for n in range(PAGES):
            site.add(f"/{n}", page(f"Day {n}", f"“Day {n} was dry,” said Mayor Ann Lee."))
        site.add("/feed", feed(site, PAGES), "application/rss+xml")
        yield site


@pytest.fixture
def ingester(engine: Engine) -> Ingester:
    return Ingester(engine, Extractors(0), RunKind.QUEUE)


@pytest.fixture
def web() -> WebReader:
    return WebReader(make_fetcher(), 1_000_000)


def added(engine: Engine, url: str) -> int:
    with engine.begin() as connection:
        add_feed(connection, url, 900)
        return connection.execute(select(Feed.id).where(Feed.url == url)).scalar_one()


def articles(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(Article)) or 0


def test_a_second_poll_finds_nothing_and_fetches_no_page(
    engine: Engine, ingester: Ingester, web: WebReader, site: Site
):
    feed_id = added(engine, f"{site.url}/feed")
    poll(ingester, web, feed_id)
    assert articles(engine) == PAGES
    site.asked.clear()
    poll(ingester, web, feed_id)
    assert site.asked == [("/feed", 304)]
    site.add("/feed", feed(site, PAGES + 1), "application/rss+xml")
    site.add(f"/{PAGES}", page("New", "“It rained,” said Mayor Ann Lee."))
    site.asked.clear()
    poll(ingester, web, feed_id)
    assert articles(engine) == PAGES + 1
    assert Counter(status for _, status in site.asked) == {200: 2, 304: PAGES}


def test_a_page_that_fails_fails_alone(
    engine: Engine, ingester: Ingester, web: WebReader, site: Site
):
    site.answers["/2"] = Answer(status=404)
    poll(ingester, web, added(engine, f"{site.url}/feed"))
    assert articles(engine) == PAGES - 1
    with engine.connect() as connection:
        failed = select(IngestItem.input, IngestItem.reason).where(
            IngestItem.outcome == Outcome.FAILED
        )
        (item,) = connection.execute(failed)
        (row,) = list_feeds(connection)
    assert (item.input, item.reason) == (f"{site.url}/2", "the server answered 404")
    assert row.failures == 0


def test_a_feed_that_fails_is_left_alone_for_longer_each_time(
    engine: Engine, ingester: Ingester, web: WebReader, site: Site
):
    site.answers["/feed"] = Answer(status=503)
    feed_id = added(engine, f"{site.url}/feed")
    pauses = []
    for _ in range(3):
        poll(ingester, web, feed_id)
        with engine.connect() as connection:
            row = connection.execute(select(Feed.next_poll_at, Feed.polled_at)).one()
            pauses.append(round((row.next_poll_at - row.polled_at).total_seconds()))
    assert pauses == [1800, 3600, 7200]
    with engine.connect() as connection:
        (row,) = list_feeds(connection)
    assert (row.failures, row.reason) == (3, "the server answered 503")
    site.add("/feed", feed(site, 1), "application/rss+xml")
    poll(ingester, web, feed_id)
    with engine.connect() as connection:
        (row,) = list_feeds(connection)
    assert (row.failures, row.reason) == (0, None)


def test_each_is_due_once(engine: Engine):
    feed_id = added(engine, "https://x.example/feed")
    with engine.begin() as connection:
        assert take_due(connection) == [feed_id]
        assert take_due(connection) == []
        connection.execute(update(Feed).values(next_poll_at=text("now() - interval '1 s'")))
        assert take_due(connection) == [feed_id]
        add_feed(connection, "https://x.example/feed", 60)  # again: at another interval
        (row,) = list_feeds(connection)
        assert row.interval_seconds == 60
        remove_feed(connection, "https://x.example/feed")
        with pytest.raises(NotFoundError):
            remove_feed(connection, "https://x.example/feed")
        with pytest.raises(InvalidParameterError):
            add_feed(connection, "ftp://x.example/feed", 60)


def test_a_feed_that_was_removed_meanwhile_is_not_polled(ingester: Ingester, web: WebReader):
    poll(ingester, web, 999)


def test_one_page_by_its_url(web: WebReader, site: Site):
    raw = web.read_page(f"{site.url}/1", Metadata(publisher="The Example"))
    assert (raw.origin, raw.metadata.publisher) == (f"{site.url}/1", "The Example")
    site.answers["/2"] = Answer(status=503)
    with pytest.raises(TryLaterError, match="503"):
        web.read_page(f"{site.url}/2", Metadata())
    for path in ("/feed", "/nothing"):
        with pytest.raises(InputRejectedError):
            web.read_page(site.url + path, Metadata())

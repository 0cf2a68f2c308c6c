"""Feeds: which there are, when each is due, and what a poll does."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db import AnyRow
from app.errors import InputRejectedError, InvalidParameterError, NotFoundError
from app.ingestion.fetching.addresses import check_url
from app.ingestion.fetching.visits import Visits
from app.ingestion.ingester import Ingester
from app.ingestion.raw import Raw, Unmodified, Unreadable
from app.ingestion.web import WebReader
from app.models import Feed

log = logging.getLogger(__name__)

SHORTEST, LONGEST = 60, 86_400  # seconds between polls
_MOST_DOUBLINGS = 16


def add_feed(connection: Connection, url: str, interval_seconds: int) -> None:
    """Have a feed polled from now on, or at another interval. Raises InvalidParameterError."""
    try:
        check_url(url)
    except InputRejectedError as error:
        raise InvalidParameterError(error.detail, parameter="url") from error
    row = insert(Feed).values(url=url, interval_seconds=interval_seconds)
    connection.execute(
        row.on_conflict_do_update(
            index_elements=[Feed.url],
            set_={
                "interval_seconds": interval_seconds,
                "next_poll_at": func.clock_timestamp(),
                "failures": 0,
            },
        )
    )


def list_feeds(connection: Connection) -> Sequence[AnyRow]:
    """Every feed, as it stands."""
    return connection.execute(
        select(
            Feed.url,
            Feed.interval_seconds,
            Feed.polled_at,
            Feed.next_poll_at,
            Feed.failures,
            Feed.reason,
        ).order_by(Feed.id)
    ).all()


def remove_feed(connection: Connection, url: str) -> None:
    """Poll it no more; its articles stay. Raises NotFoundError."""
    if not connection.execute(delete(Feed).where(Feed.url == url)).rowcount:
        raise NotFoundError(f"there is no feed {url}")


def take_due(connection: Connection) -> list[int]:
    """The feeds that are due, each given to one caller only: it is due again an interval later."""
    due = (
        select(Feed.id)
        .where(Feed.next_poll_at <= func.clock_timestamp())
        .with_for_update(skip_locked=True)
    )
    pause = func.make_interval(0, 0, 0, 0, 0, 0, Feed.interval_seconds)
    taken = (
        update(Feed)
        .where(Feed.id.in_(due.scalar_subquery()))
        .values(next_poll_at=func.clock_timestamp() + pause)
        .returning(Feed.id)
    )
    return sorted(connection.scalars(taken))


def poll(ingester: Ingester, web: WebReader, feed_id: int) -> None:
    """Ingest what is new in a feed. A feed that fails is left alone for longer each time.

    An article that fails fails alone, as an item of today's run; one that may succeed later is
    fetched again with the next poll.
    """
    with ingester.engine.connect() as connection:
        url = connection.scalar(select(Feed.url).where(Feed.id == feed_id))
    if url is None:
        return
    visits = Visits(ingester.engine)
    reason = None
    for found in web.read_feed(url, visits):
        if isinstance(found, Raw):
            _ingest(ingester, found)
        elif isinstance(found, Unreadable) and found.name == url:
            reason = found.reason  # the feed itself
        elif isinstance(found, Unreadable):
            ingester.reject(found.name, found.reason)
        elif not isinstance(found, Unmodified):
            raise TypeError(found)
    if reason is None:
        visits.settle()
    with ingester.engine.begin() as connection:
        _note(connection, feed_id, reason)


def _ingest(ingester: Ingester, raw: Raw) -> None:
    try:
        ingester.ingest(raw)
    except InputRejectedError as error:
        log.info("%s: %s", ascii(raw.name), ascii(error.detail))  # an item of the run already


def _note(connection: Connection, feed_id: int, reason: str | None) -> None:
    row = connection.execute(
        select(Feed.interval_seconds, Feed.failures).where(Feed.id == feed_id).with_for_update()
    ).one_or_none()
    if row is None:  # removed meanwhile
        return
    failures = 0 if reason is None else row.failures + 1
    seconds = min(LONGEST, row.interval_seconds * 2 ** min(failures, _MOST_DOUBLINGS))
    connection.execute(
        update(Feed)
        .where(Feed.id == feed_id)
        .values(
            polled_at=func.clock_timestamp(),
            next_poll_at=func.clock_timestamp() + timedelta(seconds=seconds),
            failures=failures,
            reason=reason,
        )
    )

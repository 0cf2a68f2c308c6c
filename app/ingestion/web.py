"""The web as workers reach it: pages by their URL, and all that a feed leads to."""

import threading
from collections.abc import Iterator

from app.errors import InputRejectedError
from app.ingestion.fetching.fetcher import Fetcher
from app.ingestion.fetching.visits import Visits
from app.ingestion.inputs import Reading, Result, Web, read_url
from app.ingestion.metadata import Metadata
from app.ingestion.raw import Raw, Unreadable
from app.ingestion.urls import canonical_url


class TryLaterError(Exception):
    """A page or feed that could not be fetched now, and may be later."""


class WebReader:
    """Fetches for all threads of a worker, one page at a time: so each host keeps its pauses."""

    def __init__(self, fetcher: Fetcher, max_bytes: int) -> None:
        self._fetcher = fetcher
        self._max_bytes = max_bytes
        self._lock = threading.Lock()

    def read_page(self, url: str, metadata: Metadata) -> Raw:
        """The article at a URL.

        Raises TryLaterError for what may pass, InputRejectedError for the rest, feeds among it.
        """
        reading = Reading(metadata, self._max_bytes, web=Web(self._fetcher))
        with self._lock:
            found = next(iter(read_url(url, reading)), None)
        if isinstance(found, Raw) and found.origin == canonical_url(url):
            return found
        if isinstance(found, Unreadable) and found.transient:
            raise TryLaterError(found.reason)
        if isinstance(found, Unreadable):
            raise InputRejectedError(found.reason)
        raise InputRejectedError("no page: add a feed or sitemap with `onrecord feeds add`")

    def read_feed(self, url: str, visits: Visits) -> Iterator[Result]:
        """All that a feed gives and leads to; what has not changed is not fetched again."""
        reading = Reading(max_bytes=self._max_bytes, web=Web(self._fetcher, visits))
        found = read_url(url, reading)
        while True:
            with self._lock:
                result = next(found, None)
            if result is None:
                return
            yield result

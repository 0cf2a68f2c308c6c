"""What was fetched before, kept in the database: pages are asked for only if they changed.

Exact whatever happens: a page counts as in hand when an article version holds the very bytes that
the visit saw, so a crash between fetching and storing costs a second fetch and never an article.
A listing (feed, sitemap) counts as dealt with only when `settle` says so.
"""

from datetime import UTC, datetime

from sqlalchemy import Engine, and_, exists, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.db import AnySelect
from app.ingestion.documents import storable
from app.ingestion.fetching.fetcher import Fetched, Validators
from app.models import ArticleVersion, Visit

_LONGEST = 1000  # characters of an ETag; longer ones are not kept


class Visits:
    """Visits in the database. `settle` after all that the listings gave has been stored."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._listings: dict[str, Validators] = {}

    def find(self, url: str) -> Validators | None:
        """What to ask with whether the URL has changed; None where it is not in hand."""
        with self._engine.connect() as connection:
            row = connection.execute(_in_hand(url)).one_or_none()
        return Validators(row.etag, row.last_modified) if row else None

    def is_newer(self, url: str, modified_at: datetime) -> bool:
        """Whether the URL is in hand as fetched after `modified_at`."""
        with self._engine.connect() as connection:
            row = connection.execute(_in_hand(url)).one_or_none()
        return row is not None and row.fetched_at > modified_at

    def keep_page(self, url: str, fetched: Fetched, raw_sha256: bytes) -> None:
        """Remember a page; it counts once its article is stored."""
        self._keep(url, fetched.validators, raw_sha256)

    def keep_listing(self, url: str, fetched: Fetched) -> None:
        """Remember a feed or sitemap; it counts once it is settled."""
        self._listings[url] = fetched.validators

    def settle(self) -> None:
        """All that the listings gave was stored or failed for good: they count as dealt with."""
        while self._listings:
            url, validators = self._listings.popitem()
            self._keep(url, validators, None)

    def _keep(self, url: str, validators: Validators, raw_sha256: bytes | None) -> None:
        values = {
            "etag": _kept(validators.etag),
            "last_modified": _kept(validators.last_modified),
            "raw_sha256": raw_sha256,
            "fetched_at": datetime.now(UTC),
        }
        row = insert(Visit).values(url=url, **values)
        with self._engine.begin() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=[Visit.url], set_=values))


def _kept(value: str | None) -> str | None:
    return storable(value) if value and len(value) <= _LONGEST else None


def _in_hand(url: str) -> AnySelect:
    stored = exists().where(
        ArticleVersion.origin == Visit.url, ArticleVersion.raw_sha256 == Visit.raw_sha256
    )
    return select(Visit.etag, Visit.last_modified, Visit.fetched_at).where(
        and_(Visit.url == url, or_(Visit.raw_sha256.is_(None), stored))
    )

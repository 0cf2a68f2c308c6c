"""What was fetched, so that servers are asked only for what has changed."""

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Timestamp


class Visit(Base):
    """The last fetch of a URL, with what its server gave to ask whether it has changed.

    A page's `raw_sha256` is that of the bytes fetched: they count as in hand once an
    `article_version` holds them. That of a feed or sitemap is null, and its row is written only
    when all that it lists has been dealt with.
    """

    __tablename__ = "visit"

    url: Mapped[str] = mapped_column(primary_key=True)
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    raw_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    fetched_at: Mapped[Timestamp]

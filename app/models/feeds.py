"""Feeds that are polled."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, CreatedAt, Id, Timestamp


class Feed(Base):
    """A feed, sitemap or list of feeds that workers look at every `interval_seconds`.

    `failures` counts the polls in a row that failed, `reason` is that of the last: each makes the
    pause twice as long, to a day.
    """

    __tablename__ = "feed"
    __table_args__ = (Index("ix_feed_next_poll_at", "next_poll_at"),)

    id: Mapped[Id]
    url: Mapped[str] = mapped_column(unique=True)
    interval_seconds: Mapped[int]
    next_poll_at: Mapped[CreatedAt]
    polled_at: Mapped[Timestamp | None]
    failures: Mapped[int] = mapped_column(server_default="0")
    reason: Mapped[str | None]
    created_at: Mapped[CreatedAt]

"""What ingestion did, input by input."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.articles import Article
from app.models.base import Base, CreatedAt, Id, Timestamp, text_enum


class Outcome(StrEnum):
    """What became of one input."""

    INGESTED = "ingested"
    UNCHANGED = "unchanged"
    UPDATED = "updated"
    FAILED = "failed"


class RunKind(StrEnum):
    """Who ingested."""

    COMMAND = "command"  # one `onrecord ingest`
    API = "api"  # what was posted on one day (UTC)
    QUEUE = "queue"  # what workers did on one day (UTC)


class IngestRun(Base):
    """One run of ingestion; `counts` holds how many inputs had each outcome, once it is finished.

    What comes article by article is a run a day, whatever the number of processes and machines.
    """

    __tablename__ = "ingest_run"
    __table_args__ = (UniqueConstraint("kind", "day"),)

    id: Mapped[Id]
    started_at: Mapped[CreatedAt]
    finished_at: Mapped[Timestamp | None]
    extractor_version: Mapped[str]
    kind: Mapped[RunKind] = mapped_column(
        text_enum(RunKind, "kind"), server_default=RunKind.COMMAND.value
    )
    day: Mapped[date | None]
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'"))


class IngestItem(Base):
    """One input of a run, with the reason where it failed."""

    __tablename__ = "ingest_item"
    __table_args__ = (
        Index("ix_ingest_item_failed", "run_id", postgresql_where=text("outcome = 'failed'")),
    )

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(ForeignKey(IngestRun.id), index=True)
    input: Mapped[str]
    outcome: Mapped[Outcome] = mapped_column(text_enum(Outcome, "outcome"))
    reason: Mapped[str | None]
    article_id: Mapped[int | None] = mapped_column(ForeignKey(Article.id), index=True)
    at: Mapped[CreatedAt]

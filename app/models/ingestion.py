"""What ingestion did, input by input."""

from enum import StrEnum

from sqlalchemy import ForeignKey, text
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


class IngestRun(Base):
    """One run of ingestion; `counts` holds how many inputs had each outcome."""

    __tablename__ = "ingest_run"

    id: Mapped[Id]
    started_at: Mapped[CreatedAt]
    finished_at: Mapped[Timestamp | None]
    extractor_version: Mapped[str]
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'"))


class IngestItem(Base):
    """One input of a run, with the reason where it failed."""

    __tablename__ = "ingest_item"

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(ForeignKey(IngestRun.id), index=True)
    input: Mapped[str]
    outcome: Mapped[Outcome] = mapped_column(text_enum(Outcome, "outcome"))
    reason: Mapped[str | None]
    article_id: Mapped[int | None] = mapped_column(ForeignKey(Article.id), index=True)
    at: Mapped[CreatedAt]

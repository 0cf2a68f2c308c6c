"""Jobs of the queue, as we know them; Procrastinate keeps its own account in its own schema."""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    text,
)
from sqlalchemy.dialects.postgresql import ENUM, JSON, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.articles import Article
from app.models.base import Base, CreatedAt, Id, Timestamp, text_enum
from app.models.ingestion import Outcome
from app.models.keys import ApiKey


class JobKind(StrEnum):
    """What a job does."""

    DOCUMENT = "document"
    URL = "url"  # a page that is fetched first


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    RETRYING = "retrying"  # failed, and will be tried again
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # for good: a dead letter, until somebody retries it


class Job(Base):
    """One piece of work for a worker, what it needs, and what became of it.

    `queue_id` is the row of Procrastinate's that has it done. `payload` goes once it is done;
    `attempts` counts those begun since it was queued or retried, `reason` is that of the last
    failure.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_finished_at", "finished_at"),
        Index("ix_job_unfinished", "id", postgresql_where=text("finished_at IS NULL")),
        Index(
            "ix_job_failed",
            "id",
            postgresql_where=text("outcome = 'failed' AND finished_at IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    kind: Mapped[JobKind] = mapped_column(text_enum(JobKind, "kind"))
    input: Mapped[str]
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    queue_id: Mapped[int | None] = mapped_column(BigInteger)
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    outcome: Mapped[Outcome | None] = mapped_column(text_enum(Outcome, "outcome"))
    reason: Mapped[str | None]
    article_id: Mapped[int | None] = mapped_column(ForeignKey(Article.id), index=True)
    created_at: Mapped[CreatedAt]
    finished_at: Mapped[Timestamp | None]


class IdempotentRequest(Base):
    """What was answered to a request with an `Idempotency-Key`; no status while it is made."""

    __tablename__ = "idempotent_request"
    __table_args__ = (Index("ix_idempotent_request_claimed_at", "claimed_at"),)

    key_id: Mapped[int] = mapped_column(ForeignKey(ApiKey.id), primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(primary_key=True)
    request_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # as it was
    claimed_at: Mapped[CreatedAt]


# What we read of Procrastinate's tables; its own migrations make them.
QUEUE_SCHEMA = "procrastinate"
_STATUSES = ("todo", "doing", "succeeded", "failed", "cancelled", "aborting", "aborted")
_queue = MetaData(schema=QUEUE_SCHEMA)
QueuedJob = Table(
    "procrastinate_jobs",
    _queue,
    Column("id", BigInteger, primary_key=True),
    Column("queue_name", String),
    Column("status", ENUM(*_STATUSES, name="procrastinate_job_status", schema=QUEUE_SCHEMA)),
    Column("scheduled_at", DateTime(timezone=True)),
    Column("attempts", Integer),
    Column("worker_id", BigInteger),
)
QueueWorker = Table(
    "procrastinate_workers",
    _queue,
    Column("id", BigInteger, primary_key=True),
    Column("last_heartbeat", DateTime(timezone=True)),
)

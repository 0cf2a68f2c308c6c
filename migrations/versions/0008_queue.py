"""The queue: Procrastinate in a schema of its own, our jobs, idempotent requests, runs of a day.

Revision ID: 0008
Revises: 0007
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The package keeps all its migrations for ever and never changes one, while its schema.sql moves
# with each version: so it is these that are run, up to the one that was the last when this was
# written. A newer Procrastinate's come with a migration of ours that runs those after it.
LAST = "03.04.00_50_post_add_retry_failed_job_procedure.sql"


def _run(file: Path) -> None:
    op.get_bind().exec_driver_sql(file.read_text(encoding="utf-8").replace("%", "%%"))


def _queue() -> None:
    search_path = op.get_bind().scalar(sa.text("SELECT current_setting('search_path')"))
    op.execute("CREATE SCHEMA procrastinate")
    op.execute("SET LOCAL search_path = procrastinate")
    for file in sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql")):
        if file.name <= LAST:
            _run(file)
    # Functions and triggers find their tables whatever the path of whoever calls them, so that a
    # job can be queued in the transaction that it belongs to, and a dump can be restored.
    op.execute("""
        DO $$ DECLARE f regprocedure; BEGIN
            FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = 'procrastinate'::regnamespace
            LOOP EXECUTE format('ALTER FUNCTION %s SET search_path = procrastinate', f); END LOOP;
        END $$
    """)
    op.get_bind().execute(
        sa.text("SELECT set_config('search_path', :path, true)"), {"path": search_path}
    )


def _text_enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _now(name: str) -> sa.Column[datetime]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=sa.text("clock_timestamp()"),
        nullable=False,
    )


def _jobs() -> None:
    outcomes = ("ingested", "unchanged", "updated", "failed")
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", _text_enum("kind", "document"), nullable=False),
        sa.Column("input", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=True),
        sa.Column("queue_id", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("outcome", _text_enum("outcome", *outcomes), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("article_id", sa.BigInteger(), nullable=True),
        _now("created_at"),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_job_article_id_article"),
    )
    op.create_index("ix_job_article_id", "job", ["article_id"])
    op.create_index("ix_job_finished_at", "job", ["finished_at"])
    op.create_index(
        "ix_job_unfinished", "job", ["id"], postgresql_where=sa.text("finished_at IS NULL")
    )
    op.create_index(
        "ix_job_failed",
        "job",
        ["id"],
        postgresql_where=sa.text("outcome = 'failed' AND finished_at IS NOT NULL"),
    )
    op.create_table(
        "idempotent_request",
        sa.Column("key_id", sa.BigInteger(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("request_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", postgresql.JSON(), nullable=True),
        _now("claimed_at"),
        sa.PrimaryKeyConstraint("key_id", "idempotency_key", name="pk_idempotent_request"),
        sa.ForeignKeyConstraint(
            ["key_id"], ["api_key.id"], name="fk_idempotent_request_key_id_api_key"
        ),
    )
    op.create_index("ix_idempotent_request_claimed_at", "idempotent_request", ["claimed_at"])


def _runs() -> None:
    op.add_column(
        "ingest_run",
        sa.Column(
            "kind",
            _text_enum("kind", "command", "api", "queue"),
            server_default="command",
            nullable=False,
        ),
    )
    op.add_column("ingest_run", sa.Column("day", sa.Date(), nullable=True))
    op.create_unique_constraint("uq_ingest_run_kind_day", "ingest_run", ["kind", "day"])
    op.create_index(
        "ix_ingest_item_failed",
        "ingest_item",
        ["run_id"],
        postgresql_where=sa.text("outcome = 'failed'"),
    )


def upgrade() -> None:
    _queue()
    _jobs()
    _runs()


def downgrade() -> None:
    op.drop_index("ix_ingest_item_failed", "ingest_item")
    op.drop_constraint("uq_ingest_run_kind_day", "ingest_run")
    op.drop_column("ingest_run", "day")
    op.drop_column("ingest_run", "kind")
    op.drop_table("idempotent_request")
    op.drop_table("job")
    op.execute("DROP SCHEMA procrastinate CASCADE")

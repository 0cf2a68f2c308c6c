"""Feeds that are polled, and jobs that fetch a page.

Revision ID: 0012
Revises: 0011
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _moment(name: str) -> sa.Column[datetime]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=sa.text("clock_timestamp()"),
        nullable=False,
    )


def _allow(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_job_kind"), "job")
    quoted = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_job_kind"), "job", f"kind IN ({quoted})")


def upgrade() -> None:
    op.create_table(
        "feed",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("interval_seconds", sa.Integer(), nullable=False),
        _moment("next_poll_at"),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_feed"),
        sa.UniqueConstraint("url", name="uq_feed_url"),
    )
    op.create_index("ix_feed_next_poll_at", "feed", ["next_poll_at"])
    _allow("document", "url")


def downgrade() -> None:
    op.execute("DELETE FROM job WHERE kind = 'url'")
    _allow("document")
    op.drop_table("feed")

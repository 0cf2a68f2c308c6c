"""What facets and timelines ask of every statement, in an index: its rows are wide.

Revision ID: 0010
Revises: 0009
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_statement_counted",
        "statement",
        ["id"],
        postgresql_include=["act", "withdrawn", "merged_into_id", "kind", "first_published_at"],
    )


def downgrade() -> None:
    op.drop_index("ix_statement_counted", table_name="statement")

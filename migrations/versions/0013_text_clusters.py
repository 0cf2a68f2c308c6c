"""Syndicated copies: articles of one text, and what texts are found by.

Revision ID: 0013
Revises: 0012
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "text_cluster",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_text_cluster"),
    )
    op.create_table(
        "text_signature",
        sa.Column("article_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bands", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name="fk_text_signature_article_id_article",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", name="pk_text_signature"),
    )
    op.create_index("ix_text_signature_bands", "text_signature", ["bands"], postgresql_using="gin")
    op.add_column("article", sa.Column("text_cluster_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_article_text_cluster_id_text_cluster",
        "article",
        "text_cluster",
        ["text_cluster_id"],
        ["id"],
    )
    op.create_index("ix_article_text_cluster_id", "article", ["text_cluster_id"])


def downgrade() -> None:
    op.drop_column("article", "text_cluster_id")
    op.drop_table("text_signature")
    op.drop_table("text_cluster")

"""A place in a text is unique among what stands: what an older extractor found there stays.

Revision ID: 0009
Revises: 0008
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COLUMNS = ["article_id", "version", "spans", "mention"]


def upgrade() -> None:
    op.drop_constraint("uq_occurrence_article_id_version_spans_mention", "occurrence")
    op.create_index(
        "ix_occurrence_article_id_version_spans_mention",
        "occurrence",
        _COLUMNS,
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("NOT withdrawn"),
    )
    # The index above serves only those who ask for what stands.
    op.create_index("ix_occurrence_article_id", "occurrence", ["article_id"])


def downgrade() -> None:
    op.drop_index("ix_occurrence_article_id", "occurrence")
    op.drop_index("ix_occurrence_article_id_version_spans_mention", "occurrence")
    # What an older extractor found where the newer one finds something else has no place there.
    op.execute("""
        DELETE FROM occurrence o USING occurrence n
        WHERE o.withdrawn AND NOT n.withdrawn AND o.article_id = n.article_id
            AND o.version = n.version AND o.spans = n.spans
            AND o.mention IS NOT DISTINCT FROM n.mention
    """)
    op.execute("""
        DELETE FROM occurrence o USING occurrence n
        WHERE o.withdrawn AND n.withdrawn AND o.id < n.id AND o.article_id = n.article_id
            AND o.version = n.version AND o.spans = n.spans
            AND o.mention IS NOT DISTINCT FROM n.mention
    """)
    op.create_unique_constraint(
        "uq_occurrence_article_id_version_spans_mention",
        "occurrence",
        _COLUMNS,
        postgresql_nulls_not_distinct=True,
    )

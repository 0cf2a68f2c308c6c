"""Topics: every name under which a topic is asked for, definitions, Wikidata.

Revision ID: 0002
Revises: 0001
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from app.extraction.folding import fold

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("topic", sa.Column("definition", sa.String(), nullable=True))
    op.add_column("topic", sa.Column("wikidata_id", sa.String(), nullable=True))
    op.create_table(
        "topic_alias",
        sa.Column("topic_id", sa.BigInteger(), nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name="fk_topic_alias_topic_id_topic"),
        sa.PrimaryKeyConstraint("topic_id", "folded", name="pk_topic_alias"),
    )
    op.create_index("ix_topic_alias_folded", "topic_alias", ["folded"], unique=False)
    op.create_index(
        "ix_topic_alias_folded_trgm",
        "topic_alias",
        ["folded"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"folded": "gin_trgm_ops"},
    )
    _name_what_is_there()


def _name_what_is_there() -> None:
    """A topic's own name is one of its aliases; further ones come with the next ingestion."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, name FROM topic")).all()
    aliases = [{"id": row.id, "alias": row.name, "folded": fold(row.name)} for row in rows]
    if aliases:
        connection.execute(
            sa.text("INSERT INTO topic_alias VALUES (:id, :alias, :folded)"),
            [alias for alias in aliases if alias["folded"]],
        )


def downgrade() -> None:
    op.drop_table("topic_alias")
    op.drop_column("topic", "wikidata_id")
    op.drop_column("topic", "definition")

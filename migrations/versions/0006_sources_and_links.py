"""The sources of a statement in date order; the links to an occurrence's words, made once.

Revision ID: 0006
Revises: 0005
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from app.text_fragments import text_fragment

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BATCH = 5_000  # occurrences
_READ = sa.text("SELECT id, selectors FROM occurrence WHERE id > :after ORDER BY id LIMIT :most")
_WRITE = sa.text("""
    UPDATE occurrence o SET fragment = f.fragment
    FROM unnest(CAST(:ids AS bigint[]), CAST(:fragments AS text[])) AS f(id, fragment)
    WHERE o.id = f.id
""")
_SOURCES = """
    INSERT INTO statement_source (statement_id, source_id, occurrence_id, first_published_at)
    SELECT DISTINCT ON (o.statement_id, f.source_id)
        o.statement_id, f.source_id, o.id, o.published_at
    FROM occurrence o CROSS JOIN LATERAL (
        SELECT o.publisher_id AS source_id WHERE o.publisher_id IS NOT NULL
        UNION ALL SELECT source_id FROM occurrence_source WHERE occurrence_id = o.id
        UNION ALL SELECT k.source_id FROM statement_speaker l JOIN speaker k ON k.id = l.speaker_id
        WHERE l.statement_id = o.statement_id AND k.source_id IS NOT NULL
    ) f
    WHERE NOT o.withdrawn
    ORDER BY o.statement_id, f.source_id, o.published_at NULLS LAST, o.id
"""


def upgrade() -> None:
    op.create_table(
        "statement_source",
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("occurrence_id", sa.BigInteger(), nullable=False),
        sa.Column("first_published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name="fk_statement_source_statement_id_statement"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name="fk_statement_source_source_id_source"
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name="fk_statement_source_occurrence_id_occurrence",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("statement_id", "source_id", name="pk_statement_source"),
    )
    op.execute(_SOURCES)
    op.create_index(
        "ix_statement_source_newest_first",
        "statement_source",
        [
            "source_id",
            sa.literal_column("first_published_at DESC NULLS LAST"),
            sa.literal_column("statement_id DESC"),
        ],
    )
    op.create_index(
        "ix_statement_source_source_id_statement_id",
        "statement_source",
        ["source_id", "statement_id"],
    )
    op.create_index("ix_statement_source_occurrence_id", "statement_source", ["occurrence_id"])
    op.create_index(
        "ix_occurrence_publisher_id_statement_id", "occurrence", ["publisher_id", "statement_id"]
    )
    op.add_column(
        "occurrence",
        sa.Column("fragment", sa.String(), server_default=sa.text("''"), nullable=False),
    )
    _fill_fragments()


def _fill_fragments() -> None:
    connection, after = op.get_bind(), 0
    while rows := connection.execute(_READ, {"after": after, "most": _BATCH}).all():
        made = [text_fragment(s["exact"] for s in row.selectors) for row in rows]
        connection.execute(_WRITE, {"ids": [row.id for row in rows], "fragments": made})
        after = rows[-1].id


def downgrade() -> None:
    op.drop_column("occurrence", "fragment")
    op.drop_index("ix_occurrence_publisher_id_statement_id", table_name="occurrence")
    op.drop_table("statement_source")

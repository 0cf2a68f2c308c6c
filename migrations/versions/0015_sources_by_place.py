"""The sources of a statement place by place, so that any filter beside them finds an order.

Revision ID: 0015
Revises: 0014
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SOURCES = """
    FROM occurrence o CROSS JOIN LATERAL (
        SELECT o.publisher_id AS source_id, false AS via WHERE o.publisher_id IS NOT NULL
        UNION ALL SELECT source_id, true FROM occurrence_source WHERE occurrence_id = o.id
        UNION ALL SELECT k.source_id, false
        FROM statement_speaker l JOIN speaker k ON k.id = l.speaker_id
        WHERE l.statement_id = o.statement_id AND k.source_id IS NOT NULL
    ) f
"""
_BY_PLACE = f"""
    INSERT INTO statement_source
        (occurrence_id, source_id, statement_id, published_at, via, withdrawn)
    SELECT o.id, f.source_id, o.statement_id, o.published_at, bool_or(f.via), o.withdrawn
    {_SOURCES}
    GROUP BY o.id, f.source_id
"""
_BY_STATEMENT = f"""
    INSERT INTO statement_source (statement_id, source_id, occurrence_id, first_published_at)
    SELECT DISTINCT ON (o.statement_id, f.source_id)
        o.statement_id, f.source_id, o.id, o.published_at
    {_SOURCES}
    WHERE NOT o.withdrawn
    ORDER BY o.statement_id, f.source_id, o.published_at NULLS LAST, o.id
"""


def _newest_first(column: str) -> list[str | sa.TextClause]:
    return ["source_id", sa.text(f"{column} DESC NULLS LAST"), sa.text("statement_id DESC")]


def _create(key: Sequence[str], *columns: sa.Column[object]) -> None:
    op.create_table(
        "statement_source",
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("occurrence_id", sa.BigInteger(), nullable=False),
        *columns,
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
        sa.PrimaryKeyConstraint(*key, name="pk_statement_source"),
    )


def upgrade() -> None:
    op.drop_table("statement_source")
    _create(
        ["occurrence_id", "source_id"],
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("via", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
    )
    op.execute(_BY_PLACE)
    via = sa.text("via")
    for name, where in (("", None), ("via_", via)):
        op.create_index(
            f"ix_statement_source_{name}newest_first",
            "statement_source",
            _newest_first("published_at"),
            postgresql_where=where,
        )
        op.create_index(
            f"ix_statement_source_{name}source_id_statement_id",
            "statement_source",
            ["source_id", "statement_id"],
            postgresql_include=["withdrawn"],
            postgresql_where=where,
        )
    op.create_index(
        "ix_statement_source_statement_id_source_id",
        "statement_source",
        ["statement_id", "source_id"],
    )
    # Nobody asks the chain itself by its source any more.
    op.drop_index("ix_occurrence_source_source_id_occurrence_id", table_name="occurrence_source")


def downgrade() -> None:
    op.create_index(
        "ix_occurrence_source_source_id_occurrence_id",
        "occurrence_source",
        ["source_id", "occurrence_id"],
    )
    op.drop_table("statement_source")
    _create(
        ["statement_id", "source_id"],
        sa.Column("first_published_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.execute(_BY_STATEMENT)
    op.create_index(
        "ix_statement_source_newest_first", "statement_source", _newest_first("first_published_at")
    )
    op.create_index(
        "ix_statement_source_source_id_statement_id",
        "statement_source",
        ["source_id", "statement_id"],
    )
    op.create_index("ix_statement_source_occurrence_id", "statement_source", ["occurrence_id"])

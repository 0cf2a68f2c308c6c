"""What changed last, for incremental sync: a table kept by triggers.

Revision ID: 0004
Revises: 0003
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NOW = "pg_current_xact_id()::text::bigint, clock_timestamp()"
_AGAIN = """
    ON CONFLICT (entity, entity_id) DO UPDATE SET xid = excluded.xid, at = excluded.at
"""
# What an answer shows of a speaker, but for its count, which moves with its statements.
_SHOWN = "name, slug, kind, description, source_id, wikidata_id, merged_into_id"
# All of a statement but what it is found by: a new name of its speaker does not change it.
_OF_STATEMENT = (
    "text", "kind", "act", "language", "first_published_at", "occurrence_count", "article_count",
    "publisher_count", "merged_into_id", "withdrawn", "updated_at",
)  # fmt: skip


def _of(row: str) -> str:
    return ", ".join(f"{row}.{column}" for column in _OF_STATEMENT)


def _index_newest_first(condition: str) -> None:
    op.drop_index("ix_statement_first_published_at_id", "statement")
    op.create_index(
        "ix_statement_first_published_at_id",
        "statement",
        [sa.literal_column("first_published_at DESC NULLS LAST"), sa.literal_column("id DESC")],
        postgresql_where=sa.text(condition),
    )


def upgrade() -> None:
    op.create_table(
        "change",
        sa.Column(
            "entity",
            sa.Enum(
                "statement",
                "speaker",
                name="entity",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("entity_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("entity", "entity_id", name="pk_change"),
    )
    op.create_index(
        "ix_change_xid_entity_entity_id", "change", ["xid", "entity", "entity_id"], unique=False
    )
    _index_newest_first("merged_into_id IS NULL")  # for lists of what is withdrawn too
    for entity in ("statement", "speaker"):
        op.execute(
            f"INSERT INTO change (entity, entity_id, xid, at) SELECT '{entity}', id, {_NOW}"  # noqa: S608
            f" FROM {entity}"
        )
    # A statement changes in bulk: one trigger a command, in the order of ids as all who lock.
    op.execute(f"""
        CREATE FUNCTION note_statements() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO change (entity, entity_id, xid, at)
            SELECT 'statement', id, {_NOW} FROM touched ORDER BY id {_AGAIN};
            RETURN NULL;
        END $$
    """)  # noqa: S608
    op.execute(f"""
        CREATE FUNCTION note_changed_statements() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO change (entity, entity_id, xid, at)
            SELECT 'statement', n.id, {_NOW} FROM touched n JOIN before o ON o.id = n.id
            WHERE ({_of("n")}) IS DISTINCT FROM ({_of("o")}) ORDER BY n.id {_AGAIN};
            RETURN NULL;
        END $$
    """)  # noqa: S608
    for event, rows, function in (
        ("INSERT", "NEW TABLE AS touched", "note_statements"),
        ("UPDATE", "OLD TABLE AS before NEW TABLE AS touched", "note_changed_statements"),
        ("DELETE", "OLD TABLE AS touched", "note_statements"),
    ):
        op.execute(
            f"CREATE TRIGGER note_{event.lower()} AFTER {event} ON statement"
            f" REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )
    op.execute(f"""
        CREATE FUNCTION note_speaker() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO change (entity, entity_id, xid, at)
            VALUES ('speaker', CASE WHEN TG_TABLE_NAME = 'speaker' THEN
                (to_jsonb(coalesce(NEW, OLD)) ->> 'id')::bigint ELSE
                (to_jsonb(coalesce(NEW, OLD)) ->> 'speaker_id')::bigint END, {_NOW}) {_AGAIN};
            RETURN NULL;
        END $$
    """)  # noqa: S608
    op.execute(
        f"CREATE TRIGGER note AFTER INSERT OR DELETE OR UPDATE OF {_SHOWN} ON speaker"
        " FOR EACH ROW EXECUTE FUNCTION note_speaker()"
    )
    op.execute(
        "CREATE TRIGGER note AFTER INSERT OR DELETE OR UPDATE ON speaker_alias"
        " FOR EACH ROW EXECUTE FUNCTION note_speaker()"
    )


def downgrade() -> None:
    _index_newest_first("merged_into_id IS NULL AND NOT withdrawn")
    for event in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER note_{event} ON statement")
    for table in ("speaker", "speaker_alias"):
        op.execute(f"DROP TRIGGER note ON {table}")
    op.execute("DROP FUNCTION note_statements()")
    op.execute("DROP FUNCTION note_changed_statements()")
    op.execute("DROP FUNCTION note_speaker()")
    op.drop_table("change")

"""Topics among what changed; the statements of a topic in the order of ids.

Revision ID: 0014
Revises: 0013
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NOW = "pg_current_xact_id()::text::bigint, clock_timestamp()"
# What an answer shows of a topic, but for its count, which moves with its statements.
_SHOWN = "scheme, code, slug, name, parent_id, definition, wikidata_id"


def _allow(*entities: str) -> None:
    op.drop_constraint("ck_change_entity", "change")
    op.create_check_constraint("entity", "change", sa.column("entity").in_(entities))


def upgrade() -> None:
    _allow("statement", "speaker", "topic")
    op.execute(
        f"INSERT INTO change (entity, entity_id, xid, at) SELECT 'topic', id, {_NOW} FROM topic"  # noqa: S608
    )
    op.execute(f"""
        CREATE FUNCTION note_topic() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO change (entity, entity_id, xid, at)
            VALUES ('topic', coalesce(NEW.id, OLD.id), {_NOW})
            ON CONFLICT (entity, entity_id) DO UPDATE SET xid = excluded.xid, at = excluded.at;
            RETURN NULL;
        END $$
    """)  # noqa: S608
    op.execute(
        f"CREATE TRIGGER note AFTER INSERT OR DELETE OR UPDATE OF {_SHOWN} ON topic"
        " FOR EACH ROW EXECUTE FUNCTION note_topic()"
    )
    op.create_index(
        "ix_statement_topic_topic_id_statement_id", "statement_topic", ["topic_id", "statement_id"]
    )


def downgrade() -> None:
    op.drop_index("ix_statement_topic_topic_id_statement_id", table_name="statement_topic")
    op.execute("DROP TRIGGER note ON topic")
    op.execute("DROP FUNCTION note_topic()")
    op.execute("DELETE FROM change WHERE entity = 'topic'")
    _allow("statement", "speaker")

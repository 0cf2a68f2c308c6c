"""What copies are found by goes into its index at once.

Every article looks there before it adds to it, and a list of what waits to be added is read whole.

Revision ID: 0016
Revises: 0015
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.drop_index("ix_text_signature_bands", table_name="text_signature")
    op.create_index(
        "ix_text_signature_bands",
        "text_signature",
        ["bands"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )


def downgrade() -> None:
    op.drop_index("ix_text_signature_bands", table_name="text_signature")
    op.create_index("ix_text_signature_bands", "text_signature", ["bands"], postgresql_using="gin")

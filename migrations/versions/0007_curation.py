"""Speakers across articles: the evidence of each occurrence, and decisions that can be undone.

Revision ID: 0007
Revises: 0006
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KINDS = ("person", "organization", "group", "unnamed")
_WHY = (
    "full name", "variant", "surname", "description", "company", "adopted", "namesake", "new",
    "text", "unknown",
)  # fmt: skip
# The words by which a name is looked up, as `app.ingestion.forms` makes them of those to come.
_ALIASES = r"""
    UPDATE speaker_alias a SET
        family = CASE WHEN length(f.family) >= 5
            THEN regexp_replace(f.family, '[ijy]+$', 'y') ELSE f.family END,
        given = CASE WHEN length(f.given) >= 5
            THEN regexp_replace(f.given, '[ijy]+$', 'y') ELSE f.given END
    FROM (
        SELECT speaker_id, folded, words[cardinality(words)] AS family,
            CASE WHEN cardinality(words) > 1 THEN words[1] ELSE '' END AS given
        FROM (
            SELECT speaker_id, folded, string_to_array(
                regexp_replace(folded, ' (jr|sr|junior|senior|ii|iii|iv|qc|kc|phd|md|mbe|obe|cbe)$',
                               ''), ' ') AS words
            FROM speaker_alias
        ) w
    ) f WHERE f.speaker_id = a.speaker_id AND f.folded = a.folded
"""
_SPEAKERS = """
    INSERT INTO occurrence_speaker
        (occurrence_id, position, speaker_id, name, kind, description, why)
    SELECT o.id, l.position, l.speaker_id, s.name, s.kind,
        CASE WHEN l.position = 0 THEN o.speaker_description END, 'unknown'
    FROM occurrence o
    JOIN statement_speaker l ON l.statement_id = o.statement_id
    JOIN speaker s ON s.id = l.speaker_id
"""
_DESCRIPTIONS = """
    INSERT INTO speaker_description (speaker_id, folded, description, first_seen, last_seen)
    SELECT d.speaker_id, d.folded, min(d.description), min(d.published_at), max(d.published_at)
    FROM (
        SELECT l.speaker_id, l.description, o.published_at,
            trim(regexp_replace(lower(unaccent(l.description)), '[^[:alnum:]]+', ' ', 'g'))
                AS folded
        FROM occurrence_speaker l JOIN occurrence o ON o.id = l.occurrence_id
        WHERE l.description IS NOT NULL AND l.kind IN ('person', 'organization')
    ) d WHERE d.folded <> '' GROUP BY d.speaker_id, d.folded
"""
_READ_BY = """
    UPDATE article_version v SET extractor_version = o.extractor_version
    FROM (SELECT article_id, version, min(extractor_version) AS extractor_version
          FROM occurrence GROUP BY article_id, version) o
    WHERE o.article_id = v.article_id AND o.version = v.n
"""


def _text_enum(name: str, values: Sequence[str]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _reference(
    table: str, column: str, to: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{to}"
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete=ondelete)


def _occurrence_speaker() -> None:
    op.create_table(
        "occurrence_speaker",
        sa.Column("occurrence_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("speaker_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", _text_enum("kind", _KINDS), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("why", _text_enum("why", _WHY), nullable=False),
        _reference("occurrence_speaker", "occurrence_id", "occurrence", ondelete="CASCADE"),
        _reference("occurrence_speaker", "speaker_id", "speaker"),
        sa.PrimaryKeyConstraint("occurrence_id", "position", name="pk_occurrence_speaker"),
    )
    op.execute(_SPEAKERS)
    op.create_index(
        "ix_occurrence_speaker_speaker_id_occurrence_id",
        "occurrence_speaker",
        ["speaker_id", "occurrence_id"],
    )


def _speaker_description() -> None:
    op.create_table(
        "speaker_description",
        sa.Column("speaker_id", sa.BigInteger(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=True),
        _reference("speaker_description", "speaker_id", "speaker"),
        sa.PrimaryKeyConstraint("speaker_id", "folded", name="pk_speaker_description"),
    )
    op.execute(_DESCRIPTIONS)


def _speaker_decision() -> None:
    op.create_table(
        "speaker_decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", _text_enum("kind", ("merge", "split", "rename")), nullable=False),
        sa.Column("speaker_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "last_occurrence_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        _reference("speaker_decision", "speaker_id", "speaker"),
        _reference("speaker_decision", "other_id", "speaker"),
        sa.PrimaryKeyConstraint("id", name="pk_speaker_decision"),
    )
    for column in ("speaker_id", "other_id"):
        op.create_index(f"ix_speaker_decision_{column}", "speaker_decision", [column])


def upgrade() -> None:
    for column in ("family", "given"):
        op.add_column(
            "speaker_alias",
            sa.Column(column, sa.String(), server_default=sa.text("''"), nullable=False),
        )
    op.add_column(
        "speaker_alias",
        sa.Column("inherited", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    # Nothing that an answer shows changes here: no client has to be told.
    op.execute("ALTER TABLE speaker_alias DISABLE TRIGGER note")
    op.execute(_ALIASES)
    op.execute("ALTER TABLE speaker_alias ENABLE TRIGGER note")
    op.create_index("ix_speaker_alias_family_given", "speaker_alias", ["family", "given"])
    op.add_column("speaker", sa.Column("found_name", sa.String(), nullable=True))
    for table in ("statement", "occurrence"):
        op.add_column(table, sa.Column("home_id", sa.BigInteger(), nullable=True))
        op.create_foreign_key(
            f"fk_{table}_home_id_statement", table, "statement", ["home_id"], ["id"]
        )
        op.create_index(f"ix_{table}_home_id", table, ["home_id"])
    _occurrence_speaker()
    _speaker_description()
    _speaker_decision()
    op.add_column("article_version", sa.Column("extractor_version", sa.String(), nullable=True))
    op.execute(_READ_BY)


def downgrade() -> None:
    op.drop_column("article_version", "extractor_version")
    for table in ("speaker_decision", "speaker_description", "occurrence_speaker"):
        op.drop_table(table)
    for table in ("occurrence", "statement"):
        op.drop_column(table, "home_id")
    op.drop_column("speaker", "found_name")
    op.drop_index("ix_speaker_alias_family_given", "speaker_alias")
    for column in ("inherited", "given", "family"):
        op.drop_column("speaker_alias", column)

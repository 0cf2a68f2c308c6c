"""The first schema: design.md section 3.

Revision ID: 0001
Revises: nothing
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
    # English stemming, blind to accents, for the full-text search of statements.
    op.execute("CREATE TEXT SEARCH CONFIGURATION onrecord (COPY = english)")
    op.execute(
        "ALTER TEXT SEARCH CONFIGURATION onrecord"
        " ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem"
    )
    op.create_table(
        "ingest_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extractor_version", sa.String(), nullable=False),
        sa.Column(
            "counts",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ingest_run"),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "agency",
                "newspaper",
                "broadcaster",
                "website",
                "platform",
                "official",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("homepage", sa.String(), nullable=True),
        sa.Column("article_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
        sa.UniqueConstraint("slug", name="uq_source_slug"),
    )
    op.create_table(
        "statement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "direct",
                "indirect",
                "mixed",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "act",
            sa.Enum(
                "speech",
                "writing",
                "thought",
                name="act",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("first_published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("occurrence_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("article_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("publisher_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('onrecord'::regconfig, substr(text, 1, 100000))", persisted=True
            ),
            nullable=False,
        ),
        sa.Column("merged_into_id", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["statement.id"], name="fk_statement_merged_into_id_statement"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_statement"),
    )
    op.create_index(
        "ix_statement_first_published_at_id",
        "statement",
        [sa.literal_column("first_published_at DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("merged_into_id IS NULL AND NOT withdrawn"),
    )
    op.create_index("ix_statement_merged_into_id", "statement", ["merged_into_id"], unique=False)
    op.create_index(
        "ix_statement_oldest_first",
        "statement",
        [sa.literal_column("first_published_at"), sa.literal_column("id")],
        unique=False,
    )
    op.create_index(
        "ix_statement_search", "statement", ["search"], unique=False, postgresql_using="gin"
    )
    op.create_index("ix_statement_updated_at_id", "statement", ["updated_at", "id"], unique=False)
    op.create_table(
        "topic",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "scheme",
            sa.Enum(
                "iptc",
                "entity",
                name="scheme",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("statement_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["topic.id"], name="fk_topic_parent_id_topic"),
        sa.PrimaryKeyConstraint("id", name="pk_topic"),
        sa.UniqueConstraint("scheme", "code", name="uq_topic_scheme_code"),
    )
    op.create_index("ix_topic_parent_id", "topic", ["parent_id"], unique=False)
    op.create_index("ix_topic_slug", "topic", ["slug"], unique=False)
    op.create_index(
        "ix_topic_statement_count_id",
        "topic",
        [sa.literal_column("statement_count DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "article",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("byline", sa.String(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_article_source_id_source"),
        sa.PrimaryKeyConstraint("id", name="pk_article"),
        sa.UniqueConstraint("url", name="uq_article_url"),
    )
    op.create_index("ix_article_language", "article", ["language"], unique=False)
    op.create_index(
        "ix_article_published_at_id",
        "article",
        [sa.literal_column("published_at DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_article_origin", "article", ["origin"], unique=False)
    op.create_index("ix_article_source_id", "article", ["source_id"], unique=False)
    op.create_table(
        "source_alias",
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name="fk_source_alias_source_id_source"
        ),
        sa.PrimaryKeyConstraint("folded", name="pk_source_alias"),
    )
    op.create_index(
        "ix_source_alias_folded",
        "source_alias",
        ["folded"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"folded": "gin_trgm_ops"},
    )
    op.create_index("ix_source_alias_source_id", "source_alias", ["source_id"], unique=False)
    op.create_table(
        "speaker",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "person",
                "organization",
                "group",
                "unnamed",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("source_id", sa.BigInteger(), nullable=True),
        sa.Column("wikidata_id", sa.String(), nullable=True),
        sa.Column("statement_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("merged_into_id", sa.BigInteger(), nullable=True),
        sa.Column("text_sha256", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["speaker.id"], name="fk_speaker_merged_into_id_speaker"
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_speaker_source_id_source"),
        sa.PrimaryKeyConstraint("id", name="pk_speaker"),
        sa.UniqueConstraint("slug", name="uq_speaker_slug"),
        sa.UniqueConstraint("wikidata_id", name="uq_speaker_wikidata_id"),
    )
    op.create_index("ix_speaker_merged_into_id", "speaker", ["merged_into_id"], unique=False)
    op.create_index("ix_speaker_name", "speaker", ["name"], unique=False)
    op.create_index("ix_speaker_source_id", "speaker", ["source_id"], unique=False)
    op.create_index(
        "ix_speaker_statement_count_id",
        "speaker",
        [sa.literal_column("statement_count DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_speaker_text_sha256", "speaker", ["text_sha256"], unique=False)
    op.create_table(
        "statement_topic",
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("first_published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name="fk_statement_topic_statement_id_statement"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topic.id"], name="fk_statement_topic_topic_id_topic"
        ),
        sa.PrimaryKeyConstraint("statement_id", "topic_id", name="pk_statement_topic"),
    )
    op.create_index(
        "ix_statement_topic_newest_first",
        "statement_topic",
        [
            "topic_id",
            sa.literal_column("first_published_at DESC NULLS LAST"),
            sa.literal_column("statement_id DESC"),
        ],
        unique=False,
    )
    op.create_table(
        "article_version",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("raw_sha256", sa.LargeBinary(), nullable=False),
        sa.Column(
            "seen_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_article_version_article_id_article"
        ),
        sa.PrimaryKeyConstraint("article_id", "n", name="pk_article_version"),
    )
    op.create_index(
        "ix_article_version_raw_sha256", "article_version", ["raw_sha256"], unique=False
    )
    op.create_index(
        "ix_article_version_text_sha256", "article_version", ["text_sha256"], unique=False
    )
    op.create_table(
        "ingest_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("input", sa.String(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "ingested",
                "unchanged",
                "updated",
                "failed",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("article_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_ingest_item_article_id_article"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["ingest_run.id"], name="fk_ingest_item_run_id_ingest_run"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ingest_item"),
    )
    op.create_index("ix_ingest_item_article_id", "ingest_item", ["article_id"], unique=False)
    op.create_index("ix_ingest_item_run_id", "ingest_item", ["run_id"], unique=False)
    op.create_table(
        "speaker_alias",
        sa.Column("speaker_id", sa.BigInteger(), nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["speaker.id"], name="fk_speaker_alias_speaker_id_speaker"
        ),
        sa.PrimaryKeyConstraint("speaker_id", "folded", name="pk_speaker_alias"),
    )
    op.create_index("ix_speaker_alias_folded", "speaker_alias", ["folded"], unique=False)
    op.create_index(
        "ix_speaker_alias_folded_trgm",
        "speaker_alias",
        ["folded"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"folded": "gin_trgm_ops"},
    )
    op.create_table(
        "statement_speaker",
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("speaker_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("first_published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["speaker.id"], name="fk_statement_speaker_speaker_id_speaker"
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name="fk_statement_speaker_statement_id_statement"
        ),
        sa.PrimaryKeyConstraint("statement_id", "speaker_id", name="pk_statement_speaker"),
    )
    op.create_index(
        "ix_statement_speaker_newest_first",
        "statement_speaker",
        [
            "speaker_id",
            sa.literal_column("first_published_at DESC NULLS LAST"),
            sa.literal_column("statement_id DESC"),
        ],
        unique=False,
    )
    op.create_index(
        "ix_statement_speaker_speaker_id_statement_id",
        "statement_speaker",
        ["speaker_id", "statement_id"],
        unique=False,
    )
    op.create_table(
        "occurrence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("spans", postgresql.ARRAY(sa.Integer(), dimensions=2), nullable=False),
        sa.Column("selectors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("folded_hash", sa.LargeBinary(), nullable=False),
        sa.Column("mention", sa.String(), nullable=True),
        sa.Column("mention_span", postgresql.ARRAY(sa.Integer()), nullable=True),
        sa.Column("speaker_description", sa.String(), nullable=True),
        sa.Column("cue", sa.String(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "direct",
                "indirect",
                "mixed",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "act",
            sa.Enum(
                "speech",
                "writing",
                "thought",
                name="act",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "medium",
            sa.Enum(
                "interview",
                "press conference",
                "speech",
                "post",
                "statement",
                "letter",
                "broadcast",
                "document",
                name="medium",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("said_on", sa.Date(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("extractor_version", sa.String(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("publisher_id", sa.BigInteger(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name="ck_occurrence_confidence"),
        sa.ForeignKeyConstraint(
            ["article_id", "version"],
            ["article_version.article_id", "article_version.n"],
            name="fk_occurrence_article_id_article_version",
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_occurrence_article_id_article"
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["source.id"], name="fk_occurrence_publisher_id_source"
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name="fk_occurrence_statement_id_statement"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_occurrence"),
        sa.UniqueConstraint(
            "article_id",
            "version",
            "spans",
            "mention",
            name="uq_occurrence_article_id_version_spans_mention",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_occurrence_folded_hash", "occurrence", ["folded_hash"], unique=False)
    op.create_index(
        "ix_occurrence_medium_statement_id",
        "occurrence",
        ["medium", "statement_id"],
        unique=False,
        postgresql_where=sa.text("medium IS NOT NULL"),
    )
    op.create_index(
        "ix_occurrence_published_at",
        "occurrence",
        [sa.literal_column("published_at DESC NULLS LAST"), sa.literal_column("statement_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_occurrence_publisher_id_published_at",
        "occurrence",
        [
            "publisher_id",
            sa.literal_column("published_at DESC NULLS LAST"),
            sa.literal_column("statement_id DESC"),
        ],
        unique=False,
    )
    op.create_index(
        "ix_occurrence_statement_id_published_at",
        "occurrence",
        ["statement_id", "published_at", "id"],
        unique=False,
    )
    op.create_table(
        "occurrence_source",
        sa.Column("occurrence_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name="fk_occurrence_source_occurrence_id_occurrence",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name="fk_occurrence_source_source_id_source"
        ),
        sa.PrimaryKeyConstraint("occurrence_id", "position", name="pk_occurrence_source"),
    )
    op.create_index(
        "ix_occurrence_source_source_id_occurrence_id",
        "occurrence_source",
        ["source_id", "occurrence_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("occurrence_source")
    op.drop_table("occurrence")
    op.drop_table("statement_speaker")
    op.drop_table("speaker_alias")
    op.drop_table("ingest_item")
    op.drop_table("article_version")
    op.drop_table("statement_topic")
    op.drop_table("speaker")
    op.drop_table("source_alias")
    op.drop_table("article")
    op.drop_table("topic")
    op.drop_table("statement")
    op.drop_table("source")
    op.drop_table("ingest_run")
    op.execute("DROP TEXT SEARCH CONFIGURATION onrecord")

"""Search in each article's own language and over speakers' names; indexes for new filters.

Revision ID: 0003
Revises: 0002
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The languages for which every PostgreSQL since 15 has a stemmer.
_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "eu": "basque", "fi": "finnish", "fr": "french",
    "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
_WORDS = "asciihword, asciiword, hword_asciipart, hword, hword_part, word"

_FUNCTIONS = (
    f"""
    CREATE FUNCTION onrecord_stemmer(language text) RETURNS text
    IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
        SELECT CASE
            WHEN language IN ({", ".join(f"'{code}'" for code in _STEMMERS)}) THEN language
            WHEN language IN ('nb', 'nn') THEN 'no'
            ELSE 'simple'
        END
    $$
    """,
    """
    CREATE FUNCTION onrecord_config(language text) RETURNS regconfig
    STABLE PARALLEL SAFE LANGUAGE sql AS $$
        SELECT ('onrecord_' || onrecord_stemmer(language))::regconfig
    $$
    """,
    # What a statement is found by: its words and its speakers' names, in the stems of its
    # language, and a mark of that language. The mark stands between the parts too, so that no
    # phrase reaches from one into the next. It begins with a character that no word has.
    """
    CREATE FUNCTION onrecord_search(language text, said text, names text[]) RETURNS tsvector
    STABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
    DECLARE
        config regconfig := onrecord_config(language);
        mark tsvector := (quote_literal('=' || onrecord_stemmer(language)) || ':1')::tsvector;
        found tsvector := setweight(to_tsvector(config, substr(said, 1, 100000)), 'B') || mark;
        name text;
    BEGIN
        FOREACH name IN ARRAY names LOOP
            found := found || setweight(to_tsvector(config, name), 'A') || mark;
        END LOOP;
        RETURN found;
    END
    $$
    """,
    # The same words in every language that there are articles in, each bound to its mark (but for
    # ranking): one tsquery, so that one index scan answers it. NULL where all are stop words.
    """
    CREATE FUNCTION onrecord_query(words text, marked boolean) RETURNS tsquery
    STABLE PARALLEL SAFE LANGUAGE sql AS $$
        WITH RECURSIVE spoken(language) AS (
            (SELECT language FROM article WHERE language IS NOT NULL ORDER BY language LIMIT 1)
            UNION ALL
            SELECT (SELECT a.language FROM article a WHERE a.language > s.language
                    ORDER BY a.language LIMIT 1)
            FROM spoken s WHERE s.language IS NOT NULL
        ), stemmers AS (
            SELECT onrecord_stemmer(language) AS stemmer FROM spoken
            UNION SELECT onrecord_stemmer(NULL)
        ), queries AS (
            SELECT websearch_to_tsquery(('onrecord_' || stemmer)::regconfig, words)::text AS query,
                   string_agg(quote_literal('=' || stemmer), ' | ' ORDER BY stemmer) AS marks
            FROM stemmers GROUP BY 1
        )
        SELECT string_agg(
            '(' || query || ')' || CASE WHEN marked THEN ' & (' || marks || ')' ELSE '' END,
            ' | ' ORDER BY query
        )::tsquery
        FROM queries WHERE query <> ''
    $$
    """,
)
_FILL = """
    UPDATE statement s SET language = f.language,
        search = onrecord_search(f.language, s.text, f.names)
    FROM (
        SELECT i.id,
            (SELECT a.language FROM occurrence o JOIN article a ON a.id = o.article_id
             WHERE o.statement_id = i.id
             ORDER BY o.withdrawn, o.published_at, o.id LIMIT 1) AS language,
            ARRAY(SELECT n.alias FROM statement_speaker l
                  JOIN speaker_alias n ON n.speaker_id = l.speaker_id
                  WHERE l.statement_id = i.id ORDER BY l.position, n.alias) AS names
        FROM statement i
    ) f WHERE s.id = f.id
"""


def upgrade() -> None:
    op.drop_index("ix_statement_search", table_name="statement")
    op.drop_column("statement", "search")
    op.execute("DROP TEXT SEARCH CONFIGURATION onrecord")
    for code, stemmer in {**_STEMMERS, "simple": "simple"}.items():
        dictionary = "simple" if stemmer == "simple" else f"{stemmer}_stem"
        op.execute(f"CREATE TEXT SEARCH CONFIGURATION onrecord_{code} (COPY = {stemmer})")
        op.execute(
            f"ALTER TEXT SEARCH CONFIGURATION onrecord_{code}"
            f" ALTER MAPPING FOR {_WORDS} WITH unaccent, {dictionary}"
        )
    for function in _FUNCTIONS:
        op.get_bind().exec_driver_sql(function)  # as it stands: colons and all
    op.add_column("statement", sa.Column("language", sa.String(), nullable=True))
    op.add_column(
        "statement",
        sa.Column(
            "search", postgresql.TSVECTOR(), server_default=sa.text("''::tsvector"), nullable=False
        ),
    )
    op.execute(_FILL)
    op.create_index(
        "ix_statement_search", "statement", ["search"], unique=False, postgresql_using="gin"
    )
    # Read backwards this is the order of the newest, which the partial index lacks for withdrawn.
    op.drop_index("ix_statement_oldest_first", table_name="statement")
    op.create_index(
        "ix_statement_oldest_first",
        "statement",
        [sa.literal_column("first_published_at NULLS FIRST"), sa.literal_column("id")],
        unique=False,
    )
    op.create_index(
        "ix_statement_occurrence_count", "statement", ["occurrence_count"], unique=False
    )
    op.create_index(
        "ix_statement_act_newest_first",
        "statement",
        [
            "act",
            sa.literal_column("first_published_at DESC NULLS LAST"),
            sa.literal_column("id DESC"),
        ],
        unique=False,
    )
    op.create_index(
        "ix_occurrence_said_on_statement_id",
        "occurrence",
        ["said_on", "statement_id"],
        unique=False,
        postgresql_where=sa.text("said_on IS NOT NULL"),
    )
    op.create_index("ix_occurrence_confidence", "occurrence", ["confidence"], unique=False)
    op.create_table(
        "near_wording",
        sa.Column("folded_hash", sa.LargeBinary(), nullable=False),
        sa.Column("other_hash", sa.LargeBinary(), nullable=False),
        sa.Column("likeness", sa.Double(), nullable=False),
        sa.Column(
            "found_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("folded_hash", "other_hash", name="pk_near_wording"),
    )


def downgrade() -> None:
    op.drop_table("near_wording")
    op.drop_index("ix_occurrence_confidence", table_name="occurrence")
    op.drop_index("ix_occurrence_said_on_statement_id", table_name="occurrence")
    op.drop_index("ix_statement_act_newest_first", table_name="statement")
    op.drop_index("ix_statement_occurrence_count", table_name="statement")
    op.drop_index("ix_statement_oldest_first", table_name="statement")
    op.create_index(
        "ix_statement_oldest_first",
        "statement",
        [sa.literal_column("first_published_at"), sa.literal_column("id")],
        unique=False,
    )
    op.drop_index("ix_statement_search", table_name="statement")
    op.drop_column("statement", "search")
    op.drop_column("statement", "language")
    op.execute("DROP FUNCTION onrecord_query(text, boolean)")
    op.execute("DROP FUNCTION onrecord_search(text, text, text[])")
    op.execute("DROP FUNCTION onrecord_config(text)")
    op.execute("DROP FUNCTION onrecord_stemmer(text)")
    for code in (*_STEMMERS, "simple"):
        op.execute(f"DROP TEXT SEARCH CONFIGURATION onrecord_{code}")
    op.execute("CREATE TEXT SEARCH CONFIGURATION onrecord (COPY = english)")
    op.execute(
        "ALTER TEXT SEARCH CONFIGURATION onrecord"
        " ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem"
    )
    op.add_column(
        "statement",
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('onrecord'::regconfig, substr(text, 1, 100000))", persisted=True
            ),
            nullable=False,
        ),
    )
    op.create_index(
        "ix_statement_search", "statement", ["search"], unique=False, postgresql_using="gin"
    )

"""Statements, who made them, where they occur and through whom they came."""

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    func,
)
from sqlalchemy import (
    text as sql,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.extraction.types import Act, Kind, Medium, SpeakerKind
from app.models.articles import Article, ArticleVersion
from app.models.base import Base, CreatedAt, Id, Timestamp, text_enum
from app.models.sources import Source
from app.models.speakers import Speaker
from app.text_fragments import text_fragment

_NEWEST_FIRST = "DESC NULLS LAST"


def _fragment(context: Any) -> str:
    selectors = context.get_current_parameters()["selectors"]
    return text_fragment(selector["exact"] for selector in selectors)


class Statement(Base):
    """An utterance; text, kind, act and language are its first occurrence's, counts of live ones.

    `search` holds the words and the speakers' names in the stems of `language`. `home_id` is what
    it was merged into before a decision about speakers merged that too.
    """

    __tablename__ = "statement"
    __table_args__ = (
        Index(None, "search", postgresql_using="gin"),
        Index(
            "ix_statement_first_published_at_id",
            sql(f"first_published_at {_NEWEST_FIRST}"),
            sql("id DESC"),
            postgresql_where=sql("merged_into_id IS NULL"),
        ),
        Index("ix_statement_oldest_first", sql("first_published_at NULLS FIRST"), sql("id")),
        Index(None, "updated_at", "id"),
        Index(None, "occurrence_count"),
        Index(
            "ix_statement_act_newest_first",
            "act",
            sql(f"first_published_at {_NEWEST_FIRST}"),
            sql("id DESC"),
        ),
        # What counting asks of every statement, whose rows are wide.
        Index(
            "ix_statement_counted",
            "id",
            postgresql_include=["act", "withdrawn", "merged_into_id", "kind", "first_published_at"],
        ),
    )

    id: Mapped[Id]
    text: Mapped[str]
    kind: Mapped[Kind] = mapped_column(text_enum(Kind, "kind"))
    act: Mapped[Act] = mapped_column(text_enum(Act, "act"))
    first_published_at: Mapped[Timestamp | None]
    occurrence_count: Mapped[int] = mapped_column(server_default=sql("0"))
    article_count: Mapped[int] = mapped_column(server_default=sql("0"))
    publisher_count: Mapped[int] = mapped_column(server_default=sql("0"))
    language: Mapped[str | None]
    search: Mapped[Any] = mapped_column(TSVECTOR, server_default=sql("''::tsvector"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("statement.id"), index=True)
    home_id: Mapped[int | None] = mapped_column(ForeignKey("statement.id"), index=True)
    withdrawn: Mapped[bool] = mapped_column(server_default=sql("false"))
    updated_at: Mapped[CreatedAt]


class StatementSpeaker(Base):
    """Who made a statement: none, one or several speakers, in the order of the text."""

    __tablename__ = "statement_speaker"
    __table_args__ = (
        Index(
            "ix_statement_speaker_newest_first",
            "speaker_id",
            sql(f"first_published_at {_NEWEST_FIRST}"),
            sql("statement_id DESC"),
        ),
        Index("ix_statement_speaker_speaker_id_statement_id", "speaker_id", "statement_id"),
    )

    statement_id: Mapped[int] = mapped_column(ForeignKey(Statement.id), primary_key=True)
    speaker_id: Mapped[int] = mapped_column(ForeignKey(Speaker.id), primary_key=True)
    position: Mapped[int]
    first_published_at: Mapped[Timestamp | None]


class Occurrence(Base):
    """One place where a statement stands.

    `spans` is [[start, end], …] over the text of (article_id, version). `selectors` holds the
    exact words with their surroundings, one object a span, written once here so that no answer
    has to read the article's text; `fragment` is what a link to them ends with. `publisher_id`
    and `published_at` repeat the article's, so that filters and date order need no join.
    `folded_hash` is SHA-256 over its folded text: with the speakers and the dates it decides
    whether two occurrences are one statement. `home_id` is the statement it belonged to before a
    decision about speakers first moved it.
    """

    __tablename__ = "occurrence"
    __table_args__ = (
        ForeignKeyConstraint(
            ["article_id", "version"], [ArticleVersion.article_id, ArticleVersion.n]
        ),
        Index(
            None,
            "article_id",
            "version",
            "spans",
            "mention",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=sql("NOT withdrawn"),
        ),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
        Index("ix_occurrence_statement_id_published_at", "statement_id", "published_at", "id"),
        Index(
            "ix_occurrence_publisher_id_published_at",
            "publisher_id",
            sql(f"published_at {_NEWEST_FIRST}"),
            sql("statement_id DESC"),
        ),
        Index(
            "ix_occurrence_published_at",
            sql(f"published_at {_NEWEST_FIRST}"),
            sql("statement_id DESC"),
        ),
        Index(None, "medium", "statement_id", postgresql_where=sql("medium IS NOT NULL")),
        Index(None, "said_on", "statement_id", postgresql_where=sql("said_on IS NOT NULL")),
        Index(None, "publisher_id", "statement_id"),
        Index(None, "confidence"),
    )

    id: Mapped[Id]
    statement_id: Mapped[int] = mapped_column(ForeignKey(Statement.id))
    home_id: Mapped[int | None] = mapped_column(ForeignKey(Statement.id), index=True)
    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id), index=True)
    version: Mapped[int]
    spans: Mapped[list[list[int]]] = mapped_column(ARRAY(Integer, dimensions=2))
    selectors: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    fragment: Mapped[str] = mapped_column(default=_fragment, server_default=sql("''"))
    folded_hash: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    mention: Mapped[str | None]
    mention_span: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))
    speaker_description: Mapped[str | None]
    cue: Mapped[str | None]
    kind: Mapped[Kind] = mapped_column(text_enum(Kind, "kind"))
    act: Mapped[Act] = mapped_column(text_enum(Act, "act"))
    medium: Mapped[Medium | None] = mapped_column(text_enum(Medium, "medium"))
    said_on: Mapped[date | None]
    confidence: Mapped[float]
    extractor_version: Mapped[str]
    withdrawn: Mapped[bool] = mapped_column(server_default=sql("false"))
    publisher_id: Mapped[int | None] = mapped_column(ForeignKey(Source.id))
    published_at: Mapped[Timestamp | None]
    created_at: Mapped[CreatedAt] = mapped_column(server_default=func.clock_timestamp())


class Why(StrEnum):
    """Why ingestion took the name in an article for a speaker."""

    FULL_NAME = "full name"  # known by just this name
    VARIANT = "variant"  # initials, a middle name, another transliteration
    SURNAME = "surname"  # the one person known of that surname
    DESCRIPTION = "description"  # of several, the one so described
    COMPANY = "company"  # of several, the one who stands in articles with the same people
    ADOPTED = "adopted"  # a speaker known by a surname only, who took this full name
    NAMESAKE = "namesake"  # set apart from others of the name, whose descriptions contradict
    NEW = "new"  # nobody was known by it
    TEXT = "text"  # unnamed, belongs to this text
    UNKNOWN = "unknown"  # stored before reasons were kept


class OccurrenceSpeaker(Base):
    """Whom ingestion took a speaker of an occurrence for, and why: the evidence for statements.

    `name`, `kind` and `description` are as the article has them. `speaker_id` stays what ingestion
    found; decisions of people are applied to it, so that they can be undone.
    """

    __tablename__ = "occurrence_speaker"
    __table_args__ = (Index(None, "speaker_id", "occurrence_id"),)

    occurrence_id: Mapped[int] = mapped_column(
        ForeignKey(Occurrence.id, ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    speaker_id: Mapped[int] = mapped_column(ForeignKey(Speaker.id))
    name: Mapped[str]
    kind: Mapped[SpeakerKind] = mapped_column(text_enum(SpeakerKind, "kind"))
    description: Mapped[str | None]
    why: Mapped[Why] = mapped_column(text_enum(Why, "why"))


class OccurrenceSource(Base):
    """A link of the via chain; position 0 stands nearest the speaker."""

    __tablename__ = "occurrence_source"

    occurrence_id: Mapped[int] = mapped_column(
        ForeignKey(Occurrence.id, ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source_id: Mapped[int] = mapped_column(ForeignKey(Source.id))


class StatementSource(Base):
    """A source that a statement came from in one place: a row an occurrence and source.

    Publisher, link of the via chain (`via`) or outlet that itself speaks: worked out from these.
    Repeats statement, date and whether it is withdrawn, so that one index gives a list in order.
    """

    __tablename__ = "statement_source"
    __table_args__ = (
        Index(
            "ix_statement_source_newest_first",
            "source_id",
            sql(f"published_at {_NEWEST_FIRST}"),
            sql("statement_id DESC"),
        ),
        Index(
            "ix_statement_source_via_newest_first",
            "source_id",
            sql(f"published_at {_NEWEST_FIRST}"),
            sql("statement_id DESC"),
            postgresql_where=sql("via"),
        ),
        Index(
            "ix_statement_source_source_id_statement_id",
            "source_id",
            "statement_id",
            postgresql_include=["withdrawn"],
        ),
        Index(
            "ix_statement_source_via_source_id_statement_id",
            "source_id",
            "statement_id",
            postgresql_include=["withdrawn"],
            postgresql_where=sql("via"),
        ),
        Index(None, "statement_id", "source_id"),
    )

    occurrence_id: Mapped[int] = mapped_column(
        ForeignKey(Occurrence.id, ondelete="CASCADE"), primary_key=True
    )
    source_id: Mapped[int] = mapped_column(ForeignKey(Source.id), primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey(Statement.id))
    published_at: Mapped[Timestamp | None]
    via: Mapped[bool]
    withdrawn: Mapped[bool]


class NearWording(Base):
    """Two wordings that were taken for one utterance, by the hashes of their folded texts.

    Kept so that it can be told, and undone: `undone_at` is set where a person said that they are
    two, and they are never joined again. `folded_hash` is the smaller of the two.
    """

    __tablename__ = "near_wording"

    folded_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    other_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    likeness: Mapped[float]
    found_at: Mapped[CreatedAt]
    undone_at: Mapped[Timestamp | None]

"""Topics of statements, in two schemes."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Timestamp, text_enum
from app.models.statements import Statement


class TopicScheme(StrEnum):
    """IPTC Media Topics, or an organisation, place or event named in the statement."""

    IPTC = "iptc"
    ENTITY = "entity"


class Topic(Base):
    """What a statement is about. `statement_count` counts live statements that carry it."""

    __tablename__ = "topic"
    __table_args__ = (
        UniqueConstraint("scheme", "code"),
        Index(None, "slug"),
        Index("ix_topic_statement_count_id", text("statement_count DESC"), text("id DESC")),
    )

    id: Mapped[Id]
    scheme: Mapped[TopicScheme] = mapped_column(text_enum(TopicScheme, "scheme"))
    code: Mapped[str]
    slug: Mapped[str]
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id"), index=True)
    statement_count: Mapped[int] = mapped_column(server_default=text("0"))
    definition: Mapped[str | None]  # IPTC's, where its vocabulary was imported
    wikidata_id: Mapped[str | None]


class TopicAlias(Base):
    """A name under which a topic is asked for: its own, printed forms, labels in any language."""

    __tablename__ = "topic_alias"
    __table_args__ = (
        Index("ix_topic_alias_folded", "folded"),
        Index(
            "ix_topic_alias_folded_trgm",
            "folded",
            postgresql_using="gin",
            postgresql_ops={"folded": "gin_trgm_ops"},
        ),
    )

    topic_id: Mapped[int] = mapped_column(ForeignKey(Topic.id), primary_key=True)
    alias: Mapped[str]
    folded: Mapped[str] = mapped_column(primary_key=True)


class StatementTopic(Base):
    """A topic of a statement, with its score between 0 and 1."""

    __tablename__ = "statement_topic"
    __table_args__ = (
        Index(
            "ix_statement_topic_newest_first",
            "topic_id",
            text("first_published_at DESC NULLS LAST"),
            text("statement_id DESC"),
        ),
        Index(None, "topic_id", "statement_id"),
    )

    statement_id: Mapped[int] = mapped_column(ForeignKey(Statement.id), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey(Topic.id), primary_key=True)
    score: Mapped[float]
    first_published_at: Mapped[Timestamp | None]

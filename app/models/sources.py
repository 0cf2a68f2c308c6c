"""Sources: publishers, agencies, broadcasters, platforms, official channels."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, text_enum


class SourceKind(StrEnum):
    """What kind of outlet or channel a source is."""

    AGENCY = "agency"
    NEWSPAPER = "newspaper"
    BROADCASTER = "broadcaster"
    WEBSITE = "website"
    PLATFORM = "platform"
    OFFICIAL = "official"
    OTHER = "other"


class Source(Base):
    """A publisher of articles or a link of a via chain."""

    __tablename__ = "source"

    id: Mapped[Id]
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[SourceKind] = mapped_column(text_enum(SourceKind, "kind"))
    homepage: Mapped[str | None]
    article_count: Mapped[int] = mapped_column(server_default=text("0"))  # as publisher


class SourceAlias(Base):
    """A name of a source as printed; `folded` decides identity, so it is unique."""

    __tablename__ = "source_alias"
    __table_args__ = (
        Index(None, "folded", postgresql_using="gin", postgresql_ops={"folded": "gin_trgm_ops"}),
    )

    source_id: Mapped[int] = mapped_column(ForeignKey(Source.id), index=True)
    alias: Mapped[str]
    folded: Mapped[str] = mapped_column(primary_key=True)

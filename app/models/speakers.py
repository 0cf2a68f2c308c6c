"""Speakers and the names under which they are printed."""

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extraction.types import SpeakerKind
from app.models.base import Base, Id, text_enum
from app.models.sources import Source


class Speaker(Base):
    """A resolved person, organisation, group or unnamed source.

    `text_sha256` is set for `group` and `unnamed` speakers only: they belong to one text (and
    its copies at other publishers) and are never shared. `source_id` is set where an outlet
    itself speaks. `statement_count` counts what the API shows by default: live, not thought.
    """

    __tablename__ = "speaker"
    __table_args__ = (
        Index("ix_speaker_statement_count_id", text("statement_count DESC"), text("id DESC")),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[SpeakerKind] = mapped_column(text_enum(SpeakerKind, "kind"))
    description: Mapped[str | None]  # as first printed: "Kremlin spokesperson"
    source_id: Mapped[int | None] = mapped_column(ForeignKey(Source.id), index=True)
    wikidata_id: Mapped[str | None] = mapped_column(unique=True)
    statement_count: Mapped[int] = mapped_column(server_default=text("0"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("speaker.id"), index=True)
    text_sha256: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)


class SpeakerAlias(Base):
    """A name of a speaker as printed, never a role or a pronoun."""

    __tablename__ = "speaker_alias"
    __table_args__ = (
        Index("ix_speaker_alias_folded", "folded"),
        Index(
            "ix_speaker_alias_folded_trgm",
            "folded",
            postgresql_using="gin",
            postgresql_ops={"folded": "gin_trgm_ops"},
        ),
    )

    speaker_id: Mapped[int] = mapped_column(ForeignKey(Speaker.id), primary_key=True)
    alias: Mapped[str]
    folded: Mapped[str] = mapped_column(primary_key=True)

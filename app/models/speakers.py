"""Speakers, the names and descriptions under which they are printed, and what people decided."""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.extraction.types import SpeakerKind
from app.models.base import Base, CreatedAt, Id, Timestamp, text_enum
from app.models.sources import Source


class Speaker(Base):
    """A resolved person, organisation, group or unnamed source.

    `text_sha256` is set for `group` and `unnamed` speakers only: they belong to one text (and
    its copies at other publishers) and are never shared. `source_id` is set where an outlet
    itself speaks. `statement_count` counts what the API shows by default: live, not thought.
    `found_name` is the name that ingestion found, where a person gave another.
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
    found_name: Mapped[str | None]


class SpeakerAlias(Base):
    """A name of a speaker as printed, never a role or a pronoun.

    `family` and `given` are how its last and first words are looked up (`app.ingestion.forms`).
    `inherited` marks what a person's decision brought: ingestion finds speakers by the others.
    """

    __tablename__ = "speaker_alias"
    __table_args__ = (
        Index("ix_speaker_alias_folded", "folded"),
        Index(None, "family", "given"),
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
    family: Mapped[str] = mapped_column(server_default=text("''"))
    given: Mapped[str] = mapped_column(server_default=text("''"))
    inherited: Mapped[bool] = mapped_column(server_default=text("false"))


class SpeakerDescription(Base):
    """A description under which ingestion found a speaker, and between which dates."""

    __tablename__ = "speaker_description"

    speaker_id: Mapped[int] = mapped_column(ForeignKey(Speaker.id), primary_key=True)
    folded: Mapped[str] = mapped_column(primary_key=True)
    description: Mapped[str]
    first_seen: Mapped[Timestamp | None]
    last_seen: Mapped[Timestamp | None]


class DecisionKind(StrEnum):
    """What a person decided about speakers."""

    MERGE = "merge"  # `speaker_id` is the same as `other_id`
    SPLIT = "split"  # some of what `speaker_id` said was said by `other_id`, who is new
    RENAME = "rename"  # `speaker_id` is called `name`


class SpeakerDecision(Base):
    """A decision of a person about speakers, which binds ingestion until it is undone.

    `evidence` says what it rests on: for a split the occurrences picked and the descriptions of
    either side. `last_occurrence_id` is the newest occurrence that the person could see; what
    came later is told apart by its description.
    """

    __tablename__ = "speaker_decision"
    __table_args__ = (Index(None, "speaker_id"), Index(None, "other_id"))

    id: Mapped[Id]
    kind: Mapped[DecisionKind] = mapped_column(text_enum(DecisionKind, "kind"))
    speaker_id: Mapped[int] = mapped_column(ForeignKey(Speaker.id))
    other_id: Mapped[int | None] = mapped_column(ForeignKey(Speaker.id))
    name: Mapped[str | None]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    last_occurrence_id: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    made_at: Mapped[CreatedAt]
    undone_at: Mapped[Timestamp | None]

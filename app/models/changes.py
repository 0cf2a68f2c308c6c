"""What changed last, for those who keep a copy."""

from enum import StrEnum

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, CreatedAt, text_enum


class ChangedEntity(StrEnum):
    """What kind of row changed; named as its table."""

    STATEMENT = "statement"
    SPEAKER = "speaker"
    TOPIC = "topic"


class Change(Base):
    """The last change of a row, noted by triggers, so that no writer can forget it.

    `xid` is the transaction that made it, a full 64-bit id that never comes again: a reader who
    stays below the oldest transaction still running can miss nothing that commits late. One row
    an entity, moved on by each change, so the table stays as small as what it describes.
    """

    __tablename__ = "change"
    __table_args__ = (Index(None, "xid", "entity", "entity_id"),)

    entity: Mapped[ChangedEntity] = mapped_column(
        text_enum(ChangedEntity, "entity"), primary_key=True
    )
    entity_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    xid: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[CreatedAt]

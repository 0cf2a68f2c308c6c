"""API keys: what of them is kept."""

from enum import StrEnum

from sqlalchemy import Index, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, CreatedAt, Id, Timestamp


class KeyScope(StrEnum):
    """What a key allows beyond reading."""

    INGEST = "ingest"
    CURATE = "curate"


class ApiKey(Base):
    """A key, without the key: only the hash of its token. One that is revoked stays as a record.

    `hint` is the beginning of the token, enough to tell which of several it was. `last_used_at`
    is exact to a minute.
    """

    __tablename__ = "api_key"
    __table_args__ = (
        Index("uq_api_key_name", "name", unique=True, postgresql_where=text("revoked_at IS NULL")),
    )

    id: Mapped[Id]
    name: Mapped[str]
    hint: Mapped[str]
    token_sha256: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String))
    created_at: Mapped[CreatedAt]
    last_used_at: Mapped[Timestamp | None]
    revoked_at: Mapped[Timestamp | None]

"""Whose key a request shows."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.models import ApiKey

_EVERY = timedelta(minutes=1)  # how exact the last use is kept
_READ_ONLY = "25006"  # SQLSTATE of a standby


@dataclass(frozen=True, slots=True)
class Key:
    """A key that is in use."""

    id: int
    name: str
    scopes: frozenset[str]


def hash_token(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


async def find_key(connection: AsyncConnection, token: str) -> Key | None:
    """The key of a token, or None where there is none or it is revoked; its use is noted."""
    stale = or_(
        ApiKey.last_used_at.is_(None), ApiKey.last_used_at < func.clock_timestamp() - _EVERY
    )
    row = (
        await connection.execute(
            select(ApiKey.id, ApiKey.name, ApiKey.scopes, stale.label("stale")).where(
                ApiKey.token_sha256 == hash_token(token), ApiKey.revoked_at.is_(None)
            )
        )
    ).one_or_none()
    if row is None:
        return None
    if row.stale:
        await _note_use(connection, row.id)
    return Key(row.id, row.name, frozenset(row.scopes))


async def _note_use(connection: AsyncConnection, key_id: int) -> None:
    try:
        await connection.execute(
            update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=func.clock_timestamp())
        )
    except DBAPIError as error:
        # Reads may go to a standby, which cannot keep it.
        if getattr(error.orig, "sqlstate", None) != _READ_ONLY:
            raise

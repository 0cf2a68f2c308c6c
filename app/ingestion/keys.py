"""API keys: made, listed, revoked.

A token is 256 random bits, so there is nothing to guess and nothing that a slow hash (bcrypt,
argon2) would protect: those are for passwords, which people choose. SHA-256 keeps a stolen table
useless all the same, and costs a request a microsecond instead of a tenth of a second.
"""

import hashlib
import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.db import AnyRow
from app.errors import InvalidParameterError, NotFoundError
from app.models import ApiKey, KeyScope

# So that a scanner of leaked secrets, or a person, knows what it has found.
PREFIX = "onrecord_"
_BYTES = 32
_HINT = len(PREFIX) + 4
_LONGEST_NAME = 100


def create_key(connection: Connection, name: str, scopes: Collection[KeyScope]) -> str:
    """Make a key; gives its token, which nobody can find out again.

    Raises InvalidParameterError where a key of that name is in use.
    """
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise InvalidParameterError("one line of 1 to 100 characters", parameter="name")
    token = PREFIX + secrets.token_urlsafe(_BYTES)
    values = {
        "name": name,
        "hint": token[:_HINT],
        "token_sha256": hashlib.sha256(token.encode()).digest(),
        "scopes": sorted(scope.value for scope in set(scopes)),
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(ApiKey).values(values))
    except IntegrityError as error:
        raise InvalidParameterError(
            f"there is a key called {name}; revoke it first or choose another name",
            parameter="name",
        ) from error
    return token


def list_keys(connection: Connection) -> Sequence[AnyRow]:
    """Every key there ever was, without its token, oldest first."""
    return connection.execute(
        select(
            ApiKey.id,
            ApiKey.name,
            ApiKey.hint,
            ApiKey.scopes,
            ApiKey.created_at,
            ApiKey.last_used_at,
            ApiKey.revoked_at,
        ).order_by(ApiKey.id)
    ).all()


def revoke_key(connection: Connection, name: str) -> None:
    """Have a key be refused from the next request on. Raises NotFoundError."""
    revoked = connection.execute(
        update(ApiKey)
        .where(ApiKey.name == name, ApiKey.revoked_at.is_(None))
        .values(revoked_at=func.clock_timestamp())
    )
    if not revoked.rowcount:
        raise NotFoundError(f"there is no key called {name} in use")

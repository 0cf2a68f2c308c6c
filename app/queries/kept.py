"""Queries whose SQL is written once and kept: asked straight of the driver, with new values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db import AnySelect
from app.errors import DatabaseUnavailableError

_DIALECT = dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Kept:
    """SQL with numbered places, what goes where by name, and what is the same every time."""

    sql: str
    names: tuple[str, ...]
    constants: dict[str, Any]

    async def fetch(
        self, connection: AsyncConnection, values: Mapping[str, Any]
    ) -> list[asyncpg.Record]:
        """The rows. Raises asyncpg's own errors, and DatabaseUnavailableError."""
        raw: Any = connection.sync_connection.connection.driver_connection  # type: ignore[union-attr]
        filled = [values[name] if name in values else self.constants[name] for name in self.names]
        try:
            rows: list[asyncpg.Record] = await raw.fetch(self.sql, *filled)
        except asyncpg.InterfaceError as error:
            if raw.is_closed():
                raise DatabaseUnavailableError("the database does not answer") from error
            raise
        return rows


def keep(query: AnySelect) -> Kept:
    """The query's SQL, to be asked with values by the names of its parameters."""
    compiled: Any = query.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    return Kept(compiled.string, tuple(compiled.positiontup or ()), dict(compiled.params))

"""Rows in bulk: one statement a table, whatever their number, all of them as one parameter."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection

from app.ingestion.driver import fetch, fetch_first
from app.models import Base

Row = Mapping[str, Any]


def as_json(rows: Sequence[Row]) -> str:
    """Rows as PostgreSQL's json_to_recordset reads them; bytes in bytea's hex form."""
    return orjson.dumps(rows, default=_plain).decode()


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, float):
        return float(value)  # NumPy's
    raise TypeError(f"no JSON for {type(value).__name__}")


def insert_rows(
    connection: Connection, model: type[Base], rows: Sequence[Row], conflict: str = ""
) -> None:
    """Insert rows that all have the same columns, in their order; `conflict` is an ON CONFLICT."""
    if rows:
        table, columns = model.__tablename__, ", ".join(rows[0])
        fetch(
            connection,
            f"INSERT INTO {table} ({columns}) SELECT {columns}"  # noqa: S608 names of our models
            f" FROM json_populate_recordset(NULL::{table}, %s::json) {conflict}",
            (as_json(rows),),
        )


def new_ids(connection: Connection, model: type[Base], count: int) -> list[int]:
    """So many ids of a table that nobody else gets, ascending: to link rows before they are."""
    if not count:
        return []
    return fetch_first(
        connection,
        "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
        (model.__tablename__, count),
    )

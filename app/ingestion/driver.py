"""Queries given to the driver as they stand, for what is asked for every article.

SQLAlchemy takes a third of a millisecond to put a query together, and a ninth for one that it is
given as text; psycopg takes a thirtieth with a cursor that is kept. An article takes forty.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

_KEPT = "driver cursor"


def fetch(
    connection: Connection, query: str, values: Sequence[Any] | Mapping[str, Any] = ()
) -> list[Any]:
    """The rows of a query with `%s` or `%(name)s` in it, as named tuples; none of a command.

    In the connection's transaction. Raises SQLAlchemy's errors, as its own ways do.
    """
    cursor = _cursor(connection)
    try:
        cursor.execute(query.encode(), values)
        return cursor.fetchall() if cursor.description else []
    except psycopg.Error as error:
        is_closed = cursor.connection.closed
        if is_closed:
            connection.invalidate(error)
        raise DBAPIError.instance(
            query, None, error, psycopg.Error, connection_invalidated=is_closed
        ) from error


def fetch_first(
    connection: Connection, query: str, values: Sequence[Any] | Mapping[str, Any] = ()
) -> list[Any]:
    """The first column of the same."""
    return [row[0] for row in fetch(connection, query, values)]


def _cursor(connection: Connection) -> psycopg.Cursor[Any]:
    """One for each connection of the driver, kept as long as that."""
    kept: psycopg.Cursor[Any] | None = connection.info.get(_KEPT)
    if kept is None:
        raw = connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)  # noqa: S101 as make_engine makes them
        kept = connection.info[_KEPT] = raw.cursor(row_factory=namedtuple_row)
    return kept

"""Queries given to the driver: rows, errors as SQLAlchemy's, a connection that has gone."""

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.db import is_gone
from app.ingestion.driver import fetch, fetch_first

ADD = "INSERT INTO text_cluster (id) VALUES (%s)"


def test_gives_rows_of_a_query_and_none_of_a_command(engine: Engine):
    with engine.begin() as connection:
        assert fetch(connection, ADD, (7,)) == []
        (row,) = fetch(connection, "SELECT id, %(word)s AS word FROM text_cluster", {"word": "x"})
        assert (row.id, row.word) == (7, "x")
    with engine.begin() as connection:
        assert fetch_first(connection, "SELECT id FROM text_cluster") == [7]


def test_is_part_of_the_transaction(engine: Engine):
    def add_twice() -> None:
        with engine.begin() as connection:
            fetch(connection, ADD, (7,))
            fetch(connection, ADD, (7,))

    with pytest.raises(IntegrityError, match="pk_text_cluster"):
        add_twice()
    with engine.begin() as connection:
        assert fetch(connection, "SELECT id FROM text_cluster") == []


def test_a_connection_that_went_is_replaced(engine: Engine):
    with pytest.raises(DBAPIError) as caught, engine.begin() as connection:
        fetch(connection, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert is_gone(caught.value)
    with engine.begin() as connection:
        assert fetch_first(connection, "SELECT 1") == [1]

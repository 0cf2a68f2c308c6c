"""Advisory locks: who may decide about an article, its copies, a name or a statement.

Every transaction takes them class by class and, within a class, in the order of their keys, and
changes shared rows only after the last one, so two writers can never wait for each other. Before
them all, who writes articles shares one lock that a person's decision about speakers has alone.
"""

import hashlib
from collections.abc import Iterable
from enum import IntEnum

from sqlalchemy import Connection

from app.ingestion.driver import fetch


class LockClass(IntEnum):
    """What is locked, in the order in which a transaction takes them."""

    DECISION = 0
    ARTICLE = 1
    TEXT = 2
    NAME = 3
    STATEMENT = 4


def lock(connection: Connection, lock_class: LockClass, keys: Iterable[str | bytes]) -> None:
    """Hold these keys until the transaction ends, waiting for whoever has them."""
    numbers = sorted({_number(key) for key in keys})
    if numbers:
        # The set-returning function runs row by row, in the order of the array.
        query = "SELECT pg_advisory_xact_lock(%s, n) FROM unnest(%s::int[]) AS n"
        fetch(connection, query, (int(lock_class), numbers))


def lock_as_writer(connection: Connection) -> None:
    """Write beside other writers until the transaction ends, but beside no decision."""
    fetch(connection, "SELECT pg_advisory_xact_lock_shared(%s, 0)", (int(LockClass.DECISION),))


def lock_alone(connection: Connection) -> None:
    """Decide about speakers: whoever writes articles finishes first, or waits."""
    fetch(connection, "SELECT pg_advisory_xact_lock(%s, 0)", (int(LockClass.DECISION),))


def _number(key: str | bytes) -> int:
    raw = key.encode() if isinstance(key, str) else key
    return int.from_bytes(hashlib.sha256(raw).digest()[:4], signed=True)

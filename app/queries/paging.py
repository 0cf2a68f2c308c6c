"""Keyset paging: sort keys, opaque cursors, pages and totals.

A cursor carries a version, the sort keys of the last row, the ids that names stood for on the
first page, and a hash of the filters; no server has to remember anything.
"""

import base64
import binascii
import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Integer,
    SQLColumnExpression,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db import AnySelect
from app.errors import CursorExpiredError, CursorMismatchError
from app.queries.filters import MAX_ID, Paging, Total

_VERSION = 1
_CAP = 1000
_MOST_PINNED = 100
_LONGEST = 16_384  # bytes of an unpacked cursor
_MISMATCH = "this cursor was not issued for these parameters; start again without it"


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column of a sort order. Nulls come last in both directions."""

    column: SQLColumnExpression[Any]
    type: type
    descending: bool = False
    nullable: bool = False

    def order(self) -> ColumnElement[Any]:
        """The ORDER BY term."""
        term = self.column.desc() if self.descending else self.column.asc()
        return term.nulls_last() if self.nullable else term

    def past(self, value: Any) -> ColumnElement[bool]:
        """Rows that come after those with this value."""
        if value is None:
            return false()
        beyond = self.column < value if self.descending else self.column > value
        return or_(beyond, self.column.is_(None)) if self.nullable else beyond

    def equal(self, value: Any) -> ColumnElement[bool]:
        """Rows with this value."""
        return self.column.is_(None) if value is None else self.column == value

    def check(self, value: Any) -> Any:
        """A value out of a cursor in the column's type; raises ValueError for any other."""
        if value is None and self.nullable:
            return None
        if self.type is datetime and isinstance(value, str):
            return datetime.fromisoformat(value).astimezone(UTC)
        fits = type(value) is self.type and not (isinstance(value, int) and abs(value) > MAX_ID)
        if not fits or (isinstance(value, str) and "\x00" in value):
            raise ValueError(value)
        return value


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins, and which ids names stand for."""

    values: list[Any]
    ids: dict[str, list[int]]


def fingerprint(parameters: Paging) -> str:
    """A hash of everything that must not change between pages."""
    same = parameters.model_dump_json(exclude={"limit", "cursor", "total"}, exclude_defaults=True)
    return hashlib.sha256(f"{type(parameters).__name__}{same}".encode()).hexdigest()[:16]


def encode_cursor(parameters: Paging, cursor: Cursor) -> str:
    """The cursor as clients see it: opaque, safe in a URL."""
    payload = orjson.dumps(
        [_VERSION, fingerprint(parameters), cursor.values, cursor.ids], option=orjson.OPT_UTC_Z
    )
    return base64.urlsafe_b64encode(zlib.compress(payload)).rstrip(b"=").decode()


def decode_cursor(parameters: Paging) -> Cursor | None:
    """The cursor in the parameters, None for a first page.

    Raises CursorMismatchError for one that was issued for other filters or by nobody, and
    CursorExpiredError for one of another version of the API.
    """
    if parameters.cursor is None:
        return None
    try:
        version, hashed, values, ids = _unpack(parameters.cursor)
        if version != _VERSION and isinstance(version, int):
            raise CursorExpiredError("this cursor is of another version; start again without it")
        if hashed != fingerprint(parameters):
            raise CursorMismatchError(_MISMATCH, parameter="cursor")
        return Cursor(list(values), {str(k): [_check_id(i) for i in v] for k, v in ids.items()})
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise CursorMismatchError(_MISMATCH, parameter="cursor") from error


def _unpack(cursor: str) -> Any:
    try:
        packed = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        unpacked = zlib.decompressobj().decompress(packed, _LONGEST)
    except (binascii.Error, zlib.error) as error:
        raise ValueError(cursor) from error
    return orjson.loads(unpacked)


def _check_id(value: Any) -> int:
    if type(value) is not int or not 0 < value <= MAX_ID:
        raise ValueError(value)
    return value


def pinnable(ids: dict[str, list[int]]) -> dict[str, list[int]]:
    """The ids, if they are few enough for a cursor; else names are looked up on each page."""
    return ids if sum(map(len, ids.values())) <= _MOST_PINNED else {}


def after(keys: Sequence[SortKey], values: Sequence[Any]) -> ColumnElement[bool]:
    """The condition for all rows that come after the one with these sort keys.

    Raises CursorMismatchError for values that do not fit the keys.
    """
    try:
        checked = [key.check(value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, OverflowError) as error:
        raise CursorMismatchError(_MISMATCH, parameter="cursor") from error
    clauses: list[ColumnElement[bool]] = []
    same: list[ColumnElement[bool]] = []
    for key, value in zip(keys, checked, strict=True):
        clauses.append(and_(*same, key.past(value)))
        same.append(key.equal(value))
    return or_(*clauses)


async def fetch_page(
    connection: AsyncConnection,
    query: AnySelect,
    keys: Sequence[SortKey],
    parameters: Paging,
    cursor: Cursor | None = None,
    ids: dict[str, list[int]] | None = None,
) -> tuple[list[Any], dict[str, Any]]:
    """One page of rows, and the answer's `page` object. The query carries its filters.

    `cursor` is the decoded one; `ids` are what the next one pins.
    """
    if cursor is not None:
        query = query.where(after(keys, cursor.values))
    labelled: list[ColumnElement[Any]] = [
        key.column.label(f"sort_key_{i}") for i, key in enumerate(keys)
    ]
    rows = (
        await connection.execute(
            query.add_columns(*labelled)
            .order_by(*(key.order() for key in keys))
            # Written out, for a plan that is kept must know how few rows are wanted.
            .limit(bindparam(None, parameters.limit + 1, Integer, literal_execute=True))
        )
    ).all()
    more = len(rows) > parameters.limit
    rows = rows[: parameters.limit]
    next_cursor = None
    if more:
        values = [getattr(rows[-1], f"sort_key_{i}") for i in range(len(keys))]
        next_cursor = encode_cursor(parameters, Cursor(values, ids or {}))
    page = {"limit": parameters.limit, "next_cursor": next_cursor, "has_more": more}
    return list(rows), page


async def count_total(
    connection: AsyncConnection, query: AnySelect, total: Total
) -> dict[str, Any] | None:
    """The answer's `total` object for a query of all that match; None where not asked for."""
    if total is Total.NONE:
        return None
    if total is Total.CAPPED:
        query = query.limit(_CAP + 1)
    value = await connection.scalar(select(func.count()).select_from(query.subquery())) or 0
    return as_total(value, total)


def as_total(value: int, total: Total) -> dict[str, Any]:
    """A count as the answer gives it."""
    if total is Total.CAPPED and value > _CAP:
        return {"value": _CAP, "relation": "gte"}
    return {"value": value, "relation": "eq"}

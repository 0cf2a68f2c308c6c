"""Keyset paging: sort keys, opaque cursors, pages and totals.

A cursor carries a version, the sort keys of the last row, the ids that names stood for on the
first page, and a hash of the filters; no server has to remember anything.
"""

import base64
import binascii
import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Double,
    Integer,
    Row,
    SQLColumnExpression,
    String,
    bindparam,
    func,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from app.db import AnySelect
from app.errors import CursorExpiredError, CursorMismatchError
from app.queries.budget import Budget
from app.queries.filters import MAX_ID, Paging, Total

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Counted:
    """What an exact count reads: the ids that match in no order; and what fills both queries."""

    query: AnySelect
    values: Values | None = None


_VERSION = 1
_TYPES: dict[type, TypeEngine[Any]] = {
    int: BigInteger(),
    float: Double(),
    str: String(),
    datetime: DateTime(timezone=True),
}
_CAP = 1000
_MOST_PINNED = 100
_LONGEST = 16_384  # bytes of an unpacked cursor
_MAY_CHANGE = {"limit", "cursor", "total", "fields", "include", "highlight"}
_MISMATCH = "this cursor was not issued for these parameters; start again without it"


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column of a sort order; all of an order have the same direction.

    Nulls come last in both directions; only the first key of an order may have them.
    """

    column: SQLColumnExpression[Any]
    type: type
    descending: bool = False
    nullable: bool = False
    has_value: bool | None = None  # where the filters leave only nulls, or none: which

    def order(self) -> ColumnElement[Any]:
        """The ORDER BY term."""
        term = self.column.desc() if self.descending else self.column.asc()
        return term.nulls_last() if self.nullable else term

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
    same = parameters.model_dump_json(exclude=_MAY_CHANGE, exclude_defaults=True)
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


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of an order that one index scan gives: the dated rows, or the undated ones."""

    condition: list[ColumnElement[bool]]
    order: list[ColumnElement[Any]]


# Where a page begins: None at the beginning, else whether the row before it had a first key.
Start = bool | None


def begin(keys: Sequence[SortKey], cursor: Cursor | None) -> tuple[Start, dict[str, Any]]:
    """Where the page after a cursor begins, and the values that its `stages` are filled with.

    Raises CursorMismatchError for values that do not fit the keys.
    """
    if cursor is None:
        return None, {}
    try:
        values = [key.check(v) for key, v in zip(keys, cursor.values, strict=True)]
    except (ValueError, OverflowError) as error:
        raise CursorMismatchError(_MISMATCH, parameter="cursor") from error
    return values[0] is not None, {f"after_{n}": value for n, value in enumerate(values)}


def stages(keys: Sequence[SortKey], start: Start) -> list[Stage]:
    """The stretches from `start` on, in order; what they are filled with is `begin`'s to say.

    Nulls are a stretch of their own, so that each is a range of an index, read in either
    direction, and no deep page costs more than the first.
    """
    first, *others = keys
    if not first.nullable:
        return [Stage(_past(keys, start), [key.order() for key in keys])]
    # Where nulls would come among the others decides only which index serves: they are apart.
    descending = first.column.desc().nulls_last()
    by_date = descending if first.descending else first.column.asc().nulls_first()
    order = [by_date, *(key.order() for key in others)]
    # By date too, though none has one: else PostgreSQL does not see that the index is in order.
    undated = Stage([first.column.is_(None)], order)
    if start is False:
        undated.condition.extend(_past(others, start, n=1))
        return [undated]
    dated = Stage([first.column.is_not(None), *_past(keys, start)], order)
    return {None: [dated, undated], True: [dated], False: [undated]}[first.has_value]


def _past(keys: Sequence[SortKey], start: Start, n: int = 0) -> list[ColumnElement[bool]]:
    """That a row comes after the one before the page, whose keys from the n-th on are `after_n`."""
    if start is None:
        return []
    columns = tuple_(*(key.column for key in keys))
    bounds = tuple_(*(bindparam(f"after_{i}", type_=_TYPES[k.type]) for i, k in enumerate(keys, n)))
    return [columns < bounds if keys[0].descending else columns > bounds]


def labelled(query: AnySelect, keys: Sequence[SortKey]) -> AnySelect:
    """The query with its sort keys as the columns `sort_key_n`."""
    columns: list[ColumnElement[Any]] = [
        key.column.label(f"sort_key_{n}") for n, key in enumerate(keys)
    ]
    return query.add_columns(*columns)


def close_page(
    rows: list[Any], keys: Sequence[SortKey], parameters: Paging, ids: dict[str, list[int]]
) -> tuple[list[Any], dict[str, Any]]:
    """The page's rows, of one more than it takes, and the answer's `page` object."""
    more = len(rows) > parameters.limit
    rows = rows[: parameters.limit]
    next_cursor = None
    if more:
        last = rows[-1]._mapping if isinstance(rows[-1], Row) else rows[-1]
        values = [last[f"sort_key_{n}"] for n in range(len(keys))]
        next_cursor = encode_cursor(parameters, Cursor(values, ids))
    return rows, {"limit": parameters.limit, "next_cursor": next_cursor, "has_more": more}


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
    query = labelled(query, keys)
    start, after = begin(keys, cursor)
    rows: list[Any] = []
    for stage in stages(keys, start):
        wanted = parameters.limit + 1 - len(rows)
        part = query.where(*stage.condition).order_by(*stage.order).limit(wanted)
        rows += (await connection.execute(part, after)).all()
        if len(rows) > parameters.limit:
            break
    return close_page(rows, keys, parameters, ids or {})


async def count_total(
    connection: AsyncConnection,
    query: AnySelect,
    parameters: Paging,
    page: Mapping[str, Any],
    rows: int,
    counted: Counted | None = None,
) -> dict[str, Any] | None:
    """The answer's `total` object for a query of all that match; None where not asked for.

    `page` and `rows` are what was read of it: a list that ends on its first page is counted. What
    cannot be counted in the time of a request is a lower bound, of all that is known, and says so.
    """
    if parameters.total is Total.NONE:
        return None
    if parameters.cursor is None and not page["has_more"]:
        return as_total(rows, parameters.total)
    counted = counted or Counted(query.order_by(None))
    budget = Budget()
    value, exact = rows + page["has_more"], False
    async with budget.spend(connection):
        most = bindparam(None, _CAP + 1, Integer, literal_execute=True)
        found = await _count(connection, query.limit(most), counted.values)
        value, exact = min(found, _CAP), found <= _CAP
        if parameters.total is Total.EXACT and not exact:
            value, exact = await _count(connection, counted.query, counted.values), True
    total: dict[str, Any] = {"value": value, "relation": "eq" if exact else "gte"}
    return total | {"timed_out": True} if budget.timed_out else total


def as_total(value: int, total: Total) -> dict[str, Any]:
    """A count as the answer gives it."""
    if total is Total.CAPPED and value > _CAP:
        return {"value": _CAP, "relation": "gte"}
    return {"value": value, "relation": "eq"}


async def _count(connection: AsyncConnection, query: AnySelect, values: Values | None) -> int:
    return await connection.scalar(select(func.count()).select_from(query.subquery()), values) or 0

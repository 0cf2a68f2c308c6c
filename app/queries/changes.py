"""What changed since a reader last asked: incremental sync."""

import base64
import binascii
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import orjson
from pydantic import Field
from sqlalchemy import BigInteger, Text, cast, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db import AnyRow
from app.errors import CursorExpiredError, CursorMismatchError
from app.models import Change, ChangedEntity, Speaker, Statement, among
from app.queries.entities import speakers_by_id
from app.queries.filters import MAX_ID, Parameters
from app.queries.shown import as_statement
from app.queries.statements import select_by_id
from app.queries.topics import topics_by_id

_VERSION = 1
_Position = tuple[int, str, int]  # transaction, entity, id
_START: _Position = (0, "", 0)


class ChangeKind(StrEnum):
    """What to do with a copy."""

    UPSERT = "upsert"
    MERGE = "merge"
    DELETE = "delete"


class ChangeList(Parameters):
    """Parameters of `GET /changes`."""

    after: Annotated[
        str | None,
        Field(
            max_length=200,
            description="`after` of the answer before; without it, everything from the start.",
        ),
    ] = None
    type: Annotated[
        ChangedEntity | None, Field(description="Only statements, speakers or topics.")
    ] = None
    limit: Annotated[int, Field(ge=1, le=1000, description="Changes an answer.")] = 100


def _encode(position: _Position) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([_VERSION, *position])).rstrip(b"=").decode()


def _decode(after: str | None) -> _Position:
    if after is None:
        return _START
    try:
        raw = base64.urlsafe_b64decode(after.encode("ascii") + b"=" * (-len(after) % 4))
        version, xid, entity, entity_id = orjson.loads(raw)
        if version != _VERSION and isinstance(version, int):
            raise CursorExpiredError("this position is of another version; start again without it")
        numbers = type(xid) is type(entity_id) is int and min(xid, entity_id) >= 0
        if not numbers or max(xid, entity_id) > MAX_ID or entity not in ("", *ChangedEntity):
            raise ValueError(after)
    except (ValueError, TypeError, binascii.Error) as error:
        raise CursorMismatchError(
            "no answer of /changes gave this position; start again without it", parameter="after"
        ) from error
    return xid, entity, entity_id


def _xid(bound: Any) -> Any:
    return cast(cast(bound, Text), BigInteger)


async def list_changes(connection: AsyncConnection, parameters: ChangeList) -> dict[str, Any]:
    """What changed after a position, oldest first, each row once with its newest state.

    Only what transactions below the oldest running one did: what commits late is not passed
    over but told later. Raises CursorMismatchError for a position that nobody gave, and
    CursorExpiredError for one from another life of the database (a restored dump).
    """
    position = _decode(parameters.after)
    snapshot = func.pg_current_snapshot()
    if position[0]:
        newest = await connection.scalar(select(_xid(func.pg_snapshot_xmax(snapshot))))
        if position[0] >= (newest or 0):
            raise CursorExpiredError("this position is of another database; start again without it")
    query = (
        select(Change.entity, Change.entity_id, Change.xid, Change.at)
        .where(Change.xid < _xid(func.pg_snapshot_xmin(snapshot)))
        .where(
            tuple_(Change.xid, cast(Change.entity, Text), Change.entity_id)
            > tuple_(*(literal(value) for value in position))
        )
        .order_by(Change.xid, Change.entity, Change.entity_id)
        .limit(parameters.limit + 1)
    )
    if parameters.type is not None:
        query = query.where(Change.entity == parameters.type)
    rows = (await connection.execute(query)).all()
    page = rows[: parameters.limit]
    if page:
        position = (page[-1].xid, page[-1].entity, page[-1].entity_id)
    return {
        "data": await _describe(connection, page),
        "after": _encode(position),
        "has_more": len(rows) > parameters.limit,
    }


async def _describe(connection: AsyncConnection, rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    ids: dict[str, list[int]] = {entity: [] for entity in ChangedEntity}
    for row in rows:
        ids[row.entity].append(row.entity_id)
    shown: dict[str, dict[int, dict[str, Any]]] = {entity: {} for entity in ChangedEntity}
    merged: dict[str, dict[int, int]] = {entity: {} for entity in ChangedEntity}
    if ids["statement"]:
        found = await connection.execute(select_by_id(ids["statement"]))
        shown["statement"] = {row.id: as_statement(row) for row in found}
        merged["statement"] = await _merged(connection, Statement, ids["statement"])
    if ids["speaker"]:
        shown["speaker"] = await speakers_by_id(connection, ids["speaker"])
        merged["speaker"] = await _merged(connection, Speaker, ids["speaker"])
    if ids["topic"]:
        shown["topic"] = await topics_by_id(connection, ids["topic"])
    return [_change(row, shown[row.entity], merged[row.entity]) for row in rows]


async def _merged(
    connection: AsyncConnection, entity: type[Statement | Speaker], ids: list[int]
) -> dict[int, int]:
    rows = await connection.execute(
        select(entity.id, entity.merged_into_id).where(
            among(entity.id, ids), entity.merged_into_id.is_not(None)
        )
    )
    return {row.id: row.merged_into_id for row in rows}


def _change(
    row: AnyRow, shown: dict[int, dict[str, Any]], merged: dict[int, int]
) -> dict[str, Any]:
    survivor = merged.get(row.entity_id)
    body = shown.get(row.entity_id) if survivor is None else None
    if survivor is not None:
        kind = ChangeKind.MERGE
    elif body is None or body.get("withdrawn"):
        kind = ChangeKind.DELETE
    else:
        kind = ChangeKind.UPSERT
    return {
        "type": row.entity,
        "id": row.entity_id,
        "change": kind,
        "merged_into_id": survivor,
        "changed_at": row.at,
        **{e.value: body if row.entity == e else None for e in ChangedEntity},
    }

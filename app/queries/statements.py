"""Reading statements: lists, one, and its occurrences."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db import AnyRow, AnySelect, keep_plans
from app.errors import InvalidParameterError, MergedError, NotFoundError
from app.extraction.types import Act
from app.extraction.wording import Difference, differences, statement_text
from app.models import Statement, among
from app.queries.embeds import as_html, embed, first_occurrences, headline, select_fields
from app.queries.filters import (
    Include,
    OccurrenceList,
    Shape,
    SortedStatements,
    StatementFilters,
    StatementList,
    StatementSort,
    Total,
)
from app.queries.kept import Kept, keep
from app.queries.order import MOST_RANKED, Ordered, in_order
from app.queries.paging import (
    Counted,
    Cursor,
    SortKey,
    Start,
    as_total,
    begin,
    close_page,
    count_total,
    decode_cursor,
    fetch_page,
    labelled,
    pinnable,
    stages,
)
from app.queries.pattern import Pattern, pattern_of
from app.queries.shown import Shown, as_statement, show, show_occurrences
from app.queries.where import Resolved, Where, resolve_names, where

_ANYTHING = StatementFilters(act=list(Act), withdrawn=True)
_ACT = StatementFilters().act


def select_statements(pattern: Pattern, sort: StatementSort) -> AnySelect:
    """All statements that match, unpaged and in order, as `as_statement` takes them.

    Their `id` and `text` stand beside them.
    """
    return _select(in_order(pattern, where(pattern), sort))


def select_by_id(ids: Collection[int]) -> AnySelect:
    """These statements, withdrawn ones too, however many."""
    conditions = Where([among(Statement.id, ids)], [], [], narrows=False)
    return _select(in_order(pattern_of(_ANYTHING, {}), conditions, StatementSort.ID))


def _select(ordered: Ordered) -> AnySelect:
    query = labelled(ordered.query, ordered.keys)
    page = query.order_by(*(key.order() for key in ordered.keys)).subquery("page")
    return show(page).add_columns(page.c.id, Statement.text).order_by(*_order(page, ordered.keys))


def _order(page: FromClause, keys: Sequence[SortKey]) -> list[ColumnElement[Any]]:
    return [replace(key, column=page.c[f"sort_key_{n}"]).order() for n, key in enumerate(keys)]


async def list_statements(connection: AsyncConnection, parameters: StatementList) -> dict[str, Any]:
    """A page of statements: `data`, `page`, `total` and `resolved` as design.md section 4 says.

    `data` is for orjson to write: objects, or fragments of JSON where nothing is to be done with
    them. Raises InvalidParameterError for parameters that contradict each other,
    CursorMismatchError and CursorExpiredError for cursors that do not belong here.
    """
    check_needs_q(parameters)
    cursor = decode_cursor(parameters)
    resolved = await resolve_names(connection, parameters, cursor.ids if cursor else {})
    rows, page = await _fetch(connection, parameters, resolved, cursor)
    if parameters.sort is StatementSort.RELEVANCE:
        page["ranked_at_most"] = MOST_RANKED
    return {
        "data": await _data(connection, rows, parameters),
        "page": page,
        "total": await _total(connection, parameters, resolved, page, len(rows)),
        "resolved": resolved.shown,
    }


@lru_cache(maxsize=1000)
def _ordered(pattern: Pattern, sort: StatementSort) -> Ordered:
    return in_order(pattern, where(pattern), sort)


@lru_cache(maxsize=1000)
def _keeps_plan(pattern: Pattern) -> bool:
    """Whether the best plan is the same whatever the values: that of one speaker or topic.

    Their statements, or places, are read in the order of an index, few or many. With anything
    rarer asked for beside it, the values decide.
    """
    link = where(pattern).link
    return link is not None and pattern.given <= {link.name, "act", "withdrawn", "kind"}


@lru_cache(maxsize=2000)
def _queries(
    pattern: Pattern, sort: StatementSort, limit: int, start: Start, shown: bool
) -> list[Kept]:
    """A query for each stretch of a page that begins at `start`.

    Each gives the ids of statements and occurrences or, where they are to be `shown` at once,
    the statements.
    """
    found = _ordered(pattern, sort)
    query = labelled(found.query, found.keys)
    # Written out, for a plan that is kept must know how few rows are wanted.
    most = literal_column(str(limit + 1), Integer)
    parts = [
        query.where(*stage.condition).order_by(*stage.order).limit(most)
        for stage in stages(found.keys, start)
    ]
    if not shown:
        return [keep(part) for part in parts]
    pages = [part.subquery("page") for part in parts]
    return [keep(show(page).order_by(*_order(page, found.keys))) for page in pages]


@lru_cache(maxsize=2)
def _shown_by_id(highlight: bool) -> Kept:
    """The statements of two lists of ids, in their order. Planned once, for it has many joins."""
    ids = [bindparam(name, type_=ARRAY(BigInteger)) for name in ("ids", "occurrence_ids")]
    unnested = func.unnest(*ids).table_valued(
        "id", "occurrence_id", with_ordinality="n", name="page"
    )
    page = unnested.render_derived()
    query = show(page).order_by(page.c.n)
    return keep(query.add_columns(headline().label("highlight")) if highlight else query)


async def _fetch(
    connection: AsyncConnection,
    parameters: StatementList,
    resolved: Resolved,
    cursor: Cursor | None,
) -> tuple[list[Any], dict[str, Any]]:
    """The rows to show, with their `statement` as JSON, and the answer's `page` object."""
    pattern, limit = resolved.pattern(parameters), parameters.limit
    at_once = _keeps_plan(pattern)
    keys = _ordered(pattern, parameters.sort).keys
    start, after = begin(keys, cursor)
    values = resolved.values(parameters) | after
    await keep_plans(connection, at_once)
    rows: list[Any] = []
    for query in _queries(pattern, parameters.sort, limit, start, at_once):
        rows += await query.fetch(connection, values)
        if len(rows) > limit:
            break
    rows, page = close_page(rows, keys, parameters, pinnable(resolved.ids))
    if rows and not at_once:
        ids = {name: [row[name[:-1]] for row in rows] for name in ("ids", "occurrence_ids")}
        rows = await _shown_by_id(parameters.highlight).fetch(connection, values | ids)
    return rows, page


async def _data(
    connection: AsyncConnection, rows: Sequence[Any], parameters: StatementList
) -> list[Any]:
    if not (parameters.fields or parameters.include or parameters.highlight):
        return [orjson.Fragment(row["statement"]) for row in rows]
    statements = [orjson.loads(row["statement"]) for row in rows]
    if parameters.highlight:
        for statement, row in zip(statements, rows, strict=True):
            statement["highlight"] = as_html(row["highlight"])
    return await _shape(connection, statements, parameters)


async def _total(
    connection: AsyncConnection,
    parameters: StatementList,
    resolved: Resolved,
    page: dict[str, Any],
    rows: int,
) -> dict[str, Any] | None:
    if parameters.total is Total.NONE:
        return None
    pattern = resolved.pattern(parameters)
    kept = known_total(parameters, resolved, pattern)
    if kept is not None:
        return as_total(kept, parameters.total)
    ordered = _ordered(pattern, StatementSort.NEWEST)
    counted = Counted(ordered.matching, resolved.values(parameters))
    return await count_total(connection, ordered.newest, parameters, page, rows, counted)


def known_total(parameters: StatementFilters, resolved: Resolved, pattern: Pattern) -> int | None:
    """The total where it is kept with a speaker or a topic and nothing else is asked for."""
    asked = pattern.given - {"act", "withdrawn"}
    plain = parameters.act == _ACT and not parameters.withdrawn
    if not plain or len(asked) != 1 or not asked <= pattern.single & {"speaker", "topic"}:
        return None
    (name,) = asked
    counts = [match["count"] for one in resolved.shown[name] for match in one["matched"]]
    return counts[0] if counts else None


def check_needs_q(parameters: SortedStatements) -> None:
    """Raises InvalidParameterError for what makes no sense without words to search for."""
    if parameters.q is None and parameters.sort is StatementSort.RELEVANCE:
        raise InvalidParameterError("sort=relevance needs q", parameter="sort")
    if parameters.q is None and isinstance(parameters, StatementList) and parameters.highlight:
        raise InvalidParameterError("highlight=true needs q", parameter="highlight")


async def _shape(
    connection: AsyncConnection, statements: list[dict[str, Any]], shape: Shape
) -> list[dict[str, Any]]:
    """The statements with what `include` and `fields` ask for."""
    if Include.OCCURRENCES in shape.include:
        ids = first_occurrences([s["id"] for s in statements])
        embedded: dict[int, list[dict[str, Any]]] = {s["id"]: [] for s in statements}
        query = show_occurrences().where(Shown.id.in_(ids))
        words = {s["id"]: s["text"] for s in statements}
        for row in await connection.execute(
            query.order_by(Shown.published_at.nulls_last(), Shown.id)
        ):
            embedded[row.statement_id].append(_with_wording(row, words[row.statement_id]))
        for statement in statements:
            statement["occurrences"] = embedded[statement["id"]]
    await embed(connection, statements, shape.include)
    return select_fields(statements, shape.fields)


def _with_wording(row: AnyRow, text: str) -> dict[str, Any]:
    """An occurrence with its own words and where they differ from the statement's text."""
    occurrence: dict[str, Any] = orjson.loads(row.occurrence)
    exact = [s["exact"] for s in occurrence["selectors"] if "exact" in s]
    words = statement_text(exact, occurrence["kind"])
    return occurrence | {"wording": words, "differences": as_json(differences(text, words))}


def as_json(changes: Sequence[Difference]) -> list[dict[str, str]]:
    """What differs between two wordings, as answers show it."""
    return [{"before": change.before, "after": change.after} for change in changes]


async def get_statement(
    connection: AsyncConnection, statement_id: int, shape: Shape
) -> dict[str, Any]:
    """One statement, withdrawn ones too. Raises MergedError naming the survivor, NotFoundError."""
    await check_exists(connection, statement_id)
    row = (await connection.execute(select_by_id([statement_id]))).one()
    (statement,) = await _shape(connection, [as_statement(row)], shape)
    return statement


async def check_exists(connection: AsyncConnection, statement_id: int) -> str:
    """The text of a statement. Raises MergedError naming the survivor, NotFoundError."""
    query = select(Statement.merged_into_id, Statement.text).where(Statement.id == statement_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no statement {statement_id}")
    if row.merged_into_id is not None:
        raise MergedError(row.merged_into_id)
    return str(row.text)


async def list_occurrences(
    connection: AsyncConnection, statement_id: int, parameters: OccurrenceList
) -> dict[str, Any]:
    """The occurrences of a statement, earliest first, undated last, and how their words differ.

    Raises MergedError naming the survivor, NotFoundError.
    """
    text = await check_exists(connection, statement_id)
    matching = select(Shown.id).where(Shown.statement_id == statement_id)
    query = show_occurrences().where(Shown.statement_id == statement_id)
    if not parameters.withdrawn:
        query, matching = query.where(~Shown.withdrawn), matching.where(~Shown.withdrawn)
    keys = [SortKey(Shown.published_at, datetime, nullable=True), SortKey(Shown.id, int)]
    rows, page = await fetch_page(connection, query, keys, parameters, decode_cursor(parameters))
    return {
        "data": [_with_wording(row, text) for row in rows],
        "page": page,
        "total": await count_total(connection, matching, parameters, page, len(rows)),
    }

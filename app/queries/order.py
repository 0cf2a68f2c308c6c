"""The statements that match, in an order that an index gives.

Four shapes, by what the filters ask for: one source (then its links are walked, a row a place,
each statement at its earliest), else an occurrence that satisfies conditions (then occurrences
are), else one speaker or topic (then its links are, which repeat the date), or none of these.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Float, Integer, SQLColumnExpression, cast, func, literal_column, select

from app.db import AnySelect
from app.models import Occurrence, Statement
from app.queries.filters import StatementSort
from app.queries.paging import SortKey
from app.queries.pattern import Pattern
from app.queries.where import Where

MOST_RANKED = 1000  # of what matches, the newest: `sort=relevance` puts them in order


@dataclass(frozen=True, slots=True)
class Ordered:
    """`query` gives `id` and `occurrence_id`, the occurrence to show, of each statement."""

    query: AnySelect
    keys: list[SortKey]
    newest: AnySelect  # the ids alone, newest first: what a capped count reads
    matching: AnySelect  # the ids alone, in no order: what an exact count reads


def in_order(pattern: Pattern, conditions: Where, sort: StatementSort) -> Ordered:
    """Every statement that matches, once, with the keys of its order."""
    date, by_id = _columns(conditions)
    shown = _shown(pattern, conditions)
    query = _apply(conditions, select(by_id.label("id"), shown.label("occurrence_id")))
    newest = _newest(conditions)
    if sort is StatementSort.RELEVANCE:
        # A common word stands in a tenth of all statements: to rank them all takes seconds.
        ranked = newest.limit(literal_column(str(MOST_RANKED), Integer)).subquery("ranked")
        query = query.where(by_id.in_(select(ranked.c.id)))
    return Ordered(query, _keys(pattern, sort, date, by_id), newest, _matching(conditions))


def _matching(conditions: Where) -> AnySelect:
    if conditions.of_places:
        return conditions.apply(select(Statement.id))
    return conditions.apply_in_order(select(Statement.id))


def _newest(conditions: Where) -> AnySelect:
    if conditions.narrows and not conditions.by_source:
        # To be counted it need not be known which occurrence is the earliest.
        first = Statement.first_published_at.desc().nulls_last()
        return _matching(conditions).order_by(first, Statement.id.desc())
    date, by_id = _columns(conditions)
    query = _apply(conditions, select(by_id.label("id")))
    return query.order_by(date.desc().nulls_last(), by_id.desc())


def _columns(
    conditions: Where,
) -> tuple[SQLColumnExpression[datetime | None], SQLColumnExpression[int]]:
    """The date and the id of a statement, in the table that is walked."""
    if conditions.of_places:
        _, statement_id, date = conditions.places
        return date, statement_id
    if conditions.link is not None:
        table: Any = conditions.link.table
        return table.first_published_at, table.statement_id
    return Statement.first_published_at, Statement.id


def _apply(conditions: Where, query: AnySelect) -> AnySelect:
    if conditions.of_places:
        return conditions.apply_to_earliest(query)
    return conditions.apply_in_order(query)


def _shown(pattern: Pattern, conditions: Where) -> SQLColumnExpression[int]:
    """The occurrence to show: the earliest that satisfies the conditions."""
    return conditions.places[0] if conditions.of_places else _earliest(pattern)


def _earliest(pattern: Pattern) -> SQLColumnExpression[Any]:
    query = select(Occurrence.id).where(Occurrence.statement_id == Statement.id)
    if "withdrawn" not in pattern.true:
        query = query.where(~Occurrence.withdrawn)
    earliest = query.order_by(
        Occurrence.withdrawn, Occurrence.published_at.nulls_last(), Occurrence.id
    )
    return earliest.limit(1).correlate(Statement).scalar_subquery()


def _keys(
    pattern: Pattern,
    sort: StatementSort,
    date: SQLColumnExpression[datetime | None],
    by_id: SQLColumnExpression[int],
) -> list[SortKey]:
    match sort:
        case StatementSort.ID:
            return [SortKey(by_id, int)]
        case StatementSort.RELEVANCE:
            words = select(func.onrecord_query(pattern.value("q"), False)).scalar_subquery()
            rank = cast(func.ts_rank(Statement.search, words), Float(53))
            return [
                SortKey(rank, float, descending=True),
                SortKey(by_id, int, descending=True),
            ]
        case _:
            newest = sort is StatementSort.NEWEST
            return [
                SortKey(
                    date, datetime, descending=newest, nullable=True, has_value=_dated(pattern)
                ),
                SortKey(by_id, int, descending=newest),
            ]


def _dated(pattern: Pattern) -> bool | None:
    """Whether only dated rows can match, only undated ones, or (None) both."""
    if "published_from" in pattern or "published_before" in pattern:
        return True
    return False if "has_date" in pattern.given - pattern.true else None

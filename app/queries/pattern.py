"""What of the filters gives a query its form, and what only fills it with values.

Everything that builds SQL from filters sees the pattern alone, never a value: so one pattern is one
text of SQL, which can be kept and used again with the values of another request.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Integer,
    SQLColumnExpression,
    String,
    bindparam,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from app.queries.filters import StatementFilters

Ids = dict[str, list[int]]
_TYPES: dict[str, TypeEngine[Any]] = {
    "published_from": DateTime(timezone=True),
    "published_before": DateTime(timezone=True),
    "updated_since": DateTime(timezone=True),
    "said_from": Date(),
    "said_before": Date(),
    "min_occurrences": Integer(),
    "min_confidence": Double(),
    "q": String(),
    "search": String(),
}
_NAMES = frozenset(
    ("speaker", "exclude_speaker", "source", "exclude_source", "publisher", "via", "topic")
)
_OF_IDS = _NAMES | {"id", "article"}
_FIELDS = tuple(StatementFilters.model_fields)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which filters are in use (`given`), and what of them decides how the SQL is written.

    `single` are lists of just one value: an index on a column and a date then gives the date's
    order. `true` are yes-or-no filters that say yes.
    """

    given: frozenset[str]
    single: frozenset[str]
    true: frozenset[str]

    def __contains__(self, name: str) -> bool:
        """Whether a filter is in use."""
        return name in self.given

    def without(self, names: Collection[str]) -> "Pattern":
        """The same, these filters left out."""
        return Pattern(self.given.difference(names), self.single, self.true)

    def value(self, name: str) -> BindParameter[Any]:
        """The one value of a filter, to be filled in."""
        return bindparam(name, type_=_TYPES[name])

    def matches(self, column: SQLColumnExpression[Any], name: str) -> ColumnElement[bool]:
        """Whether a column holds one of a filter's values, however many they are."""
        type_: TypeEngine[Any] = BigInteger() if name in _OF_IDS else String()
        if name in self.single:
            return column == bindparam(name, type_=type_)
        return column == func.any(bindparam(name, type_=ARRAY(type_)))


def pattern_of(filters: StatementFilters, ids: Ids, search: str | None = None) -> Pattern:
    """The pattern of filters whose names were resolved to `ids` and whose `q` means `search`."""
    given, single, true = [], [], []
    for name in _FIELDS:
        value = getattr(filters, name)
        if value is None or value == []:
            continue
        value = ids[name] if name in _NAMES else value
        given.append(name)
        if value is True:
            true.append(name)
        elif isinstance(value, list) and len(value) == 1:
            single.append(name)
    if search is not None:
        given.append("search")
    return Pattern(frozenset(given), frozenset(single), frozenset(true))


def values_of(filters: StatementFilters, ids: Ids, search: str | None = None) -> dict[str, Any]:
    """What to fill into a query of that pattern, by name."""
    values: dict[str, Any] = {"search": search}
    for name in _FIELDS:
        value = ids.get(name) if name in _NAMES else getattr(filters, name)
        values[name] = _filled(value) if isinstance(value, list) else value
    return values


def _filled(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else list(values)

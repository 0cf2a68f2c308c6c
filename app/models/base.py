"""The declarative base: constraint names, and the column types that every table shares."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Enum,
    Identity,
    MetaData,
    SQLColumnExpression,
    cast,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables. The migrations build the schema; a test holds that both agree."""

    metadata = MetaData(naming_convention=NAMING)


def text_enum(enum: type[StrEnum], name: str) -> Enum:
    """A text column that holds the values of `enum`, with a CHECK constraint of that name."""

    def values(members: type[StrEnum]) -> Sequence[str]:
        return [member.value for member in members]

    return Enum(
        enum,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=values,
    )


Id = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Timestamp = Annotated[datetime, mapped_column(DateTime(timezone=True))]
CreatedAt = Annotated[
    datetime, mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
]


def among(column: SQLColumnExpression[Any], ids: Collection[int]) -> ColumnElement[bool]:
    """Whether a column holds one of the ids, however many: one parameter, where IN takes many.

    A single id is compared plainly: then an index on the column and a date gives the date's order.
    """
    if len(ids) == 1:
        return column == next(iter(ids))
    return column == func.any(cast(sorted(ids), ARRAY(BigInteger)))

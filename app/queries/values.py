"""The values that statements can be counted by: one row for each statement and value."""

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import CTE, SQLColumnExpression, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from app.db import AnySelect
from app.models import (
    Article,
    Occurrence,
    OccurrenceSource,
    Source,
    Speaker,
    Statement,
    StatementSource,
    StatementSpeaker,
    StatementTopic,
    Topic,
    among,
)
from app.queries.stats_filters import Facet
from app.queries.where import Where

_Broader = aliased(Topic)
_Came = aliased(StatementSource)
_ENTITIES: dict[Facet, type[Speaker | Source | Topic]] = {
    Facet.SPEAKER: Speaker,
    Facet.SOURCE: Source,
    Facet.PUBLISHER: Source,
    Facet.VIA: Source,
    Facet.TOPIC: Topic,
}


def pairs(conditions: Where, facet: Facet, *, by_occurrence: bool = False) -> CTE:
    """Rows (`id`, `value`) of what matches and of its values under a facet, each once.

    `id` is the statement's, or the occurrence's where it is to be counted by occurrences and the
    value is one of occurrences. What has no value has no row.
    """
    if facet is Facet.SOURCE and not (by_occurrence or conditions.of_places):
        link = StatementSource.statement_id == Statement.id
        came = select(Statement.id, _value(StatementSource.source_id)).join(StatementSource, link)
        if not conditions.withdrawn:
            came = came.where(~StatementSource.withdrawn)
        return conditions.apply(came).distinct().cte("pairs")
    if facet in _OF_OCCURRENCES:
        of = Occurrence.id if by_occurrence else Occurrence.statement_id
        return _OF_OCCURRENCES[facet](conditions, of).distinct().cte("pairs")
    return _OF_STATEMENTS[facet](conditions).cte("pairs")


def is_of_occurrences(facet: Facet) -> bool:
    """Whether two occurrences of one statement can differ in it."""
    return facet in _OF_OCCURRENCES


def _value(column: SQLColumnExpression[Any]) -> SQLColumnExpression[Any]:
    # As it is: numbers are counted faster than their text.
    return column.label("value")


def _of_statement(column: SQLColumnExpression[Any]) -> Callable[[Where], AnySelect]:
    return lambda where: where.apply(select(Statement.id, _value(column)))


def _speakers(where: Where) -> AnySelect:
    link = StatementSpeaker.statement_id == Statement.id
    return where.apply(
        select(Statement.id, _value(StatementSpeaker.speaker_id)).join(StatementSpeaker, link)
    )


def _speaker_kinds(where: Where) -> AnySelect:
    query = (
        select(Statement.id, _value(Speaker.kind))
        .join(StatementSpeaker, StatementSpeaker.statement_id == Statement.id)
        .join(Speaker, Speaker.id == StatementSpeaker.speaker_id)
    )
    return where.apply(query.distinct())


def _topics(where: Where) -> AnySelect:
    """Topics and all that are broader: a count is then what the filter gives for that topic."""
    tree = select(Topic.id, Topic.id.label("broader")).cte("tree", recursive=True)
    parent = (
        select(tree.c.id, _Broader.parent_id)
        .join(_Broader, _Broader.id == tree.c.broader)
        .where(_Broader.parent_id.is_not(None))
    )
    tree = tree.union(parent)
    query = (
        select(Statement.id, _value(tree.c.broader))
        .join(StatementTopic, StatementTopic.statement_id == Statement.id)
        .join(tree, tree.c.id == StatementTopic.topic_id)
    )
    return where.apply(query.distinct())


_OF_STATEMENTS: dict[Facet, Callable[[Where], AnySelect]] = {
    Facet.SPEAKER: _speakers,
    Facet.SPEAKER_KIND: _speaker_kinds,
    Facet.TOPIC: _topics,
    Facet.KIND: _of_statement(Statement.kind),
    Facet.ACT: _of_statement(Statement.act),
}
_Id = SQLColumnExpression[int]


def _of_occurrence(
    column: SQLColumnExpression[Any],
) -> Callable[[Where, _Id], AnySelect]:
    def make(where: Where, of: _Id) -> AnySelect:
        query: AnySelect = select(of.label("id"), _value(column)).select_from(Occurrence)
        return where.apply_to_occurrences(query).where(column.is_not(None))

    return make


def _via(where: Where, of: _Id) -> AnySelect:
    query: AnySelect = (
        select(of.label("id"), _value(OccurrenceSource.source_id))
        .select_from(Occurrence)
        .join(OccurrenceSource, OccurrenceSource.occurrence_id == Occurrence.id)
    )
    return where.apply_to_occurrences(query)


def _languages(where: Where, of: _Id) -> AnySelect:
    query: AnySelect = (
        select(of.label("id"), _value(Article.language))
        .select_from(Occurrence)
        .join(Article, Article.id == Occurrence.article_id)
    )
    return where.apply_to_occurrences(query).where(Article.language.is_not(None))


def _sources(where: Where, of: _Id) -> AnySelect:
    """Publishers, via and outlets that speak, of whichever places match."""
    query: AnySelect = (
        select(of.label("id"), _value(_Came.source_id))
        .select_from(Occurrence)
        .join(_Came, _Came.occurrence_id == Occurrence.id)
    )
    return where.apply_to_occurrences(query)


_publishers = _of_occurrence(Occurrence.publisher_id)
_OF_OCCURRENCES: dict[Facet, Callable[[Where, _Id], AnySelect]] = {
    Facet.PUBLISHER: _publishers,
    Facet.MEDIUM: _of_occurrence(Occurrence.medium),
    Facet.VIA: _via,
    Facet.LANGUAGE: _languages,
    Facet.SOURCE: _sources,
}


async def labels(
    connection: AsyncConnection, facet: Facet, values: Collection[str]
) -> dict[str, str]:
    """What to call each value: an entity's name, else the value itself."""
    entity = _ENTITIES.get(facet)
    if entity is None or not values:
        return {value: value for value in values}
    query = select(entity.id, entity.name).where(among(entity.id, [int(v) for v in values]))
    return {str(row.id): row.name for row in await connection.execute(query)}

"""The one WHERE clause: from filters to conditions on statements and on their occurrences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from app.db import AnySelect
from app.models import (
    Article,
    Occurrence,
    OccurrenceSource,
    Speaker,
    Statement,
    StatementSpeaker,
    StatementTopic,
    among,
)
from app.queries.filters import StatementFilters
from app.queries.names import Resolution, resolve_source, resolve_speaker, resolve_topic

_RESOLVERS = {
    "speaker": resolve_speaker,
    "source": resolve_source,
    "publisher": resolve_source,
    "via": resolve_source,
    "topic": resolve_topic,
}
TEXT_SEARCH = "onrecord"  # the text search configuration that the migration makes
_Old = aliased(Statement)


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the names in the filters mean: ids by parameter, and what the answer says of it."""

    ids: dict[str, list[int]]
    shown: dict[str, list[dict[str, Any]]]


_Said = aliased(StatementSpeaker)
_About = aliased(StatementTopic)


@dataclass(frozen=True, slots=True)
class Link:
    """The links of one speaker or one topic to statements, which an index holds in date order."""

    entity: type[StatementSpeaker | StatementTopic]
    condition: ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Where:
    """Conditions on the statement, and those that one and the same occurrence must meet."""

    statement: list[ColumnElement[bool]]
    occurrence: list[ColumnElement[bool]]
    narrows: bool  # whether `occurrence` asks for more than being live
    link: Link | None = None  # to begin with; its statements alone match

    def apply(self, query: AnySelect) -> AnySelect:
        """A query over Statement, limited to those that match."""
        match = (
            exists()
            .where(Occurrence.statement_id == Statement.id, *self.occurrence)
            .correlate(Statement)
        )
        query = query.where(*self.statement)
        if self.link is not None:
            linked = select(self.link.entity.statement_id).where(self.link.condition)
            query = query.where(Statement.id.in_(linked))
        return query.where(match) if self.narrows else query


async def resolve_names(
    connection: AsyncConnection, filters: StatementFilters, pinned: dict[str, list[int]]
) -> Resolved:
    """Look up every name in the filters; `pinned` ids, from a cursor, go before a new look-up."""
    ids: dict[str, list[int]] = {}
    shown: dict[str, list[dict[str, Any]]] = {}
    for parameter, resolver in _RESOLVERS.items():
        names: list[str] = getattr(filters, parameter)
        if not names:
            continue
        found: list[Resolution] = [await resolver(connection, name) for name in names]
        ids[parameter] = pinned.get(parameter) or sorted({i for one in found for i in one.ids})
        shown[parameter] = [resolution.as_json() for resolution in found]
    return Resolved(ids, shown)


def where(filters: StatementFilters, ids: dict[str, list[int]]) -> Where:
    """The conditions that the filters mean, with the names in them resolved to `ids`."""
    narrowing = _occurrence_conditions(filters, ids)
    live = [] if filters.withdrawn else [~Occurrence.withdrawn]
    link = None if narrowing else _link(ids)
    conditions = _statement_conditions(filters) + _linked_conditions(filters, ids, link)
    return Where(conditions, live + narrowing, bool(narrowing), link)


def _link(ids: dict[str, list[int]]) -> Link | None:
    match ids:
        case {"speaker": [speaker_id]}:
            return Link(_Said, _Said.speaker_id == speaker_id)
        case {"topic": [topic_id]}:
            return Link(_About, _About.topic_id == topic_id)
    return None


def _statement_conditions(filters: StatementFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Statement.merged_into_id.is_(None),
        Statement.act.in_(filters.act),
    ]
    if not filters.withdrawn:
        conditions.append(~Statement.withdrawn)
    if filters.kind:
        conditions.append(Statement.kind.in_(filters.kind))
    if filters.has_date is not None:
        conditions.append(Statement.first_published_at.is_not(None) == filters.has_date)
    if filters.has_speaker is not None:
        spoken = exists().where(StatementSpeaker.statement_id == Statement.id)
        conditions.append(spoken if filters.has_speaker else ~spoken)
    if filters.q is not None:
        query = func.websearch_to_tsquery(TEXT_SEARCH, filters.q)
        conditions.append(Statement.search.op("@@")(query))
    if filters.id:
        survivors = select(func.coalesce(_Old.merged_into_id, _Old.id)).where(
            _Old.id.in_(filters.id)
        )
        conditions.append(Statement.id.in_(survivors))
    return conditions


def _linked_conditions(
    filters: StatementFilters, ids: dict[str, list[int]], link: Link | None
) -> list[ColumnElement[bool]]:
    """Speakers and topics, but for the one that the link stands for."""
    conditions: list[ColumnElement[bool]] = []
    if filters.speaker and not (link and link.entity is _Said):
        said = select(StatementSpeaker.statement_id).where(
            among(StatementSpeaker.speaker_id, ids["speaker"])
        )
        conditions.append(Statement.id.in_(said))
    if filters.topic and not (link and link.entity is _About):
        about = select(StatementTopic.statement_id).where(
            among(StatementTopic.topic_id, ids["topic"])
        )
        conditions.append(Statement.id.in_(about))
    return conditions


def _occurrence_conditions(
    filters: StatementFilters, ids: dict[str, list[int]]
) -> list[ColumnElement[bool]]:
    conditions = _source_conditions(filters, ids)
    if filters.medium:
        conditions.append(Occurrence.medium.in_(filters.medium))
    if filters.article:
        conditions.append(Occurrence.article_id.in_(filters.article))
    if filters.language:
        written = select(Article.id).where(Article.language.in_(filters.language))
        conditions.append(Occurrence.article_id.in_(written))
    if filters.published_from is not None:
        conditions.append(Occurrence.published_at >= filters.published_from)
    if filters.published_before is not None:
        conditions.append(Occurrence.published_at < filters.published_before)
    if filters.min_confidence is not None:
        conditions.append(Occurrence.confidence >= filters.min_confidence)
    return conditions


def _source_conditions(
    filters: StatementFilters, ids: dict[str, list[int]]
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.publisher:
        conditions.append(among(Occurrence.publisher_id, ids["publisher"]))
    if filters.via:
        conditions.append(_came_through(ids["via"]))
    if filters.source:
        voice = (
            select(StatementSpeaker.statement_id)
            .join(Speaker, Speaker.id == StatementSpeaker.speaker_id)
            .where(among(Speaker.source_id, ids["source"]))
        )
        conditions.append(
            or_(
                among(Occurrence.publisher_id, ids["source"]),
                _came_through(ids["source"]),
                Occurrence.statement_id.in_(voice),
            )
        )
    return conditions


def _came_through(source_ids: Sequence[int]) -> ColumnElement[bool]:
    links = select(OccurrenceSource.occurrence_id).where(
        among(OccurrenceSource.source_id, source_ids)
    )
    return Occurrence.id.in_(links)

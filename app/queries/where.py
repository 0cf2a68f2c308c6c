"""The one WHERE clause: from filters to conditions on statements and on their occurrences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    cast,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.orm.util import AliasedClass

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
    "exclude_speaker": resolve_speaker,
    "source": resolve_source,
    "exclude_source": resolve_source,
    "publisher": resolve_source,
    "via": resolve_source,
    "topic": resolve_topic,
}
_Old = aliased(Statement)
_Other = aliased(Occurrence)
_ENDLESS: ColumnElement[datetime] = literal_column("'infinity'::timestamptz")


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the words in the filters mean, and what the answer says of it.

    `ids` by parameter; `search` is `q` as a tsquery, None where it holds nothing to search for.
    """

    ids: dict[str, list[int]]
    shown: dict[str, list[dict[str, Any]]]
    search: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """The one row of a link table's other side that a query asks for: its dates give the order."""

    table: type[StatementSpeaker | StatementTopic]
    other: InstrumentedAttribute[int]  # its speaker_id or topic_id
    id: int


@dataclass(frozen=True, slots=True)
class Where:
    """Conditions on the statement, and those that one and the same occurrence must meet."""

    statement: list[ColumnElement[bool]]
    occurrence: list[ColumnElement[bool]]
    other_occurrence: list[ColumnElement[bool]]  # the same, of `_Other`
    narrows: bool  # whether `occurrence` asks for more than being live
    link: Link | None = None  # one more condition on the statement, kept apart

    def apply(self, query: AnySelect) -> AnySelect:
        """A query over Statement, limited to those that match."""
        query = query.where(*self.statement, *self._linked())
        match = (
            exists()
            .where(Occurrence.statement_id == Statement.id, *self.occurrence)
            .correlate(Statement)
        )
        return query.where(match) if self.narrows else query

    def apply_to_occurrences(self, query: AnySelect) -> AnySelect:
        """A query over Occurrence, limited to those that match, of statements that match."""
        return query.join(Statement, Statement.id == Occurrence.statement_id).where(
            *self.statement, *self._linked(), *self.occurrence
        )

    def apply_to_earliest(self, query: AnySelect) -> AnySelect:
        """The same, limited to the earliest of each statement: one row a statement."""
        rank = (Occurrence.withdrawn, func.coalesce(Occurrence.published_at, _ENDLESS))
        other = (_Other.withdrawn, func.coalesce(_Other.published_at, _ENDLESS))
        earlier = (
            exists()
            .where(_Other.statement_id == Occurrence.statement_id)
            .where(tuple_(*other, _Other.id) < tuple_(*rank, Occurrence.id))
            .where(*self.other_occurrence)
            .correlate(Occurrence)
        )
        return self.apply_to_occurrences(query).where(~earlier)

    def apply_in_order(self, query: AnySelect) -> AnySelect:
        """A query over Statement and, where there is one, the link's table, for date order."""
        if self.link is None:
            return query.select_from(Statement).where(*self.statement)
        table = self.link.table
        return (
            query.select_from(table)
            .join(Statement, Statement.id == table.statement_id)
            .where(self.link.other == self.link.id, *self.statement)
        )

    def _linked(self) -> list[ColumnElement[bool]]:
        return [] if self.link is None else [_has_link(self.link.other, [self.link.id])]


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
    search = None
    if filters.q is not None:
        # As a value, not as a call, so that the planner knows how rare the words are.
        search = await connection.scalar(select(cast(func.onrecord_query(filters.q, True), Text)))
    return Resolved(ids, shown, search)


def where(filters: StatementFilters, resolved: Resolved) -> Where:
    """The conditions that the filters mean, with what the words in them were resolved to."""
    narrowing = _occurrence_conditions(filters, resolved.ids, Occurrence)
    others = _occurrence_conditions(filters, resolved.ids, _Other)
    if not filters.withdrawn:
        others.append(~_Other.withdrawn)
    live = [] if filters.withdrawn else [~Occurrence.withdrawn]
    link = None if narrowing else _link(filters, resolved.ids)
    conditions = [
        *_plain_conditions(filters),
        *_speaker_conditions(filters, resolved.ids, link),
        *_topic_conditions(filters, resolved.ids, link),
        *_search_conditions(filters, resolved),
    ]
    return Where(conditions, live + narrowing, others, bool(narrowing), link)


def _link(filters: StatementFilters, ids: dict[str, list[int]]) -> Link | None:
    """The one speaker, else the one topic, that the query asks for: its index is in date order."""
    if filters.speaker and not filters.speaker_kind and len(ids["speaker"]) == 1:
        return Link(StatementSpeaker, StatementSpeaker.speaker_id, ids["speaker"][0])
    if filters.topic and len(ids["topic"]) == 1:
        return Link(StatementTopic, StatementTopic.topic_id, ids["topic"][0])
    return None


def _plain_conditions(filters: StatementFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Statement.merged_into_id.is_(None),
        Statement.act.in_(filters.act),
    ]
    if not filters.withdrawn:
        conditions.append(~Statement.withdrawn)
    if filters.kind:
        conditions.append(Statement.kind.in_(filters.kind))
    if filters.has_date is not None:
        date = Statement.first_published_at
        conditions.append(date.is_not(None) if filters.has_date else date.is_(None))
    if filters.min_occurrences is not None:
        conditions.append(Statement.occurrence_count >= filters.min_occurrences)
    if filters.updated_since is not None:
        conditions.append(Statement.updated_at >= filters.updated_since)
    if filters.id:
        survivors = select(func.coalesce(_Old.merged_into_id, _Old.id)).where(
            _Old.id.in_(filters.id)
        )
        conditions.append(Statement.id.in_(survivors))
    return conditions


def _search_conditions(filters: StatementFilters, resolved: Resolved) -> list[ColumnElement[bool]]:
    if filters.q is None:
        return []
    if resolved.search is None:
        return [false()]
    return [Statement.search.op("@@")(cast(resolved.search, TSQUERY))]


def _has_link(
    other: InstrumentedAttribute[int], ids: Sequence[int] | None = None
) -> ColumnElement[bool]:
    """Whether a statement has a speaker or topic, or one of these."""
    link = other.class_
    query = exists().where(link.statement_id == Statement.id)
    return (query if ids is None else query.where(among(other, ids))).correlate(Statement)


def _speaker_conditions(
    filters: StatementFilters, ids: dict[str, list[int]], link: Link | None
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    speaker_id = StatementSpeaker.speaker_id
    if filters.speaker_kind:
        of_kind = select(Speaker.id).where(Speaker.kind.in_(filters.speaker_kind))
        said = exists().where(StatementSpeaker.statement_id == Statement.id)
        if filters.speaker:
            said = said.where(among(speaker_id, ids["speaker"]))
        conditions.append(said.where(speaker_id.in_(of_kind)).correlate(Statement))
    elif filters.speaker and (link is None or link.other is not speaker_id):
        conditions.append(_has_link(speaker_id, ids["speaker"]))
    if filters.exclude_speaker:
        conditions.append(~_has_link(speaker_id, ids["exclude_speaker"]))
    if filters.has_speaker is not None:
        spoken = _has_link(speaker_id)
        conditions.append(spoken if filters.has_speaker else ~spoken)
    return conditions


def _topic_conditions(
    filters: StatementFilters, ids: dict[str, list[int]], link: Link | None
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    topic_id = StatementTopic.topic_id
    if filters.topic and (link is None or link.other is not topic_id):
        conditions.append(_has_link(topic_id, ids["topic"]))
    if filters.has_topic is not None:
        about = _has_link(topic_id)
        conditions.append(about if filters.has_topic else ~about)
    return conditions


_Occurrences = type[Occurrence] | AliasedClass[Occurrence]


def _occurrence_conditions(
    filters: StatementFilters, ids: dict[str, list[int]], place: _Occurrences
) -> list[ColumnElement[bool]]:
    conditions = _source_conditions(filters, ids, place)
    if filters.medium:
        conditions.append(place.medium.in_(filters.medium))
    if filters.article:
        conditions.append(place.article_id.in_(filters.article))
    if filters.language:
        written = select(Article.id).where(Article.language.in_(filters.language))
        conditions.append(place.article_id.in_(written))
    if filters.min_confidence is not None:
        conditions.append(place.confidence >= filters.min_confidence)
    return conditions + _time_conditions(filters, place)


def _time_conditions(filters: StatementFilters, place: _Occurrences) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.published_from is not None:
        conditions.append(place.published_at >= filters.published_from)
    if filters.published_before is not None:
        conditions.append(place.published_at < filters.published_before)
    if filters.said_from is not None:
        conditions.append(place.said_on >= filters.said_from)
    if filters.said_before is not None:
        conditions.append(place.said_on < filters.said_before)
    return conditions


def _source_conditions(
    filters: StatementFilters, ids: dict[str, list[int]], place: _Occurrences
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.publisher:
        conditions.append(among(place.publisher_id, ids["publisher"]))
    if filters.via:
        conditions.append(_came_through(place, ids["via"]))
    if filters.source:
        conditions.append(_is_from(place, ids["source"]))
    if filters.exclude_source:
        # A publisher that is not known is none of those excluded, rather than "unknown".
        conditions.append(func.coalesce(_is_from(place, ids["exclude_source"]), false()).is_(False))
    return conditions


def _is_from(place: _Occurrences, source_ids: Sequence[int]) -> ColumnElement[bool]:
    """Whether an occurrence was published by, came through or is said by one of these sources."""
    voice = (
        select(StatementSpeaker.statement_id)
        .join(Speaker, Speaker.id == StatementSpeaker.speaker_id)
        .where(among(Speaker.source_id, source_ids))
    )
    return or_(
        among(place.publisher_id, source_ids),
        _came_through(place, source_ids),
        place.statement_id.in_(voice),
    )


def _came_through(place: _Occurrences, source_ids: Sequence[int]) -> ColumnElement[bool]:
    links = select(OccurrenceSource.occurrence_id).where(
        among(OccurrenceSource.source_id, source_ids)
    )
    return place.id.in_(links)

"""The one WHERE clause: from filters to conditions on statements and on their occurrences."""

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
    StatementSource,
    StatementSpeaker,
    StatementTopic,
)
from app.queries.filters import StatementFilters
from app.queries.names import Resolution, resolve_source, resolve_speaker, resolve_topic
from app.queries.pattern import Pattern, pattern_of, values_of

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

    def pattern(self, filters: StatementFilters) -> Pattern:
        """What gives a query with these filters its form."""
        return pattern_of(filters, self.ids, self.search)

    def values(self, filters: StatementFilters) -> dict[str, Any]:
        """What fills such a query."""
        return values_of(filters, self.ids, self.search)


@dataclass(frozen=True, slots=True)
class Link:
    """The one row of a link table's other side that a query asks for: its dates give the order."""

    table: type[StatementSpeaker | StatementTopic | StatementSource]
    other: InstrumentedAttribute[int]  # its speaker_id, topic_id or source_id
    condition: ColumnElement[bool]  # that it is the one


@dataclass(frozen=True, slots=True)
class Where:
    """Conditions on the statement, and those that one and the same occurrence must meet."""

    statement: list[ColumnElement[bool]]
    occurrence: list[ColumnElement[bool]]
    other_occurrence: list[ColumnElement[bool]]  # the same, of `_Other`
    narrows: bool  # whether `occurrence` asks for more than being live
    link: Link | None = None  # one more condition on the statement, kept apart
    withdrawn: bool = False  # whether what no article says any more is asked for too

    @property
    def by_source(self) -> bool:
        """Whether the link alone says which occurrence it is."""
        return self.link is not None and self.link.table is StatementSource

    def apply(self, query: AnySelect) -> AnySelect:
        """A query over Statement, limited to those that match."""
        query = query.where(*self.statement, *self._linked())
        if self.by_source:
            return query
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
            .where(self.link.condition, *self.statement)
        )

    def _linked(self) -> list[ColumnElement[bool]]:
        return [] if self.link is None else [_has_link(self.link.other, self.link.condition)]


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


def where(pattern: Pattern) -> Where:
    """The conditions that filters of this pattern mean; their values are to be filled in."""
    narrowing = _occurrence_conditions(pattern, Occurrence)
    others = _occurrence_conditions(pattern, _Other)
    withdrawn = "withdrawn" in pattern.true
    if not withdrawn:
        others.append(~_Other.withdrawn)
    live = [] if withdrawn else [~Occurrence.withdrawn]
    link = _link(pattern)
    conditions = [
        *_plain_conditions(pattern),
        *_speaker_conditions(pattern, link),
        *_topic_conditions(pattern, link),
        *_search_conditions(pattern),
    ]
    if "source" in pattern and link is None and not withdrawn:
        # What follows from the conditions on the occurrence, but has an index.
        came_from = StatementSource.source_id
        conditions.append(_has_link(came_from, pattern.matches(came_from, "source")))
    return Where(conditions, live + narrowing, others, bool(narrowing), link, withdrawn)


_LINKS: tuple[tuple[str, type[StatementSpeaker | StatementTopic | StatementSource], Any], ...] = (
    ("source", StatementSource, StatementSource.source_id),
    ("speaker", StatementSpeaker, StatementSpeaker.speaker_id),
    ("topic", StatementTopic, StatementTopic.topic_id),
)


def _link(pattern: Pattern) -> Link | None:
    """The one source, speaker or topic that a query asks for: its index is in date order."""
    narrowing = pattern.given & _OF_OCCURRENCES
    for name, table, other in _LINKS:
        if name not in pattern.single or narrowing - {name}:
            continue
        hindrance = {"source": "withdrawn" in pattern.true, "speaker": "speaker_kind" in pattern}
        if not hindrance.get(name):
            return Link(table, other, pattern.matches(other, name))
    return None


def _plain_conditions(pattern: Pattern) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Statement.merged_into_id.is_(None),
        pattern.matches(Statement.act, "act"),
    ]
    if "withdrawn" not in pattern.true:
        conditions.append(~Statement.withdrawn)
    if "kind" in pattern:
        conditions.append(pattern.matches(Statement.kind, "kind"))
    if "has_date" in pattern:
        date = Statement.first_published_at
        conditions.append(date.is_not(None) if "has_date" in pattern.true else date.is_(None))
    if "min_occurrences" in pattern:
        conditions.append(Statement.occurrence_count >= pattern.value("min_occurrences"))
    if "updated_since" in pattern:
        conditions.append(Statement.updated_at >= pattern.value("updated_since"))
    if "id" in pattern:
        survivors = select(func.coalesce(_Old.merged_into_id, _Old.id))
        conditions.append(Statement.id.in_(survivors.where(pattern.matches(_Old.id, "id"))))
    return conditions


def _search_conditions(pattern: Pattern) -> list[ColumnElement[bool]]:
    if "q" not in pattern:
        return []
    if "search" not in pattern:
        return [false()]
    return [Statement.search.op("@@")(cast(pattern.value("search"), TSQUERY))]


def _has_link(
    other: InstrumentedAttribute[int], condition: ColumnElement[bool] | None = None
) -> ColumnElement[bool]:
    """Whether a statement has a speaker, topic or source, or one that meets a condition."""
    link = other.class_
    query = exists().where(link.statement_id == Statement.id)
    return (query if condition is None else query.where(condition)).correlate(Statement)


def _speaker_conditions(pattern: Pattern, link: Link | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    speaker_id = StatementSpeaker.speaker_id
    if "speaker_kind" in pattern:
        of_kind = select(Speaker.id).where(pattern.matches(Speaker.kind, "speaker_kind"))
        said = exists().where(StatementSpeaker.statement_id == Statement.id)
        if "speaker" in pattern:
            said = said.where(pattern.matches(speaker_id, "speaker"))
        conditions.append(said.where(speaker_id.in_(of_kind)).correlate(Statement))
    elif "speaker" in pattern and (link is None or link.other is not speaker_id):
        conditions.append(_has_link(speaker_id, pattern.matches(speaker_id, "speaker")))
    if "exclude_speaker" in pattern:
        conditions.append(~_has_link(speaker_id, pattern.matches(speaker_id, "exclude_speaker")))
    if "has_speaker" in pattern:
        spoken = _has_link(speaker_id)
        conditions.append(spoken if "has_speaker" in pattern.true else ~spoken)
    return conditions


def _topic_conditions(pattern: Pattern, link: Link | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    topic_id = StatementTopic.topic_id
    if "topic" in pattern and (link is None or link.other is not topic_id):
        conditions.append(_has_link(topic_id, pattern.matches(topic_id, "topic")))
    if "has_topic" in pattern:
        about = _has_link(topic_id)
        conditions.append(about if "has_topic" in pattern.true else ~about)
    return conditions


_Occurrences = type[Occurrence] | AliasedClass[Occurrence]
_OF_OCCURRENCES = frozenset(
    (
        "source", "exclude_source", "publisher", "via", "medium", "article", "language",
        "min_confidence", "published_from", "published_before", "said_from", "said_before",
    )
)  # fmt: skip


def _occurrence_conditions(pattern: Pattern, place: _Occurrences) -> list[ColumnElement[bool]]:
    conditions = _source_conditions(pattern, place)
    if "medium" in pattern:
        conditions.append(pattern.matches(place.medium, "medium"))
    if "article" in pattern:
        conditions.append(pattern.matches(place.article_id, "article"))
    if "language" in pattern:
        written = select(Article.id).where(pattern.matches(Article.language, "language"))
        conditions.append(place.article_id.in_(written))
    if "min_confidence" in pattern:
        conditions.append(place.confidence >= pattern.value("min_confidence"))
    return conditions + _time_conditions(pattern, place)


def _time_conditions(pattern: Pattern, place: _Occurrences) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for column, start, end in (
        (place.published_at, "published_from", "published_before"),
        (place.said_on, "said_from", "said_before"),
    ):
        if start in pattern:
            conditions.append(column >= pattern.value(start))
        if end in pattern:
            conditions.append(column < pattern.value(end))
    return conditions


def _source_conditions(pattern: Pattern, place: _Occurrences) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if "publisher" in pattern:
        conditions.append(pattern.matches(place.publisher_id, "publisher"))
    if "via" in pattern:
        links = select(OccurrenceSource.occurrence_id)
        links = links.where(pattern.matches(OccurrenceSource.source_id, "via"))
        conditions.append(place.id.in_(links))
    if "source" in pattern:
        conditions.append(_is_from(pattern, place, "source"))
    if "exclude_source" in pattern:
        # A publisher that is not known is none of those excluded, rather than "unknown".
        from_them = _is_from(pattern, place, "exclude_source")
        conditions.append(func.coalesce(from_them, false()).is_(False))
    return conditions


def _is_from(pattern: Pattern, place: _Occurrences, name: str) -> ColumnElement[bool]:
    """Whether an occurrence was published by, came through or is said by one of these sources."""
    # Asked of each occurrence: a list of all that came through a large agency is long.
    via = (
        exists()
        .where(OccurrenceSource.occurrence_id == place.id)
        .where(pattern.matches(OccurrenceSource.source_id, name))
    )
    voice = (
        exists()
        .where(StatementSpeaker.statement_id == place.statement_id)
        .where(Speaker.id == StatementSpeaker.speaker_id)
        .where(pattern.matches(Speaker.source_id, name))
    )
    return or_(
        pattern.matches(place.publisher_id, name), via.correlate(place), voice.correlate(place)
    )

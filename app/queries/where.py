"""The one WHERE clause: from filters to conditions on statements and on their occurrences."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    Text,
    and_,
    cast,
    exists,
    false,
    func,
    literal_column,
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
_Same = aliased(StatementSource)
_Occurrences = type[Occurrence] | AliasedClass[Occurrence]
_Sources = type[StatementSource] | AliasedClass[StatementSource]
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

    name: str  # the filter that it serves
    table: type[StatementSpeaker | StatementTopic | StatementSource]
    conditions: list[ColumnElement[bool]]  # that it is the one
    others: list[ColumnElement[bool]]  # of a source: the same, of `_Same`

    @property
    def by_source(self) -> bool:
        """Whether its rows are places, as those of `via` and `source`, rather than statements."""
        return self.table is StatementSource


@dataclass(frozen=True, slots=True)
class Where:
    """Conditions on the statement, and those that one and the same occurrence must meet.

    What a link asks for is kept apart; one by a source is a condition on the occurrence too.
    """

    statement: list[ColumnElement[bool]]
    occurrence: list[ColumnElement[bool]]
    other_occurrence: list[ColumnElement[bool]]  # the same, of `_Other`
    narrows: bool  # whether `occurrence` asks for more than being live
    link: Link | None = None
    withdrawn: bool = False  # whether what no article says any more is asked for too

    @property
    def by_source(self) -> bool:
        """Whether a link's rows say which occurrences are meant."""
        return self.link is not None and self.link.by_source

    @property
    def of_places(self) -> bool:
        """Whether anything is asked of the occurrence."""
        return self.narrows or self.by_source

    @property
    def places(
        self,
    ) -> tuple[SQLColumnExpression[int], SQLColumnExpression[int], SQLColumnExpression[Any]]:
        """Id, statement and date of an occurrence, in the table that `apply_to_earliest` reads."""
        if self.by_source:
            link = StatementSource
            return link.occurrence_id, link.statement_id, link.published_at
        return Occurrence.id, Occurrence.statement_id, Occurrence.published_at

    def apply(self, query: AnySelect) -> AnySelect:
        """A query over Statement, limited to those that match."""
        query = query.where(*self.statement)
        if self.link is not None:
            match = exists().where(self.link.table.statement_id == Statement.id)
            match = match.where(*self.link.conditions)
            if self.by_source and self.narrows:
                match = match.where(Occurrence.id == StatementSource.occurrence_id)
                match = match.where(*self.occurrence)
            return query.where(match.correlate(Statement))
        match = exists().where(Occurrence.statement_id == Statement.id, *self.occurrence)
        return query.where(match.correlate(Statement)) if self.narrows else query

    def apply_to_occurrences(self, query: AnySelect) -> AnySelect:
        """A query over Occurrence, limited to those that match, of statements that match."""
        query = query.join(Statement, Statement.id == Occurrence.statement_id)
        query = query.where(*self.statement, *self.occurrence)
        if self.link is None:
            return query
        match = exists().where(*self.link.conditions)
        if self.by_source:
            match = match.where(StatementSource.occurrence_id == Occurrence.id)
            return query.where(match.correlate(Occurrence))
        match = match.where(self.link.table.statement_id == Statement.id)
        return query.where(match.correlate(Statement))

    def apply_to_earliest(self, query: AnySelect) -> AnySelect:
        """A query over `places`, limited to the earliest that match: one row a statement."""
        if self.link is not None and self.by_source:
            return self._earliest_from_source(query, self.link)
        rank = (Occurrence.withdrawn, func.coalesce(Occurrence.published_at, _ENDLESS))
        other = (_Other.withdrawn, func.coalesce(_Other.published_at, _ENDLESS))
        earlier = (
            exists()
            .where(_Other.statement_id == Occurrence.statement_id)
            .where(tuple_(*other, _Other.id) < tuple_(*rank, Occurrence.id))
            .where(*self.other_occurrence)
            .correlate(Occurrence)
        )
        return self.apply_to_occurrences(query.select_from(Occurrence)).where(~earlier)

    def _earliest_from_source(self, query: AnySelect, link: Link) -> AnySelect:
        came = StatementSource
        query = query.select_from(came).join(Statement, Statement.id == came.statement_id)
        rank = (came.withdrawn, func.coalesce(came.published_at, _ENDLESS), came.occurrence_id)
        other = (_Same.withdrawn, func.coalesce(_Same.published_at, _ENDLESS), _Same.occurrence_id)
        earlier = (
            exists()
            .where(_Same.statement_id == came.statement_id, *link.others)
            .where(tuple_(*other) < tuple_(*rank))
        )
        if self.narrows:
            query = query.join(Occurrence, Occurrence.id == came.occurrence_id)
            query = query.where(*self.occurrence)
            earlier = earlier.where(_Other.id == _Same.occurrence_id, *self.other_occurrence)
        return query.where(*link.conditions, *self.statement, ~earlier.correlate(came))

    def apply_in_order(self, query: AnySelect) -> AnySelect:
        """A query over Statement and, where there is one, the link's table, for date order."""
        if self.link is None:
            return query.select_from(Statement).where(*self.statement)
        table = self.link.table
        return (
            query.select_from(table)
            .join(Statement, Statement.id == table.statement_id)
            .where(*self.link.conditions, *self.statement)
        )


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
    link = _link(pattern)
    # What the link asks for already.
    asked = (
        pattern.without({link.name, *_PUBLISHED} if link.by_source else set()) if link else pattern
    )
    narrowing = _occurrence_conditions(asked, Occurrence)
    others = _occurrence_conditions(asked, _Other)
    withdrawn = "withdrawn" in pattern.true
    if not withdrawn:
        others.append(~_Other.withdrawn)
    live = [] if withdrawn else [~Occurrence.withdrawn]
    conditions = [
        *_plain_conditions(pattern),
        *_speaker_conditions(pattern, link),
        *_topic_conditions(pattern, link),
        *_search_conditions(pattern),
    ]
    return Where(conditions, live + narrowing, others, bool(narrowing), link, withdrawn)


_PUBLISHED = frozenset(("published_from", "published_before"))


def _link(pattern: Pattern) -> Link | None:
    """The one source, speaker or topic that a query asks for: its index is in date order."""
    for name in ("via", "source"):
        if name in pattern.single:
            ones, others = (_came_from(pattern, name, t) for t in (StatementSource, _Same))
            return Link(name, StatementSource, ones, others)
    if pattern.given & _OF_OCCURRENCES:
        return None
    if "speaker" in pattern.single and "speaker_kind" not in pattern:
        said = pattern.matches(StatementSpeaker.speaker_id, "speaker")
        return Link("speaker", StatementSpeaker, [said], [])
    if "topic" in pattern.single:
        return Link(
            "topic", StatementTopic, [pattern.matches(StatementTopic.topic_id, "topic")], []
        )
    return None


def _came_from(pattern: Pattern, name: str, came: _Sources) -> list[ColumnElement[bool]]:
    """That a place is from a source, and its date is one that is asked for."""
    conditions = [pattern.matches(came.source_id, name), *_published(pattern, came.published_at)]
    if name == "via":
        conditions.append(and_(came.via))
    if "withdrawn" not in pattern.true:
        conditions.append(~came.withdrawn)
    return conditions


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
    elif "speaker" in pattern and (link is None or link.name != "speaker"):
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
    if "topic" in pattern and (link is None or link.name != "topic"):
        conditions.append(_has_link(topic_id, pattern.matches(topic_id, "topic")))
    if "has_topic" in pattern:
        about = _has_link(topic_id)
        conditions.append(about if "has_topic" in pattern.true else ~about)
    return conditions


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
    conditions = _published(pattern, place.published_at)
    if "said_from" in pattern:
        conditions.append(place.said_on >= pattern.value("said_from"))
    if "said_before" in pattern:
        conditions.append(place.said_on < pattern.value("said_before"))
    return conditions


def _published(
    pattern: Pattern, at: SQLColumnExpression[datetime | None]
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if "published_from" in pattern:
        conditions.append(at >= pattern.value("published_from"))
    if "published_before" in pattern:
        conditions.append(at < pattern.value("published_before"))
    return conditions


def _source_conditions(pattern: Pattern, place: _Occurrences) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if "publisher" in pattern:
        conditions.append(pattern.matches(place.publisher_id, "publisher"))
    if "via" in pattern:
        conditions.append(_is_from(pattern, place, "via", and_(StatementSource.via)))
    if "source" in pattern:
        conditions.append(_is_from(pattern, place, "source"))
    if "exclude_source" in pattern:
        conditions.append(~_is_from(pattern, place, "exclude_source"))
    return conditions


def _is_from(
    pattern: Pattern, place: _Occurrences, name: str, *more: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Whether an occurrence was published by, came through or is said by one of these sources."""
    came = StatementSource
    match = exists().where(came.occurrence_id == place.id, pattern.matches(came.source_id, name))
    return match.where(*more).correlate(place)

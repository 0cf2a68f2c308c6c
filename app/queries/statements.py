"""Reading statements: lists, one, and its occurrences."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    cast,
    exists,
    func,
    inspect,
    literal_column,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased
from sqlalchemy.sql.util import ClauseAdapter

from app.db import AnyRow, AnySelect, keep_plans
from app.errors import InvalidParameterError, MergedError, NotFoundError
from app.models import (
    Article,
    Occurrence,
    OccurrenceSource,
    Source,
    Speaker,
    Statement,
    StatementSpeaker,
    StatementTopic,
    Topic,
)
from app.queries.citation import cite
from app.queries.filters import (
    OccurrenceList,
    SortedStatements,
    StatementList,
    StatementSort,
    Total,
)
from app.queries.links import deep_link
from app.queries.paging import SortKey, as_total, count_total, decode_cursor, fetch_page, pinnable
from app.queries.where import TEXT_SEARCH, Resolved, Where, resolve_names, where

_NO_FILTERS = {"sort", "limit", "cursor", "total"}
Shown = aliased(Occurrence)
Earlier = aliased(Occurrence)
Publisher = aliased(Source)

_SPEAKERS = (
    select(
        func.json_agg(
            aggregate_order_by(
                func.json_build_object(
                    "id", Speaker.id, "name", Speaker.name, "slug", Speaker.slug,
                    "kind", Speaker.kind,
                ),
                StatementSpeaker.position,
            )
        )
    )
    .select_from(Speaker)
    .join(StatementSpeaker, StatementSpeaker.speaker_id == Speaker.id)
    .where(StatementSpeaker.statement_id == Statement.id)
    .correlate(Statement)
    .scalar_subquery()
    .label("speakers")
)  # fmt: skip
_TOPICS = (
    select(
        func.json_agg(
            aggregate_order_by(
                func.json_build_object(
                    "id", Topic.id, "scheme", Topic.scheme, "code", Topic.code,
                    "name", Topic.name, "score", StatementTopic.score,
                ),
                StatementTopic.score.desc(), Topic.id,
            )
        )
    )
    .select_from(Topic)
    .join(StatementTopic, StatementTopic.topic_id == Topic.id)
    .where(StatementTopic.statement_id == Statement.id)
    .correlate(Statement)
    .scalar_subquery()
    .label("topics")
)  # fmt: skip


_VIA = (
    select(
        func.json_agg(
            aggregate_order_by(
                func.json_build_object("id", Source.id, "name", Source.name),
                OccurrenceSource.position,
            )
        )
    )
    .select_from(Source)
    .join(OccurrenceSource, OccurrenceSource.source_id == Source.id)
    .where(OccurrenceSource.occurrence_id == Shown.id)
    .correlate(Shown)
    .scalar_subquery()
    .label("via")
)
_OCCURRENCE = (
    Shown.id.label("occurrence_id"),
    Shown.article_id,
    Shown.version,
    Shown.mention,
    Shown.speaker_description,
    Shown.cue,
    Shown.kind.label("occurrence_kind"),
    Shown.act.label("occurrence_act"),
    Shown.medium,
    Shown.said_on,
    Shown.confidence,
    Shown.extractor_version,
    Shown.selectors,
    Shown.withdrawn.label("occurrence_withdrawn"),
    Shown.published_at,
    Article.title,
    Article.url,
    Publisher.id.label("publisher_id"),
    Publisher.name.label("publisher_name"),
    _VIA,
)


# Made once: to spell it out for each request would take longer than the rest of the query.
_ROWS: AnySelect = select(
    Statement.id,
    Statement.text,
    Statement.kind,
    Statement.act,
    Statement.first_published_at,
    Statement.occurrence_count,
    Statement.article_count,
    Statement.publisher_count,
    Statement.withdrawn,
    Statement.updated_at,
    _SPEAKERS,
    _TOPICS,
    *_OCCURRENCE,
)


def select_statements(conditions: Where) -> AnySelect:
    """All statements that match, each with its earliest occurrence that does."""
    shown = _from_occurrences if conditions.narrows else _from_statements
    return (
        shown(_ROWS, conditions)
        .join(Article, Article.id == Shown.article_id)
        .outerjoin(Publisher, Publisher.id == Shown.publisher_id)
        .where(*conditions.statement)
    )


def _from_statements(query: AnySelect, conditions: Where) -> AnySelect:
    """Begin with the statements, each of which has an occurrence that will do."""
    earliest = (
        select(Occurrence.id)
        .where(Occurrence.statement_id == Statement.id, *conditions.occurrence)
        .order_by(Occurrence.withdrawn, Occurrence.published_at.nulls_last(), Occurrence.id)
        .limit(1)
        .correlate(Statement)
        .lateral("earliest")
    )
    query = _begin_with_link(query.select_from(Statement), conditions)
    return query.join(earliest, true()).join(Shown, Shown.id == earliest.c.id)


def _from_occurrences(query: AnySelect, conditions: Where) -> AnySelect:
    """Begin with the occurrences that match, in the order of an index, and keep the earliest.

    To look into every statement for one that matches would cost as much as there are statements.
    """
    earlier = exists().where(
        Earlier.statement_id == Shown.statement_id,
        *_asked_of(Earlier, conditions),
        tuple_(Earlier.withdrawn, _dated(Earlier), Earlier.id)
        < tuple_(Shown.withdrawn, _dated(Shown), Shown.id),
    )
    return (
        query.select_from(Shown)
        .join(Statement, Statement.id == Shown.statement_id)
        .where(*_asked_of(Shown, conditions), ~earlier.correlate(Shown))
    )


def _matching(conditions: Where) -> AnySelect:
    """Each statement that matches, once; to count them, or as many as are wanted."""
    query: AnySelect = select(Statement.id)
    query = _from_occurrences(query, conditions) if conditions.narrows else query
    return _begin_with_link(query, conditions).where(*conditions.statement)


def _begin_with_link(query: AnySelect, conditions: Where) -> AnySelect:
    if (link := conditions.link) is None:
        return query
    query = query.join(link.entity, link.entity.statement_id == Statement.id)
    return query.where(link.condition)


def _asked_of(entity: type[Occurrence], conditions: Where) -> list[ColumnElement[bool]]:
    """What the conditions ask of an occurrence, asked of one under another name."""
    adapter = ClauseAdapter(inspect(entity).selectable)
    return [adapter.traverse(condition) for condition in conditions.occurrence]


def _dated(entity: type[Occurrence]) -> ColumnElement[datetime]:
    """The date, undated last."""
    return func.coalesce(entity.published_at, literal_column("timestamptz 'infinity'"))


def sort_keys(parameters: SortedStatements, conditions: Where) -> list[SortKey]:
    """The order of the rows. Raises InvalidParameterError for one that these filters rule out."""
    if parameters.sort is StatementSort.RELEVANCE and parameters.q is None:
        raise InvalidParameterError("sort=relevance needs q", parameter="sort")
    by_id = SortKey(Statement.id, int)
    # Where any live occurrence will do, the earliest one's date is kept, indexed, in the row.
    date = Shown.published_at if conditions.narrows else Statement.first_published_at
    if conditions.link is not None:
        date = conditions.link.entity.first_published_at
    match parameters.sort:
        case StatementSort.ID:
            return [by_id]
        case StatementSort.OLDEST:
            return [SortKey(date, datetime, nullable=True), by_id]
        case StatementSort.NEWEST:
            newest = SortKey(date, datetime, descending=True, nullable=True)
            return [newest, SortKey(Statement.id, int, descending=True)]
        case StatementSort.RELEVANCE:
            rank = func.ts_rank(
                Statement.search, func.websearch_to_tsquery(TEXT_SEARCH, parameters.q)
            )
            return [
                SortKey(cast(rank, Float(53)), float, descending=True),
                SortKey(Statement.id, int, descending=True),
            ]


async def list_statements(connection: AsyncConnection, parameters: StatementList) -> dict[str, Any]:
    """A page of statements: `data`, `page`, `total` and `resolved` as design.md section 4 says.

    Raises InvalidParameterError for parameters that contradict each other, CursorMismatchError
    and CursorExpiredError for cursors that do not belong here.
    """
    cursor = decode_cursor(parameters)
    resolved = await resolve_names(connection, parameters, cursor.ids if cursor else {})
    conditions = where(parameters, resolved.ids)
    query, keys = select_statements(conditions), sort_keys(parameters, conditions)
    # One speaker's or topic's statements are read in the order of an index, few or many.
    await keep_plans(connection, conditions.link is not None and parameters.q is None)
    rows, page = await fetch_page(
        connection, query, keys, parameters, cursor, pinnable(resolved.ids)
    )
    total = known_total(parameters, resolved)
    if total is None:
        matching = _matching(conditions)
        if parameters.total is Total.CAPPED and parameters.sort is not StatementSort.RELEVANCE:
            # The first of the list in its order, so that its index serves to count them too.
            matching = matching.order_by(*(key.order() for key in keys))
        total = await count_total(connection, matching, parameters.total)
    return {
        "data": [as_statement(row) for row in rows],
        "page": page,
        "total": total,
        "resolved": resolved.shown,
    }


def known_total(parameters: StatementList, resolved: Resolved) -> dict[str, Any] | None:
    """The total where it is kept with a speaker or a topic and nothing else is asked for."""
    asked = parameters.model_dump(exclude_defaults=True, exclude=_NO_FILTERS).keys()
    if parameters.total is Total.NONE or len(asked) != 1:
        return None
    (name,) = asked
    if name not in ("speaker", "topic") or len(resolved.ids[name]) != 1:
        return None
    counts = [match["count"] for one in resolved.shown[name] for match in one["matched"]]
    return as_total(counts[0], parameters.total) if counts else None


def as_statement(row: AnyRow) -> dict[str, Any]:
    """A row of `select_statements` as the API answers it."""
    speaker, *co_speakers = row.speakers or [None]
    statement = {
        "id": row.id,
        "text": row.text,
        "kind": row.kind,
        "act": row.act,
        "speaker": speaker,
        "co_speakers": co_speakers,
        "topics": row.topics or [],
        "first_published_at": row.first_published_at,
        "occurrence_count": row.occurrence_count,
        "article_count": row.article_count,
        "publisher_count": row.publisher_count,
        "withdrawn": row.withdrawn,
        "updated_at": row.updated_at,
        "occurrence": _occurrence(row),
    }
    statement["cite_as"] = cite(statement)
    return statement


def _occurrence(row: AnyRow) -> dict[str, Any]:
    publisher = {"id": row.publisher_id, "name": row.publisher_name}
    return {
        "id": row.occurrence_id,
        "article": {
            "id": row.article_id,
            "title": row.title,
            "url": row.url,
            "published_at": row.published_at,
            "source": publisher if row.publisher_id is not None else None,
            "version": row.version,
        },
        "mention": row.mention,
        "speaker_description": row.speaker_description,
        "cue": row.cue,
        "kind": row.occurrence_kind,
        "act": row.occurrence_act,
        "medium": row.medium,
        "said_on": row.said_on,
        "via": row.via or [],
        "confidence": row.confidence,
        "extractor_version": row.extractor_version,
        "withdrawn": row.occurrence_withdrawn,
        "selectors": [pair for selector in row.selectors for pair in _selectors(selector)],
        "deep_link": deep_link(row.url, row.selectors),
    }


def _selectors(selector: dict[str, Any]) -> list[dict[str, Any]]:
    """The W3C Web Annotation selectors of one span: by its words, and by its position."""
    return [
        {
            "type": "TextQuoteSelector",
            "exact": selector["exact"],
            "prefix": selector["prefix"],
            "suffix": selector["suffix"],
        },
        {"type": "TextPositionSelector", "start": selector["start"], "end": selector["end"]},
    ]


async def get_statement(connection: AsyncConnection, statement_id: int) -> dict[str, Any]:
    """One statement, withdrawn ones too. Raises MergedError naming the survivor, NotFoundError."""
    await _check_exists(connection, statement_id)
    conditions = Where([Statement.id == statement_id], [], narrows=False)
    return as_statement((await connection.execute(select_statements(conditions))).one())


async def _check_exists(connection: AsyncConnection, statement_id: int) -> None:
    row = (
        await connection.execute(
            select(Statement.merged_into_id).where(Statement.id == statement_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no statement {statement_id}")
    if row.merged_into_id is not None:
        raise MergedError(row.merged_into_id)


async def list_occurrences(
    connection: AsyncConnection, statement_id: int, parameters: OccurrenceList
) -> dict[str, Any]:
    """The occurrences of a statement, earliest first, undated last.

    Raises MergedError naming the survivor, NotFoundError.
    """
    await _check_exists(connection, statement_id)
    matching = select(Shown.id).where(Shown.statement_id == statement_id)
    query = (
        select(*_OCCURRENCE)
        .select_from(Shown)
        .join(Article, Article.id == Shown.article_id)
        .outerjoin(Publisher, Publisher.id == Shown.publisher_id)
        .where(Shown.statement_id == statement_id)
    )
    if not parameters.withdrawn:
        query, matching = query.where(~Shown.withdrawn), matching.where(~Shown.withdrawn)
    keys = [SortKey(Shown.published_at, datetime, nullable=True), SortKey(Shown.id, int)]
    rows, page = await fetch_page(connection, query, keys, parameters, decode_cursor(parameters))
    return {
        "data": [_occurrence(row) for row in rows],
        "page": page,
        "total": await count_total(connection, matching, parameters.total),
    }

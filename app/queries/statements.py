"""Reading statements: lists, one, and its occurrences."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from app.db import AnyRow, AnySelect, keep_plans
from app.errors import InvalidParameterError, MergedError, NotFoundError
from app.extraction.types import Act
from app.extraction.wording import Difference, differences, statement_text
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
    among,
)
from app.queries.citation import cite
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
from app.queries.links import deep_link
from app.queries.order import in_order
from app.queries.paging import SortKey, as_total, count_total, decode_cursor, fetch_page, pinnable
from app.queries.where import Resolved, Where, resolve_names, where

_NO_FILTERS = {"sort", "limit", "cursor", "total", "fields", "include", "highlight"}
_ANYTHING = StatementFilters(act=list(Act), withdrawn=True)
Shown = aliased(Occurrence)
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
    Statement.text,
    Statement.kind,
    Statement.act,
    Statement.language,
    Statement.first_published_at,
    Statement.updated_at,
    Statement.occurrence_count,
    Statement.article_count,
    Statement.publisher_count,
    Statement.withdrawn,
    _SPEAKERS,
    _TOPICS,
    *_OCCURRENCE,
)


def _shown(page: Subquery, highlight: str | None = None) -> AnySelect:
    """What an answer shows of the statements and occurrences that `page` names, in any order."""
    query = (
        _ROWS.add_columns(*(column for column in page.c if column.name != "occurrence_id"))
        .select_from(page)
        .join(Statement, Statement.id == page.c.id)
        .join(Shown, Shown.id == page.c.occurrence_id)
        .join(Article, Article.id == Shown.article_id)
        .outerjoin(Publisher, Publisher.id == Shown.publisher_id)
    )
    return query if highlight is None else query.add_columns(headline(highlight).label("highlight"))


def select_statements(
    filters: StatementFilters, resolved: Resolved, sort: StatementSort
) -> AnySelect:
    """All statements that match, unpaged and in order, as `as_statement` takes them."""
    return _select(filters, where(filters, resolved), sort)


def select_by_id(ids: Collection[int]) -> AnySelect:
    """These statements, withdrawn ones too, however many."""
    conditions = Where([among(Statement.id, ids)], [], [], narrows=False)
    return _select(_ANYTHING, conditions, StatementSort.ID)


def _select(filters: StatementFilters, conditions: Where, sort: StatementSort) -> AnySelect:
    ordered = in_order(filters, conditions, sort)
    columns: list[ColumnElement[Any]] = [
        key.column.label(f"sort_key_{i}") for i, key in enumerate(ordered.keys)
    ]
    query = ordered.query.add_columns(*columns).order_by(*(key.order() for key in ordered.keys))
    page = query.subquery("page")
    return _shown(page).order_by(*_order(page, ordered.keys))


def _order(page: Subquery, keys: Sequence[SortKey]) -> list[ColumnElement[Any]]:
    return [replace(key, column=page.c[f"sort_key_{i}"]).order() for i, key in enumerate(keys)]


async def list_statements(connection: AsyncConnection, parameters: StatementList) -> dict[str, Any]:
    """A page of statements: `data`, `page`, `total` and `resolved` as design.md section 4 says.

    Raises InvalidParameterError for parameters that contradict each other, CursorMismatchError
    and CursorExpiredError for cursors that do not belong here.
    """
    check_needs_q(parameters)
    cursor = decode_cursor(parameters)
    resolved = await resolve_names(connection, parameters, cursor.ids if cursor else {})
    conditions = where(parameters, resolved)
    ordered = in_order(parameters, conditions, parameters.sort)
    # One speaker's or topic's statements are read in the order of an index, few or many.
    await keep_plans(connection, conditions.link is not None and parameters.q is None)

    def wrap(query: AnySelect) -> AnySelect:
        page = query.subquery("page")
        highlight = parameters.q if parameters.highlight else None
        return _shown(page, highlight).order_by(*_order(page, ordered.keys))

    rows, page = await fetch_page(
        connection, ordered.query, ordered.keys, parameters, cursor, pinnable(resolved.ids), wrap
    )
    data = [as_statement(row) for row in rows]
    total = known_total(parameters, resolved)
    if total is None:
        total = await count_total(connection, ordered.newest, parameters.total)
    return {
        "data": await _shape(connection, data, parameters),
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
        query = _occurrences().where(Shown.id.in_(ids))
        words = {s["id"]: s["text"] for s in statements}
        for row in await connection.execute(
            query.order_by(Shown.published_at.nulls_last(), Shown.id)
        ):
            embedded[row.statement_id].append(_with_wording(row, words[row.statement_id]))
        for statement in statements:
            statement["occurrences"] = embedded[statement["id"]]
    await embed(connection, statements, shape.include)
    return select_fields(statements, shape.fields)


def as_statement(row: AnyRow) -> dict[str, Any]:
    """A row of `select_statements` as answers show it."""
    speaker, *co_speakers = row.speakers or [None]
    marked = getattr(row, "highlight", None)
    statement = {
        "id": row.id,
        "text": row.text,
        "kind": row.kind,
        "act": row.act,
        "language": row.language,
        "speaker": speaker,
        "co_speakers": co_speakers,
        "topics": row.topics or [],
        "first_published_at": row.first_published_at,
        "updated_at": row.updated_at,
        "occurrence_count": row.occurrence_count,
        "article_count": row.article_count,
        "publisher_count": row.publisher_count,
        "withdrawn": row.withdrawn,
        "occurrence": _occurrence(row),
    }
    statement["cite_as"] = cite(statement)
    return statement | ({} if marked is None else {"highlight": as_html(marked)})


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


def _with_wording(row: AnyRow, text: str) -> dict[str, Any]:
    """An occurrence with its own words and where they differ from the statement's text."""
    words = statement_text([s["exact"] for s in row.selectors], row.occurrence_kind)
    return _occurrence(row) | {"wording": words, "differences": as_json(differences(text, words))}


def as_json(changes: Sequence[Difference]) -> list[dict[str, str]]:
    """What differs between two wordings, as answers show it."""
    return [{"before": change.before, "after": change.after} for change in changes]


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


def _occurrences() -> AnySelect:
    return (
        select(Shown.statement_id, *_OCCURRENCE)
        .select_from(Shown)
        .join(Article, Article.id == Shown.article_id)
        .outerjoin(Publisher, Publisher.id == Shown.publisher_id)
    )


async def list_occurrences(
    connection: AsyncConnection, statement_id: int, parameters: OccurrenceList
) -> dict[str, Any]:
    """The occurrences of a statement, earliest first, undated last, and how their words differ.

    Raises MergedError naming the survivor, NotFoundError.
    """
    text = await check_exists(connection, statement_id)
    matching = select(Shown.id).where(Shown.statement_id == statement_id)
    query = _occurrences().where(Shown.statement_id == statement_id)
    if not parameters.withdrawn:
        query, matching = query.where(~Shown.withdrawn), matching.where(~Shown.withdrawn)
    keys = [SortKey(Shown.published_at, datetime, nullable=True), SortKey(Shown.id, int)]
    rows, page = await fetch_page(connection, query, keys, parameters, decode_cursor(parameters))
    return {
        "data": [_with_wording(row, text) for row in rows],
        "page": page,
        "total": await count_total(connection, matching, parameters.total),
    }

"""Reading speakers, sources and articles; what every list has in common."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, false, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db import AnyRow, AnySelect
from app.errors import MergedError, NotFoundError
from app.extraction.folding import fold
from app.extraction.types import Act
from app.models import (
    Article,
    ArticleVersion,
    Occurrence,
    Source,
    SourceAlias,
    Speaker,
    SpeakerAlias,
    Topic,
    among,
)
from app.queries.filters import (
    ArticleList,
    ArticleSort,
    Paging,
    SourceList,
    SourceSort,
    SpeakerList,
    SpeakerSort,
    TopicSort,
)
from app.queries.names import named, resolve_source, sources_named
from app.queries.paging import Cursor, SortKey, count_total, decode_cursor, fetch_page, pinnable


async def answer_list(
    connection: AsyncConnection,
    query: AnySelect,
    keys: list[SortKey],
    parameters: Paging,
    cursor: Cursor | None,
    ids: dict[str, list[int]] | None = None,
) -> dict[str, Any]:
    """A page of a list, as it is answered."""
    rows, page = await fetch_page(connection, query, keys, parameters, cursor, ids)
    return {
        "data": [as_dict(row) for row in rows],
        "page": page,
        "total": await count_total(connection, query, parameters, page, len(rows)),
    }


def as_dict(row: AnyRow) -> dict[str, Any]:
    """A row as it is answered, without what paging added to it."""
    return {key: value for key, value in row._mapping.items() if not key.startswith("sort_key_")}


def list_order(
    sort: SpeakerSort | SourceSort | TopicSort,
    entity: type[Speaker | Source | Topic],
    count: SQLColumnExpression[int],
) -> list[SortKey]:
    """The order of a list of named things: by how much they are used, by name or by id."""
    by_id = SortKey(entity.id, int)
    match sort.value:
        case "id":
            return [by_id]
        case "name":
            return [SortKey(entity.name, str), by_id]
        case _:
            return [SortKey(count, int, descending=True), SortKey(entity.id, int, descending=True)]


def where_named(condition: ColumnElement[bool], folded: str, query: AnySelect) -> AnySelect:
    """The query limited to rows whose names meet a condition on `folded` words."""
    # A query without letters or digits names nobody.
    return query.where(condition) if folded else query.where(false())


def _speakers() -> AnySelect:
    aliases = (
        select(func.array_agg(func.distinct(SpeakerAlias.alias)))
        .where(SpeakerAlias.speaker_id == Speaker.id)
        .correlate(Speaker)
        .scalar_subquery()
    )
    return select(
        Speaker.id,
        Speaker.name,
        Speaker.slug,
        Speaker.kind,
        Speaker.description,
        aliases.label("aliases"),
        Speaker.source_id,
        Speaker.wikidata_id,
        Speaker.statement_count,
    )


async def list_speakers(connection: AsyncConnection, parameters: SpeakerList) -> dict[str, Any]:
    """A page of speakers; merged ones are left out. Raises CursorMismatchError."""
    query = _speakers().where(Speaker.merged_into_id.is_(None))
    if parameters.q is not None:
        folded = fold(parameters.q)
        query = where_named(named(folded), folded, query)
    if parameters.kind:
        query = query.where(Speaker.kind.in_(parameters.kind))
    keys = list_order(parameters.sort, Speaker, Speaker.statement_count)
    return await answer_list(connection, query, keys, parameters, decode_cursor(parameters))


async def get_speaker(connection: AsyncConnection, speaker_id: int) -> dict[str, Any]:
    """One speaker. Raises MergedError naming the survivor, NotFoundError."""
    query = _speakers().add_columns(Speaker.merged_into_id).where(Speaker.id == speaker_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no speaker {speaker_id}")
    if row.merged_into_id is not None:
        raise MergedError(row.merged_into_id)
    speaker = as_dict(row)
    del speaker["merged_into_id"]
    return speaker


async def speakers_by_id(
    connection: AsyncConnection, ids: Collection[int]
) -> dict[int, dict[str, Any]]:
    """Those of these speakers that are there, by id."""
    rows = await connection.execute(_speakers().where(among(Speaker.id, ids)))
    return {row.id: as_dict(row) for row in rows}


def _sources() -> AnySelect:
    aliases = (
        select(func.array_agg(func.distinct(SourceAlias.alias)))
        .where(SourceAlias.source_id == Source.id)
        .correlate(Source)
        .scalar_subquery()
    )
    return select(
        Source.id,
        Source.name,
        Source.slug,
        Source.kind,
        Source.homepage,
        aliases.label("aliases"),
        Source.article_count,
    )


async def list_sources(connection: AsyncConnection, parameters: SourceList) -> dict[str, Any]:
    """A page of sources. Raises CursorMismatchError."""
    query = _sources()
    if parameters.q is not None:
        folded = fold(parameters.q)
        query = where_named(sources_named(folded), folded, query)
    if parameters.kind:
        query = query.where(Source.kind.in_(parameters.kind))
    keys = list_order(parameters.sort, Source, Source.article_count)
    return await answer_list(connection, query, keys, parameters, decode_cursor(parameters))


def articles() -> AnySelect:
    """Every article, as lists show it."""
    statements = (
        select(func.count(func.distinct(Occurrence.statement_id)))
        .where(Occurrence.article_id == Article.id, ~Occurrence.withdrawn)
        .where(Occurrence.act != Act.THOUGHT)
        .correlate(Article)
        .scalar_subquery()
    )
    return select(
        Article.id,
        Article.title,
        Article.url,
        Article.byline,
        Article.published_at,
        Article.language,
        Article.version,
        Source.id.label("source_id"),
        Source.name.label("source_name"),
        statements.label("statement_count"),
    ).outerjoin(Source, Source.id == Article.source_id)


def as_article(row: dict[str, Any]) -> dict[str, Any]:
    """An article with its source as one object."""
    source = {"id": row.pop("source_id"), "name": row.pop("source_name")}
    return row | {"source": source if source["id"] is not None else None}


async def list_articles(connection: AsyncConnection, parameters: ArticleList) -> dict[str, Any]:
    """A page of articles, without their text, and what the publisher names were taken for.

    Raises CursorMismatchError.
    """
    cursor = decode_cursor(parameters)
    found = [await resolve_source(connection, name) for name in parameters.publisher]
    meant = sorted({i for one in found for i in one.ids})
    ids = (cursor.ids if cursor else {}) or {"publisher": meant}
    query = articles().where(*_article_conditions(parameters, ids.get("publisher", [])))
    newest = parameters.sort is ArticleSort.NEWEST
    keys = [SortKey(Article.id, int, descending=newest)]
    if parameters.sort is not ArticleSort.ID:
        keys.insert(0, SortKey(Article.published_at, datetime, descending=newest, nullable=True))
    answer = await answer_list(connection, query, keys, parameters, cursor, pinnable(ids))
    answer["data"] = [as_article(row) for row in answer["data"]]
    answer["resolved"] = {"publisher": [f.as_json() for f in found]} if found else {}
    return answer


def _article_conditions(
    parameters: ArticleList, publisher_ids: list[int]
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if parameters.publisher:
        conditions.append(among(Article.source_id, publisher_ids))
    if parameters.language:
        conditions.append(Article.language.in_(parameters.language))
    if parameters.published_from is not None:
        conditions.append(Article.published_at >= parameters.published_from)
    if parameters.published_before is not None:
        conditions.append(Article.published_at < parameters.published_before)
    if parameters.has_date is not None:
        conditions.append(Article.published_at.is_not(None) == parameters.has_date)
    return conditions


async def get_article(connection: AsyncConnection, article_id: int) -> dict[str, Any]:
    """One article with the history of its versions, without their text. Raises NotFoundError."""
    row = (await connection.execute(articles().where(Article.id == article_id))).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no article {article_id}")
    versions = await connection.execute(
        select(
            ArticleVersion.n,
            ArticleVersion.seen_at,
            func.encode(ArticleVersion.text_sha256, "hex").label("text_sha256"),
            func.length(ArticleVersion.text).label("characters"),
        )
        .where(ArticleVersion.article_id == article_id)
        .order_by(ArticleVersion.n)
    )
    return as_article(as_dict(row)) | {"versions": [as_dict(version) for version in versions]}


async def get_text(
    connection: AsyncConnection, article_id: int, version: int | None
) -> dict[str, Any]:
    """A text of an article, the newest where no version is named. Raises NotFoundError."""
    query = select(
        ArticleVersion.article_id, ArticleVersion.n.label("version"), ArticleVersion.text
    ).where(ArticleVersion.article_id == article_id)
    if version is not None:
        query = query.where(ArticleVersion.n == version)
    newest = query.order_by(ArticleVersion.n.desc()).limit(1)
    row = (await connection.execute(newest)).one_or_none()
    if row is None:
        of = f"version {version} of " if version else ""
        raise NotFoundError(f"there is no {of}article {article_id}")
    return as_dict(row)

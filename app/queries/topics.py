"""Reading topics: lists, and one topic with its place in the hierarchy."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from app.db import AnySelect
from app.errors import NotFoundError
from app.extraction.folding import fold
from app.extraction.types import Act
from app.models import Statement, StatementTopic, Topic, TopicAlias, among
from app.queries.budget import Budget
from app.queries.entities import answer_list, as_dict, list_order, where_named
from app.queries.filters import TopicList
from app.queries.names import resolve_topic_itself, topics_named, with_narrower
from app.queries.paging import decode_cursor

_Parent = aliased(Topic)
_Child = aliased(Topic)


def topics() -> AnySelect:
    """Every topic with its broader one."""
    narrower = (
        select(func.count())
        .select_from(_Child)
        .where(_Child.parent_id == Topic.id)
        .correlate(Topic)
        .scalar_subquery()
    )
    return select(
        Topic.id,
        Topic.scheme,
        Topic.code,
        Topic.slug,
        Topic.name,
        _Parent.id.label("parent_id"),
        _Parent.code.label("parent_code"),
        narrower.label("narrower_count"),
        Topic.statement_count,
    ).outerjoin(_Parent, _Parent.id == Topic.parent_id)


async def list_topics(connection: AsyncConnection, parameters: TopicList) -> dict[str, Any]:
    """A page of topics, each with its broader one. Raises CursorMismatchError."""
    query = topics()
    if parameters.q is not None:
        folded = fold(parameters.q)
        query = where_named(topics_named(folded), folded, query)
    if parameters.scheme:
        query = query.where(Topic.scheme.in_(parameters.scheme))
    if parameters.parent is not None:
        above = await resolve_topic_itself(connection, parameters.parent)
        query = query.where(among(Topic.parent_id, above))
    keys = list_order(parameters.sort, Topic, Topic.statement_count)
    return await answer_list(connection, query, keys, parameters, decode_cursor(parameters))


async def topics_by_id(
    connection: AsyncConnection, ids: Collection[int]
) -> dict[int, dict[str, Any]]:
    """Those of these topics that are there, by id."""
    rows = await connection.execute(topics().where(among(Topic.id, ids)))
    return {row.id: as_dict(row) for row in rows}


async def get_topic(connection: AsyncConnection, topic_id: int) -> dict[str, Any]:
    """One topic with its names, what is above and below it, and all that is said about it.

    `statement_count` counts the statements that carry the topic itself, `total_statement_count`
    those that carry it or a narrower one: what `topic=` finds; None, with `timed_out`, where there
    was no time to count them. Raises NotFoundError.
    """
    aliases = (
        select(func.array_agg(TopicAlias.alias))
        .where(TopicAlias.topic_id == Topic.id)
        .correlate(Topic)
        .scalar_subquery()
    )
    query = topics().add_columns(
        Topic.definition, Topic.wikidata_id, func.coalesce(aliases, []).label("aliases")
    )
    row = (await connection.execute(query.where(Topic.id == topic_id))).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no topic {topic_id}")
    topic = as_dict(row)
    topic["aliases"] = sorted(topic["aliases"])
    topic["broader"] = await _broader(connection, topic_id)
    topic["narrower"] = await _narrower(connection, topic_id)
    topic["total_statement_count"] = topic["statement_count"]
    budget = Budget()
    if topic["narrower"]:
        topic["total_statement_count"] = None
        async with budget.spend(connection):
            topic["total_statement_count"] = await _count(connection, topic_id)
    return topic | {"timed_out": budget.timed_out}


async def _broader(connection: AsyncConnection, topic_id: int) -> Sequence[dict[str, Any]]:
    """The topics above, the broadest first."""
    chain = select(Topic.id, Topic.parent_id, literal(0).label("depth"))
    up = chain.where(Topic.id == topic_id).cte("up", recursive=True)
    step = select(Topic.id, Topic.parent_id, up.c.depth + 1).join(up, up.c.parent_id == Topic.id)
    tree = up.union_all(step)
    rows = await connection.execute(
        select(Topic.id, Topic.code, Topic.name)
        .join(tree, tree.c.id == Topic.id)
        .where(tree.c.depth > 0)
        .order_by(tree.c.depth.desc())
    )
    return [as_dict(row) for row in rows]


async def _narrower(connection: AsyncConnection, topic_id: int) -> Sequence[dict[str, Any]]:
    """The topics directly below, the most used first."""
    rows = await connection.execute(
        select(Topic.id, Topic.code, Topic.name, Topic.statement_count)
        .where(Topic.parent_id == topic_id)
        .order_by(Topic.statement_count.desc(), Topic.name)
    )
    return [as_dict(row) for row in rows]


async def _count(connection: AsyncConnection, topic_id: int) -> int:
    """How many statements that the API shows by default carry the topic or a narrower one."""
    about = select(StatementTopic.statement_id).where(
        StatementTopic.topic_id.in_(select(with_narrower(cast([topic_id], ARRAY(BigInteger))).c.id))
    )
    count = await connection.scalar(
        select(func.count())
        .select_from(Statement)
        .where(Statement.id.in_(about), ~Statement.withdrawn, Statement.act != Act.THOUGHT)
        .where(Statement.merged_into_id.is_(None))
    )
    return int(count or 0)

"""Resolving topic tags to Topic rows."""

from collections.abc import Iterable

from sqlalchemy import Connection, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from app.extraction.folding import slugify
from app.extraction.topics import TopicTag, iptc_concepts
from app.models import Topic, TopicScheme


def ensure_concepts(connection: Connection) -> None:
    """Have a row for every concept of the IPTC selection, broader ones first.

    Runs once before a run of ingestion, so that no article has to create any.
    """
    rows = connection.execute(select(Topic.code, Topic.id).where(Topic.scheme == TopicScheme.IPTC))
    ids: dict[str, int] = {row.code: row.id for row in rows}
    for concept in iptc_concepts():  # parents come before their children
        if concept.code not in ids:
            parent_id = ids[concept.parent] if concept.parent else None
            ids[concept.code] = _upsert(
                connection, TopicScheme.IPTC, concept.code, concept.name, parent_id
            )


def _upsert(
    connection: Connection, scheme: TopicScheme, code: str, name: str, parent_id: int | None
) -> int:
    row = insert(Topic).values(
        scheme=scheme, code=code, slug=slugify(name), name=name, parent_id=parent_id
    )
    update = row.on_conflict_do_update(
        index_elements=[Topic.scheme, Topic.code], set_={"name": row.excluded.name}
    )
    return connection.execute(update.returning(Topic.id)).scalar_one()


def resolve_topics(connection: Connection, tags: Iterable[TopicTag]) -> dict[TopicTag, int]:
    """Topic ids by tag; entities are created where new. Call it under locks on the codes."""
    wanted = list(dict.fromkeys(tags))
    keys = {(tag.scheme, tag.code) for tag in wanted}
    rows = connection.execute(
        select(Topic.scheme, Topic.code, Topic.id).where(tuple_(Topic.scheme, Topic.code).in_(keys))
    )
    ids = {(row.scheme.value, row.code): row.id for row in rows} if keys else {}
    for tag in wanted:
        if (tag.scheme, tag.code) not in ids:
            scheme = TopicScheme(tag.scheme)
            ids[tag.scheme, tag.code] = _upsert(connection, scheme, tag.code, tag.name, None)
    return {tag: ids[tag.scheme, tag.code] for tag in wanted}

"""Resolving topic tags to Topic rows, with every name under which a topic is asked for."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from app.extraction.folding import fold, slugify
from app.extraction.gazetteer import all_entities, find_entity
from app.extraction.topics import TopicTag, iptc_concepts
from app.ingestion.driver import fetch
from app.models import Topic, TopicAlias, TopicScheme

_BY_CODE = """
    SELECT t.scheme, t.code, t.id FROM unnest(%s::text[], %s::text[]) AS k(scheme, code)
    JOIN topic t ON t.scheme = k.scheme AND t.code = k.code
"""


def ensure_concepts(connection: Connection) -> None:
    """Have a row for every concept of the IPTC selection, broader ones first.

    Runs once before a run of ingestion, so that no article has to create any. Names and parents
    of topics that are there stay as they are: the vocabulary may have been imported.
    """
    rows = connection.execute(select(Topic.code, Topic.id).where(Topic.scheme == TopicScheme.IPTC))
    ids: dict[str, int] = {row.code: row.id for row in rows}
    for concept in iptc_concepts():  # parents come before their children
        if concept.code not in ids:
            parent_id = ids[concept.parent] if concept.parent else None
            ids[concept.code] = _upsert(
                connection, TopicScheme.IPTC, concept.code, concept.name, parent_id
            )
    _name_known_entities(connection)


def _name_known_entities(connection: Connection) -> None:
    """Give the entities that have but their own name, from before there were aliases, all."""
    names = {slugify(entity.name): entity.name for entity in all_entities() if entity.aliases}
    alone = (
        select(Topic.id, Topic.code)
        .join(TopicAlias, TopicAlias.topic_id == Topic.id)
        .where(Topic.scheme == TopicScheme.ENTITY)
        .group_by(Topic.id)
        .having(func.count() == 1)
    )
    rows = connection.execute(alone).all()
    add_aliases(
        connection, {row.id: aliases_of(names[row.code]) for row in rows if row.code in names}
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
    topic_id = connection.execute(update.returning(Topic.id)).scalar_one()
    aliases = aliases_of(name) if scheme is TopicScheme.ENTITY else [name]
    add_aliases(connection, {topic_id: aliases})
    return topic_id


def aliases_of(name: str) -> list[str]:
    """An entity's name and every other form that the gazetteer has for it."""
    entity = find_entity(name)
    return [name] if entity is None else [name, *entity.aliases]


def add_aliases(connection: Connection, aliases: Mapping[int, Iterable[str]]) -> None:
    """Give topics names, by id; those they have already stay as they are."""
    rows = {
        (topic_id, fold(alias)): alias for topic_id, names in aliases.items() for alias in names
    }
    values = [{"topic_id": i, "folded": f, "alias": alias} for (i, f), alias in rows.items() if f]
    if values:
        connection.execute(insert(TopicAlias).on_conflict_do_nothing(), values)


def resolve_topics(connection: Connection, tags: Iterable[TopicTag]) -> dict[TopicTag, int]:
    """Topic ids by tag; entities are created where new. Call it under locks on the codes."""
    wanted = list(dict.fromkeys(tags))
    keys = sorted({(tag.scheme, tag.code) for tag in wanted})
    rows = fetch(connection, _BY_CODE, ([s for s, _ in keys], [c for _, c in keys])) if keys else ()
    ids = {(row.scheme, row.code): row.id for row in rows}
    for tag in wanted:
        if (tag.scheme, tag.code) not in ids:
            scheme = TopicScheme(tag.scheme)
            ids[tag.scheme, tag.code] = _upsert(connection, scheme, tag.code, tag.name, None)
    return {tag: ids[tag.scheme, tag.code] for tag in wanted}

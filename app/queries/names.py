"""From the names in a query to the rows they mean, and suggestions for what means none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    SQLColumnExpression,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.db import AnyRow, AnySelect
from app.errors import InvalidParameterError
from app.extraction.folding import fold, slugify
from app.extraction.types import SpeakerKind
from app.models import Source, SourceAlias, Speaker, SpeakerAlias, Topic, TopicAlias, among
from app.queries.filters import MAX_ID

_MOST = 1000  # rows that one name may mean
_SHOWN = 25
_SUGGESTIONS = 5
_Bearer = aliased(Speaker)  # made once: an alias is dear


@dataclass(frozen=True, slots=True)
class Resolution:
    """What one input means: the ids, and what the answer says about them."""

    input: str
    ids: list[int]
    matched: list[dict[str, Any]]
    suggestions: list[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """The answer's `resolved` entry."""
        return {
            "input": self.input,
            "matched": self.matched,
            "matched_count": len(self.ids),
            "suggestions": self.suggestions,
        }


def whole_words(column: SQLColumnExpression[str], folded: str) -> ColumnElement[bool]:
    """Whether a column of folded text holds these folded words, in order, as whole words."""
    # The first condition is the one that the trigram index serves.
    return column.like(f"%{folded}%") & (" " + column + " ").like(f"% {folded} %")


def named(folded: str, speaker_id: SQLColumnExpression[int] = Speaker.id) -> ColumnElement[bool]:
    """Speakers with a name or alias of these folded words."""
    return speaker_id.in_(
        select(SpeakerAlias.speaker_id).where(whole_words(SpeakerAlias.folded, folded))
    )


def sources_named(folded: str) -> ColumnElement[bool]:
    """Sources with a name or alias of these folded words."""
    return Source.id.in_(
        select(SourceAlias.source_id).where(whole_words(SourceAlias.folded, folded))
    )


def is_id(name: str) -> bool:
    """Whether a name is an id: digits only, and not too large to be one."""
    return name.isascii() and name.isdecimal() and 0 < int(name) <= MAX_ID


def _speakers() -> AnySelect:
    return select(
        Speaker.id,
        Speaker.name,
        Speaker.slug,
        Speaker.kind,
        func.coalesce(Speaker.description, Speaker.kind).label("hint"),
        Speaker.statement_count.label("uses"),
    )


async def resolve_speaker(connection: AsyncConnection, name: str) -> Resolution:
    """The speakers that an id, slug, name or alias means.

    A full name is only those who bear just that name; a single word is everybody who has it in
    a name or alias. Merged speakers stand for their survivors. Raises InvalidParameterError
    where over 1,000 match.
    """
    folded = fold(name)
    if is_id(name):
        condition = _Bearer.id == int(name)
    elif folded:
        # One list of ids, not two conditions: no index serves an OR with a subquery in it.
        bearing = select(SpeakerAlias.speaker_id).where(whole_words(SpeakerAlias.folded, folded))
        by_slug = select(Speaker.id).where(Speaker.slug == name.casefold())
        condition = _Bearer.id.in_(bearing.union_all(by_slug))
    else:
        return Resolution(name, [], [], [])
    survivors = select(func.coalesce(_Bearer.merged_into_id, _Bearer.id)).where(condition)
    query = _speakers().where(Speaker.id.in_(survivors))
    rows = _exact(await _most_used(connection, query, name, "speaker"), name, folded)
    if rows:
        return _resolution(name, rows)
    named_kinds = Speaker.kind.in_([SpeakerKind.PERSON, SpeakerKind.ORGANIZATION])
    living = _speakers().where(named_kinds, Speaker.merged_into_id.is_(None))
    like = await _suggest(connection, living, Speaker.id, SpeakerAlias.speaker_id, folded)
    return _resolution(name, [], like)


def _exact(rows: list[AnyRow], name: str, folded: str) -> list[AnyRow]:
    """Only the row with just this slug or the rows with just this full name, where there are."""
    by_slug = [row for row in rows if row.slug == name.casefold()]
    if by_slug and "-" in name:
        return by_slug
    by_name = [row for row in rows if fold(row.name) == folded]
    if not by_name or " " in folded:
        return by_name or rows
    # One word: whoever bears it, but an organisation called just that is not its namesakes.
    certain = any(row.kind is not SpeakerKind.PERSON for row in by_name)
    people = [row for row in rows if row.kind is SpeakerKind.PERSON]
    return by_name + [row for row in people if row not in by_name] if certain else rows


async def _most_used(
    connection: AsyncConnection, query: AnySelect, name: str, parameter: str
) -> list[AnyRow]:
    """The rows, the most used first. Raises InvalidParameterError where they are too many."""
    columns = query.selected_columns
    query = query.order_by(columns["uses"].desc(), columns["id"]).limit(_MOST + 1)
    rows = list((await connection.execute(query)).all())
    if len(rows) > _MOST:
        raise InvalidParameterError(
            f"{name!r} means more than {_MOST:,} {parameter}s; give a longer name, a slug or an id",
            parameter=parameter,
        )
    return rows


async def _suggest(
    connection: AsyncConnection,
    query: AnySelect,
    entity_id: InstrumentedAttribute[int],
    owner: InstrumentedAttribute[int],
    folded: str,
) -> list[AnyRow]:
    """The rows of `query` with the aliases most like a name (trigrams); `owner` is an alias's."""
    alias = owner.class_.folded
    likeness = func.max(func.similarity(alias, folded) + func.word_similarity(folded, alias))
    like = (
        select(owner.label("owner"), likeness.label("likeness"))
        .where(or_(alias.op("%")(folded), alias.op("%>")(folded)))
        .group_by(owner)
        .subquery()
    )
    uses = query.selected_columns["uses"]
    query = (
        query.join(like, like.c.owner == entity_id)
        .order_by(like.c.likeness.desc(), uses.desc(), entity_id)
        .limit(_SUGGESTIONS)
    )
    return list((await connection.execute(query)).all())


def _resolution(name: str, rows: Sequence[AnyRow], like: Sequence[AnyRow] = ()) -> Resolution:
    return Resolution(
        name,
        [row.id for row in rows],
        [_brief(row) for row in rows[:_SHOWN]],
        [_brief(row) for row in like],
    )


def _brief(row: AnyRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "slug": row.slug,
        "hint": str(row.hint),
        "count": row.uses,
    }


def _sources() -> AnySelect:
    return select(
        Source.id,
        Source.name,
        Source.slug,
        Source.kind,
        Source.kind.label("hint"),
        Source.article_count.label("uses"),
    )


async def resolve_source(connection: AsyncConnection, name: str) -> Resolution:
    """The sources that an id, slug, name or alias means; a whole alias goes before a part of one.

    Raises InvalidParameterError where over 1,000 match.
    """
    folded = fold(name)
    if is_id(name):
        tiers = [Source.id == int(name)]
    elif folded:
        exact = select(SourceAlias.source_id).where(SourceAlias.folded == folded)
        by_slug = select(Source.id).where(Source.slug == name.casefold())
        tiers = [
            Source.id.in_(exact.union_all(by_slug)),
            sources_named(folded),
        ]
    else:
        tiers = []
    for condition in tiers:
        rows = await _most_used(connection, _sources().where(condition), name, "source")
        if rows:
            return _resolution(name, rows)
    if not folded:
        return _resolution(name, [])
    like = await _suggest(connection, _sources(), Source.id, SourceAlias.source_id, folded)
    return _resolution(name, [], like)


def _topics() -> AnySelect:
    return select(
        Topic.id,
        Topic.name,
        Topic.slug,
        Topic.scheme.label("hint"),
        Topic.statement_count.label("uses"),
    )


async def resolve_topic(connection: AsyncConnection, name: str) -> Resolution:
    """The topics of an id, code, slug, name or alias, never of a part of one; narrower ones count.

    What is called just that goes before what is also called that. `ids` holds the narrower topics
    too; `matched` shows only what was named.
    """
    rows = await _topics_called(connection, name)
    if rows:
        tree = with_narrower([row.id for row in rows])
        ids = list(await connection.scalars(select(tree.c.id)))
        return Resolution(name, ids, [_brief(row) for row in rows[:_SHOWN]], [])
    folded = fold(name)
    if not folded:
        return _resolution(name, [])
    like = await _suggest(connection, _topics(), Topic.id, TopicAlias.topic_id, folded)
    return _resolution(name, [], like)


async def resolve_topic_itself(connection: AsyncConnection, name: str) -> list[int]:
    """The ids of the topics that a name means, without the narrower ones."""
    return [row.id for row in await _topics_called(connection, name)]


async def _topics_called(connection: AsyncConnection, name: str) -> list[AnyRow]:
    for condition in _topic_tiers(name, fold(name)):
        rows = await _most_used(connection, _topics().where(condition), name, "topic")
        if rows:
            return rows
    return []


def _topic_tiers(name: str, folded: str) -> list[ColumnElement[bool]]:
    """What a name may mean, one after the other: a code or id, a slug or name, an alias."""
    exact = Topic.id == int(name) if is_id(name) else Topic.code == name
    if not folded:
        return [exact]
    aliased_so = select(TopicAlias.topic_id).where(TopicAlias.folded == folded)
    # A slug may be typed as it stands; slugify makes the same of a name.
    return [exact, Topic.slug == slugify(name), Topic.id.in_(aliased_so)]


def topics_named(folded: str) -> ColumnElement[bool]:
    """Topics with a name or alias of these folded words."""
    return Topic.id.in_(select(TopicAlias.topic_id).where(whole_words(TopicAlias.folded, folded)))


def with_narrower(topic_ids: Sequence[int]) -> CTE:
    """A query for these topics and all that are narrower: one column, `id`."""
    tree = select(Topic.id).where(among(Topic.id, topic_ids)).cte("tree", recursive=True)
    return tree.union(select(Topic.id).join(tree, Topic.parent_id == tree.c.id))

"""From the names in a query to the rows they mean, and suggestions for what means none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    SQLColumnExpression,
    String,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.db import AnySelect
from app.errors import InvalidParameterError
from app.extraction.folding import fold, slugify
from app.extraction.types import SpeakerKind
from app.models import Source, SourceAlias, Speaker, SpeakerAlias, Topic, TopicAlias
from app.queries.filters import MAX_ID
from app.queries.kept import Kept, keep

_MOST = 1000  # rows that one name may mean
_SHOWN = 25
_SUGGESTIONS = 5
_Bearer = aliased(Speaker)
_Folded = str | ColumnElement[str]
_Row = Mapping[str, Any]
# A name as the queries below compare it.
_ID = bindparam("id", type_=BigInteger())
_NAME, _FOLDED, _SLUG = (bindparam(n, type_=String()) for n in ("name", "folded", "slug"))


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


def whole_words(column: SQLColumnExpression[str], folded: _Folded) -> ColumnElement[bool]:
    """Whether a column of folded text holds these folded words, in order, as whole words."""
    # The first condition is the one that the trigram index serves.
    words = literal(folded) if isinstance(folded, str) else folded
    return column.like("%" + words + "%") & (" " + column + " ").like("% " + words + " %")


def named(folded: str) -> ColumnElement[bool]:
    """Speakers with a name or alias of these folded words."""
    return Speaker.id.in_(
        select(SpeakerAlias.speaker_id).where(whole_words(SpeakerAlias.folded, folded))
    )


def sources_named(folded: _Folded) -> ColumnElement[bool]:
    """Sources with a name or alias of these folded words."""
    return Source.id.in_(
        select(SourceAlias.source_id).where(whole_words(SourceAlias.folded, folded))
    )


def is_id(name: str) -> bool:
    """Whether a name is an id: digits only, and not too large to be one."""
    return name.isascii() and name.isdecimal() and 0 < int(name) <= MAX_ID


def brief_speakers() -> AnySelect:
    """Every speaker, merged ones too, named in short: with a hint and how much it is used."""
    return select(
        Speaker.id,
        Speaker.name,
        Speaker.slug,
        Speaker.kind,
        func.coalesce(Speaker.description, Speaker.kind).label("hint"),
        Speaker.statement_count.label("uses"),
    )


@cache
def _speakers_called(by_id: bool) -> Kept:
    if by_id:
        condition = _Bearer.id == _ID
    else:
        # One list of ids, not two conditions: no index serves an OR with a subquery in it.
        bearing = select(SpeakerAlias.speaker_id).where(whole_words(SpeakerAlias.folded, _FOLDED))
        by_slug = select(Speaker.id).where(Speaker.slug == _SLUG)
        condition = _Bearer.id.in_(bearing.union_all(by_slug))
    survivors = select(func.coalesce(_Bearer.merged_into_id, _Bearer.id)).where(condition)
    return _keep(brief_speakers().where(Speaker.id.in_(survivors)))


async def resolve_speaker(connection: AsyncConnection, name: str) -> Resolution:
    """The speakers that an id, slug, name or alias means.

    A full name is only those who bear just that name; a single word is everybody who has it in
    a name or alias. Merged speakers stand for their survivors. Raises InvalidParameterError
    where over 1,000 match.
    """
    folded = fold(name)
    if not is_id(name) and not folded:
        return Resolution(name, [], [], [])
    found = await _most_used(connection, _speakers_called(is_id(name)), name, "speaker")
    rows = _exact(found, name, folded)
    if rows:
        return _resolution(name, rows)
    named_kinds = Speaker.kind.in_([SpeakerKind.PERSON, SpeakerKind.ORGANIZATION])
    living = brief_speakers().where(named_kinds, Speaker.merged_into_id.is_(None))
    like = await _suggest(connection, living, Speaker.id, SpeakerAlias.speaker_id, folded)
    return _resolution(name, [], like)


def _exact(rows: list[_Row], name: str, folded: str) -> list[_Row]:
    """Only the row with just this slug or the rows with just this full name, where there are."""
    by_slug = [row for row in rows if row["slug"] == name.casefold()]
    if by_slug and "-" in name:
        return by_slug
    by_name = [row for row in rows if fold(row["name"]) == folded]
    if not by_name or " " in folded:
        return by_name or rows
    # One word: whoever bears it, but an organisation called just that is not its namesakes.
    certain = any(row["kind"] != SpeakerKind.PERSON for row in by_name)
    people = [row for row in rows if row["kind"] == SpeakerKind.PERSON]
    return by_name + [row for row in people if row not in by_name] if certain else rows


def _keep(query: AnySelect) -> Kept:
    """The query for rows that a name means, the most used first, one more than it may mean."""
    columns = query.selected_columns
    most = literal_column(str(_MOST + 1), Integer)
    return keep(query.order_by(columns["uses"].desc(), columns["id"]).limit(most))


async def _most_used(
    connection: AsyncConnection, query: Kept, name: str, parameter: str
) -> list[_Row]:
    """The rows, the most used first. Raises InvalidParameterError where they are too many."""
    values = {
        "id": int(name) if is_id(name) else 0,
        "name": name,
        "folded": fold(name),
        "slug": slugify(name) if parameter == "topic" else name.casefold(),
    }
    rows: list[_Row] = list(await query.fetch(connection, values))
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
) -> list[_Row]:
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
    return [dict(row._mapping) for row in await connection.execute(query)]


def _resolution(name: str, rows: Sequence[_Row], like: Sequence[_Row] = ()) -> Resolution:
    return Resolution(
        name,
        [row["id"] for row in rows],
        [_brief(row) for row in rows[:_SHOWN]],
        [_brief(row) for row in like],
    )


def _brief(row: _Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": row["name"],
        "slug": row["slug"],
        "hint": str(row["hint"]),
        "count": row["uses"],
    }


def brief_sources() -> AnySelect:
    """Every source, named in short: with a hint and how much it is used."""
    return select(
        Source.id,
        Source.name,
        Source.slug,
        Source.kind,
        Source.kind.label("hint"),
        Source.article_count.label("uses"),
    )


@cache
def _sources_called() -> tuple[Kept, Kept, Kept]:
    exact = select(SourceAlias.source_id).where(SourceAlias.folded == _FOLDED)
    by_slug = select(Source.id).where(Source.slug == _SLUG)
    tiers = (
        Source.id == _ID,
        Source.id.in_(exact.union_all(by_slug)),
        sources_named(_FOLDED),
    )
    by_id, by_name, by_part = (_keep(brief_sources().where(condition)) for condition in tiers)
    return by_id, by_name, by_part


async def resolve_source(connection: AsyncConnection, name: str) -> Resolution:
    """The sources that an id, slug, name or alias means; a whole alias goes before a part of one.

    Raises InvalidParameterError where over 1,000 match.
    """
    folded = fold(name)
    by_id, by_name, by_part = _sources_called()
    tiers = [by_name, by_part] if folded else []
    for tier in [by_id] if is_id(name) else tiers:
        if rows := await _most_used(connection, tier, name, "source"):
            return _resolution(name, rows)
    if not folded:
        return _resolution(name, [])
    like = await _suggest(connection, brief_sources(), Source.id, SourceAlias.source_id, folded)
    return _resolution(name, [], like)


def brief_topics() -> AnySelect:
    """Every topic, named in short: with a hint and how much it is used."""
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
    rows = await _find_topics(connection, name)
    if rows:
        narrower = await _narrower().fetch(connection, {"ids": [row["id"] for row in rows]})
        ids = [row["id"] for row in narrower]
        return Resolution(name, ids, [_brief(row) for row in rows[:_SHOWN]], [])
    folded = fold(name)
    if not folded:
        return _resolution(name, [])
    like = await _suggest(connection, brief_topics(), Topic.id, TopicAlias.topic_id, folded)
    return _resolution(name, [], like)


async def resolve_topic_itself(connection: AsyncConnection, name: str) -> list[int]:
    """The ids of the topics that a name means, without the narrower ones."""
    return [row["id"] for row in await _find_topics(connection, name)]


async def _find_topics(connection: AsyncConnection, name: str) -> list[_Row]:
    by_id, by_code, by_slug, by_alias = _topics_called()
    tiers = [by_id if is_id(name) else by_code]
    for tier in [*tiers, by_slug, by_alias] if fold(name) else tiers:
        if rows := await _most_used(connection, tier, name, "topic"):
            return rows
    return []


@cache
def _topics_called() -> tuple[Kept, Kept, Kept, Kept]:
    """What a name may mean, one after the other: an id or code, a slug or name, an alias."""
    aliased_so = select(TopicAlias.topic_id).where(TopicAlias.folded == _FOLDED)
    # A slug may be typed as it stands; slugify makes the same of a name.
    tiers = (Topic.id == _ID, Topic.code == _NAME, Topic.slug == _SLUG, Topic.id.in_(aliased_so))
    by_id, by_code, by_slug, by_alias = (_keep(brief_topics().where(tier)) for tier in tiers)
    return by_id, by_code, by_slug, by_alias


@cache
def _narrower() -> Kept:
    tree = with_narrower(bindparam("ids", type_=ARRAY(BigInteger)))
    return keep(select(tree.c.id))


def topics_named(folded: str) -> ColumnElement[bool]:
    """Topics with a name or alias of these folded words."""
    return Topic.id.in_(select(TopicAlias.topic_id).where(whole_words(TopicAlias.folded, folded)))


def with_narrower(topic_ids: ColumnElement[Any]) -> CTE:
    """A query for the topics of an array and all that are narrower: one column, `id`."""
    tree = select(Topic.id).where(Topic.id == func.any(topic_ids)).cte("tree", recursive=True)
    return tree.union(select(Topic.id).join(tree, Topic.parent_id == tree.c.id))

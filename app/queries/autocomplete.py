"""Names that begin with what somebody is typing, or nearly so."""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, Subquery, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute

from app.db import AnyRow, AnySelect
from app.extraction.folding import fold
from app.extraction.types import SpeakerKind
from app.models import SourceAlias, Speaker, SpeakerAlias, TopicAlias
from app.queries.name_filters import Autocomplete, NameType
from app.queries.names import brief_sources, brief_speakers, brief_topics

_NAMED = (SpeakerKind.PERSON, SpeakerKind.ORGANIZATION)
_SLIP, _NOTHING = 2.0, 9.0  # from which on a name is only like what was typed, and not even that
_LIKE = 0.75  # share of letters in common (Ratcliff and Obershelp) of what may be a slip
_SURE = 2  # letters
_CANDIDATES = 300


async def complete(connection: AsyncConnection, parameters: Autocomplete) -> dict[str, Any]:
    """The answer of `/autocomplete`: names that begin so, then names with a word that does.

    Only where these are fewer than asked for: names that are spelt much like it. The most used
    come first within each of these.
    """
    folded = fold(parameters.q)
    if not folded:
        return {"data": []}
    found: list[_Found] = []
    for name_type in dict.fromkeys(parameters.type):
        begun = await _find(connection, name_type, folded, _begins)
        found += begun
        if len(begun) < parameters.limit:
            known = {one.row.id for one in begun}
            near = await _find(connection, name_type, folded, _is_near)
            found += [one for one in near if one.row.id not in known]
    found = sorted((one for one in found if one.tier < _NOTHING), key=_Found.rank)
    return {"data": [one.as_json() for one in found[: parameters.limit]]}


@dataclass(frozen=True, slots=True)
class _Found:
    """A name with how well it fits: 0 begins so, 1 has a word that does, from 2 on a slip."""

    type: NameType
    row: AnyRow
    tier: float

    def rank(self) -> tuple[Any, ...]:
        return (self.tier, -self.row.uses, self.type, self.row.id)

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "id": self.row.id,
            "name": self.row.name,
            "slug": self.row.slug,
            "hint": str(self.row.hint),
            "count": self.row.uses,
            "exact": self.tier < _SLIP,
        }


def _tier(folded: str, alias: str) -> float:
    if alias.startswith(folded):
        return 0
    starts = [0, *(i + 1 for i, letter in enumerate(alias) if letter == " ")]
    if any(alias.startswith(folded, start) for start in starts[1:]):
        return 1
    # Compared with as much of the name as was typed: the rest may still come.
    likeness = max(
        SequenceMatcher(None, folded, alias[start : start + len(folded)], autojunk=False).ratio()
        for start in starts
    )
    # In tenths: names about as like are told apart by how much they are used.
    return _SLIP + round(1 - likeness, 1) if likeness >= _LIKE else _NOTHING


_Condition = Callable[[SQLColumnExpression[str], str], ColumnElement[bool]]


def _begins(alias: SQLColumnExpression[str], folded: str) -> ColumnElement[bool]:
    return or_(alias.like(f"{folded}%"), alias.like(f"% {folded}%"))


def _is_near(alias: SQLColumnExpression[str], folded: str) -> ColumnElement[bool]:
    # What the trigram index serves. Two letters in the wrong order leave few trigrams, but the
    # beginning of a word is seldom wrong.
    like = or_(alias.op("%")(folded), alias.op("%>")(folded))
    return or_(like, _begins(alias, folded[:_SURE]))


async def _find(
    connection: AsyncConnection, name_type: NameType, folded: str, condition: _Condition
) -> list[_Found]:
    named, owner = _QUERIES[name_type]
    matching = _matching(owner, folded, condition)
    query = named().add_columns(matching.c.aliases)
    columns = query.selected_columns
    query = query.join(matching, matching.c.owner == columns["id"])
    query = query.order_by(columns["uses"].desc(), columns["id"]).limit(_CANDIDATES)
    return [
        _Found(name_type, row, min(_tier(folded, alias) for alias in row.aliases))
        for row in await connection.execute(query)
    ]


def _matching(owner: InstrumentedAttribute[int], folded: str, condition: _Condition) -> Subquery:
    """The aliases that meet the condition, by the `owner` who bears them."""
    alias = owner.class_.folded
    return (
        select(owner.label("owner"), func.array_agg(alias).label("aliases"))
        .where(condition(alias, folded))
        .group_by(owner)
        .subquery("matching")
    )


def _speakers() -> AnySelect:
    return brief_speakers().where(Speaker.kind.in_(_NAMED), Speaker.merged_into_id.is_(None))


# The rows, and whose aliases are compared.
_QUERIES: dict[NameType, tuple[Callable[[], AnySelect], InstrumentedAttribute[int]]] = {
    NameType.SPEAKER: (_speakers, SpeakerAlias.speaker_id),
    NameType.SOURCE: (brief_sources, SourceAlias.source_id),
    NameType.TOPIC: (brief_topics, TopicAlias.topic_id),
}

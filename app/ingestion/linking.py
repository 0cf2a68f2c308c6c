"""Which occurrences make one statement, worked out anew: the rules of `statements`, in memory."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from app.extraction.wording import likeness, same_utterance, share_words
from app.ingestion.nearness import pair
from app.ingestion.statements import CHAIN_GAP

Pair = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Place:
    """An occurrence, as far as what it is one statement with depends on it."""

    occurrence_id: int
    statement_id: int
    home_id: int
    article_id: int
    text_sha256: bytes
    folded_hash: bytes
    words: str
    is_thought: bool
    published_at: datetime | None
    speaker_ids: tuple[int, ...]

    @property
    def who(self) -> tuple[frozenset[int], bool]:
        """What all occurrences of a statement share."""
        return frozenset(self.speaker_ids), self.is_thought


class _Parts:
    """Sets that grow together (union and find)."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def find(self, one: int) -> int:
        while (parent := self._parent.get(one, one)) != one:
            self._parent[one] = one = self._parent.get(parent, parent)
        return one

    def unite(self, one: int, other: int) -> None:
        self._parent[self.find(one)] = self.find(other)


def partition(
    places: Sequence[Place], undone: set[Pair]
) -> tuple[list[list[Place]], dict[Pair, float]]:
    """The occurrences of each statement, the oldest first, and the near wordings that joined them.

    Statements whose occurrences still share their speakers stay whole. `undone` are wordings
    that a person said are two.
    """
    parts = _Parts()
    near: dict[Pair, float] = {}
    for whole in _grouped(places, lambda p: p.statement_id).values():
        if len({p.who for p in whole}) == 1:
            for place in whole[1:]:
                parts.unite(whole[0].occurrence_id, place.occurrence_id)
    for (speakers, _), same in _grouped(places, lambda p: p.who).items():
        for group in _grouped(same, lambda p: (p.folded_hash, p.text_sha256)).values():
            _chain(parts, group)
        if speakers:
            for group in _grouped(same, lambda p: p.folded_hash).values():
                _link_dated(parts, group)
            near |= _link_near(parts, same, undone)
    found = _grouped(places, lambda p: parts.find(p.occurrence_id)).values()
    return [sorted(part, key=lambda p: p.occurrence_id) for part in found], near


def _grouped(places: Iterable[Place], key: Callable[[Place], Any]) -> dict[Any, list[Place]]:
    groups: dict[Any, list[Place]] = defaultdict(list)
    for place in places:
        groups[key(place)].append(place)
    return groups


def _chain(parts: _Parts, places: Sequence[Place]) -> None:
    for place in places[1:]:
        parts.unite(places[0].occurrence_id, place.occurrence_id)


def _dated(places: Iterable[Place]) -> list[tuple[datetime, Place]]:
    dated = [(p.published_at, p) for p in places if p.published_at is not None]
    return sorted(dated, key=lambda item: (item[0], item[1].occurrence_id))


def _link_dated(parts: _Parts, places: Iterable[Place]) -> None:
    dated = _dated(places)
    for (at, one), (later, other) in pairwise(dated):
        if later - at <= CHAIN_GAP:
            parts.unite(one.occurrence_id, other.occurrence_id)


def _link_near(parts: _Parts, places: Iterable[Place], undone: set[Pair]) -> dict[Pair, float]:
    dated = _dated(places)
    near: dict[Pair, float] = {}
    for i, (at, one) in enumerate(dated):
        for later, other in dated[i + 1 :]:
            if later - at > CHAIN_GAP:
                break
            a, b = parts.find(one.occurrence_id), parts.find(other.occurrence_id)
            if a != b and _are_near(one, other, undone):
                parts.unite(a, b)
                near[pair(one.folded_hash, other.folded_hash)] = likeness(one.words, other.words)
    return near


def _are_near(one: Place, other: Place, undone: set[Pair]) -> bool:
    return (
        one.article_id != other.article_id
        and one.folded_hash != other.folded_hash
        and pair(one.folded_hash, other.folded_hash) not in undone
        and share_words(one.words, other.words)
        # The newer beside the older, as ingestion compares them.
        and same_utterance(*(p.words for p in sorted((one, other), key=lambda p: -p.occurrence_id)))
    )

"""Matching what a corrected article says to what its earlier version said."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.extraction.folding import fold
from app.ingestion.drafts import Draft

OVERLAP = 0.8  # share of the longer wording's words that both have


@dataclass(frozen=True, slots=True)
class Stored:
    """An occurrence as the database has it, as far as matching needs.

    `found_ids` are the speakers whom ingestion found, `speaker_ids` those of its statement, which
    a person's decision may have made others.
    """

    occurrence_id: int
    statement_id: int
    found_ids: frozenset[int]
    speaker_ids: tuple[int, ...]
    text: str
    folded_hash: bytes
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A draft of the new version with its speakers: whom ingestion found, and who that is."""

    draft: Draft
    found_ids: tuple[int, ...]
    speaker_ids: tuple[int, ...]


def match(stored: Iterable[Stored], new: Sequence[Candidate]) -> dict[int, Stored]:
    """For each index of `new` that has one, its occurrence in the earlier versions.

    By speakers and folded text first, then by speakers and token overlap, the best first; what
    was withdrawn comes back rather than being made anew.
    """
    free = sorted(stored, key=lambda s: (s.withdrawn, s.occurrence_id))
    matched: dict[int, Stored] = {}
    for i, candidate in enumerate(new):
        same = (s for s in free if _same(s, candidate))
        if (hit := next(same, None)) is not None:
            matched[i] = hit
            free.remove(hit)
    rest = [i for i in range(len(new)) if i not in matched]
    scored = [
        (overlap(s.text, new[i].draft.text), -i, s)
        for i in rest
        for s in free
        if s.found_ids == frozenset(new[i].found_ids)
    ]
    for score, minus_i, hit in sorted(scored, key=lambda x: (-x[0], -x[1], x[2].occurrence_id)):
        if score >= OVERLAP and -minus_i not in matched and hit in free:
            matched[-minus_i] = hit
            free.remove(hit)
    return matched


def _same(stored: Stored, new: Candidate) -> bool:
    return stored.folded_hash == new.draft.folded_hash and stored.found_ids == frozenset(
        new.found_ids
    )


def overlap(one: str, other: str) -> float:
    """The share, 0 to 1, of the longer text's words (counted with repeats) that both have."""
    a, b = Counter(fold(one).split()), Counter(fold(other).split())
    longer = max(a.total(), b.total())
    return (a & b).total() / longer if longer else 1.0

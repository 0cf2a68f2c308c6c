"""Matching what a corrected article says to what its earlier version said."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.extraction.folding import fold
from app.extraction.types import Span
from app.ingestion.drafts import Draft

OVERLAP = 0.8  # share of the longer wording's words that both have
SAME_PLACE = 0.5  # share of the characters of either that both hold, in one text


@dataclass(frozen=True, slots=True)
class Changes:
    """What a version of an article says beside what was stored: texts, and pairs of them."""

    new: tuple[str, ...] = ()
    kept: int = 0
    changed: tuple[tuple[str, str], ...] = ()
    withdrawn: tuple[str, ...] = ()


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
    version: int
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A draft of the new version with its speakers: whom ingestion found, and who that is."""

    draft: Draft
    found_ids: tuple[int, ...]
    speaker_ids: tuple[int, ...]


def match(stored: Iterable[Stored], new: Sequence[Candidate], version: int) -> dict[int, Stored]:
    """For each index of `new` that has one, its occurrence in what was stored.

    By speakers and folded text first, then by speakers and token overlap, then, in the text of
    the same version, by speakers and place, the best first; what was withdrawn comes back rather
    than being made anew.
    """
    free = sorted(stored, key=lambda s: (s.withdrawn, s.occurrence_id))
    matched: dict[int, Stored] = {}
    for i, candidate in enumerate(new):
        same = (s for s in free if _same(s, candidate))
        if (hit := next(same, None)) is not None:
            matched[i] = hit
            free.remove(hit)
    _match_best(
        matched, free, new, OVERLAP, lambda s, candidate: overlap(s.text, candidate.draft.text)
    )
    here = [s for s in free if s.version == version]
    _match_best(
        matched,
        here,
        new,
        SAME_PLACE,
        lambda s, candidate: same_place(s.spans, candidate.draft.attribution.content),
    )
    return matched


def _match_best(
    matched: dict[int, Stored],
    free: list[Stored],
    new: Sequence[Candidate],
    least: float,
    likeness: Callable[[Stored, Candidate], float],
) -> None:
    scored = [
        (likeness(s, candidate), i, s)
        for i, candidate in enumerate(new)
        if i not in matched
        for s in free
        if s.found_ids == frozenset(candidate.found_ids)
    ]
    for score, i, hit in sorted(scored, key=lambda x: (-x[0], x[1], x[2].occurrence_id)):
        if score >= least and i not in matched and hit in free:
            matched[i] = hit
            free.remove(hit)


def compare(
    stored: Iterable[Stored], new: Sequence[Candidate], matched: Mapping[int, Stored]
) -> Changes:
    """What is new, kept, worded otherwise and no longer there, for a report."""
    again = {hit.occurrence_id for hit in matched.values()}
    changed = tuple(
        (hit.text, new[i].draft.text)
        for i, hit in sorted(matched.items())
        if hit.folded_hash != new[i].draft.folded_hash
    )
    return Changes(
        new=tuple(c.draft.text for i, c in enumerate(new) if i not in matched),
        kept=len(matched) - len(changed),
        changed=changed,
        withdrawn=tuple(s.text for s in stored if not s.withdrawn and s.occurrence_id not in again),
    )


def _same(stored: Stored, new: Candidate) -> bool:
    return stored.folded_hash == new.draft.folded_hash and stored.found_ids == frozenset(
        new.found_ids
    )


def overlap(one: str, other: str) -> float:
    """The share, 0 to 1, of the longer text's words (counted with repeats) that both have."""
    a, b = Counter(fold(one).split()), Counter(fold(other).split())
    longer = max(a.total(), b.total())
    return (a & b).total() / longer if longer else 1.0


def same_place(one: Iterable[Span], other: Iterable[Span]) -> float:
    """The share, 0 to 1, of the characters of either place in a text that both hold."""
    a, b = ({at for span in spans for at in range(*span)} for spans in (one, other))
    return len(a & b) / len(a | b) if a | b else 0.0

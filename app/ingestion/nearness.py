"""Occurrences of nearly the same wording: the same utterance, cut or tidied on its way to print.

Only for known speakers and dated articles, at most as far apart as equal wordings may be. What
was taken for one is kept (`near_wording`), so that it can be undone: see `undo`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sqlalchemy import Connection, select, tuple_

from app.extraction.types import Kind
from app.extraction.wording import likeness, same_utterance, share_words, statement_text
from app.ingestion.driver import fetch
from app.ingestion.rows import as_json, insert_rows
from app.models import NearWording

# How long after its first occurrence a statement is looked through for near wordings. Equal ones
# chain on for ever, at the price of an index look-up; these are compared one by one.
_LOOK_BACK = timedelta(days=60)
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
# Of each set of speakers, every wording that is near in time. `speakers` are sorted. LATERAL with
# OFFSET 0: each set by the indexes, see statements.py. What is merged into another has no speakers.
_CANDIDATES = """
    SELECT g.n, f.is_thought, f.statement_id, f.folded_hash, f.kind, f.exacts
    FROM json_to_recordset(%(sets)s::json) AS g(n int, speakers bigint[])
    CROSS JOIN LATERAL (
        SELECT o.act = 'thought' AS is_thought, o.statement_id, o.folded_hash, o.kind,
            CASE WHEN jsonb_array_length(o.selectors) = 1
                THEN ARRAY[o.selectors -> 0 ->> 'exact']
                ELSE ARRAY(SELECT s ->> 'exact' FROM jsonb_array_elements(o.selectors) AS s)
            END AS exacts
        FROM statement_speaker l JOIN occurrence o ON o.statement_id = l.statement_id
        WHERE l.speaker_id = g.speakers[1]
            AND l.first_published_at BETWEEN %(earliest)s AND %(latest)s
            AND o.published_at IS NOT NULL
            AND greatest(o.published_at, %(at)s) - least(o.published_at, %(at)s) <= %(gap)s
            AND g.speakers = ARRAY(SELECT speaker_id FROM statement_speaker
                WHERE statement_id = l.statement_id ORDER BY speaker_id)
        OFFSET 0
    ) f
"""


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of an occurrence to be, and whose they are."""

    speaker_ids: frozenset[int]
    text: str
    folded_hash: bytes
    is_thought: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """A wording of a statement that there is."""

    statement_id: int
    folded_hash: bytes
    text: str


def find_near(
    connection: Connection,
    wordings: Sequence[Wording],
    published_at: datetime | None,
    gap: timedelta,
) -> list[set[int]]:
    """For each wording the statements of its speakers that nearly have it, near in time.

    Call it under the locks of the speakers.
    """
    if published_at is None or not any(w.speaker_ids for w in wordings):
        return [set() for _ in wordings]
    known = _candidates(connection, wordings, published_at, gap)
    near = [
        [
            other
            for other in known[wording.speaker_ids, wording.is_thought]
            if other.folded_hash != wording.folded_hash
            and share_words(wording.text, other.text)
            and same_utterance(wording.text, other.text)
        ]
        for wording in wordings
    ]
    likenesses = {
        pair(wording.folded_hash, other.folded_hash): likeness(wording.text, other.text)
        for wording, others in zip(wordings, near, strict=True)
        for other in others
    }
    undone = _undone(connection, list(likenesses))
    keep_near(connection, {key: like for key, like in likenesses.items() if key not in undone})
    return [
        {o.statement_id for o in others if pair(w.folded_hash, o.folded_hash) not in undone}
        for w, others in zip(wordings, near, strict=True)
    ]


def pair(one: bytes, other: bytes) -> tuple[bytes, bytes]:
    """The key of two wordings, whichever comes first."""
    return (one, other) if one < other else (other, one)


def _candidates(
    connection: Connection, wordings: Sequence[Wording], published_at: datetime, gap: timedelta
) -> dict[tuple[frozenset[int], bool], list[_Known]]:
    sets = list(dict.fromkeys(w.speaker_ids for w in wordings if w.speaker_ids))
    rows = fetch(
        connection,
        _CANDIDATES,
        {
            "sets": as_json([{"n": n, "speakers": ids} for n, ids in enumerate(sets)]),
            "at": published_at,
            "gap": gap,
            # As far as dates go: none may be too early or too late to reckon with.
            "earliest": published_at - min(_LOOK_BACK, published_at - _FIRST),
            "latest": published_at + min(gap, _LAST - published_at),
        },
    )
    found: dict[tuple[frozenset[int], bool], list[_Known]] = defaultdict(list)
    for row in rows:
        text = _text(row.kind, tuple(row.exacts))
        known = _Known(row.statement_id, bytes(row.folded_hash), text)
        found[sets[row.n], row.is_thought].append(known)
    return found


@lru_cache(maxsize=16_384)  # somebody who speaks often is looked through for every article
def _text(kind: str, exacts: tuple[str, ...]) -> str:
    return statement_text(exacts, Kind(kind))


def _undone(
    connection: Connection, pairs: Sequence[tuple[bytes, bytes]]
) -> set[tuple[bytes, bytes]]:
    if not pairs:
        return set()
    found = connection.execute(
        select(NearWording.folded_hash, NearWording.other_hash)
        .where(tuple_(NearWording.folded_hash, NearWording.other_hash).in_(pairs))
        .where(NearWording.undone_at.is_not(None))
    )
    return {(bytes(row.folded_hash), bytes(row.other_hash)) for row in found}


def keep_near(connection: Connection, near: Mapping[tuple[bytes, bytes], float]) -> None:
    """Keep pairs of wordings that were taken for one, each with how alike they are."""
    rows = [
        {"folded_hash": one, "other_hash": other, "likeness": like}
        for (one, other), like in sorted(near.items())
    ]
    insert_rows(connection, NearWording, rows, "ON CONFLICT DO NOTHING")

"""The names that speakers are found by: what articles print, and what decisions brought."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from app.extraction.folding import fold
from app.ingestion.driver import fetch
from app.ingestion.forms import form_of
from app.ingestion.rows import insert_rows
from app.models import SpeakerAlias

Names = Iterable[tuple[int, str]]  # ids of speakers, each with a name as printed
_PRINTED = (
    "ON CONFLICT (speaker_id, folded) DO UPDATE SET inherited = false,"
    " alias = excluded.alias WHERE speaker_alias.inherited"
)


def print_names(connection: Connection, names: Names) -> set[int]:
    """Add names that an article prints; gives those known before who have a new word now."""
    return _add(connection, names, _PRINTED, inherited=False)


def inherit_names(connection: Connection, names: Names) -> set[int]:
    """The same for names that a decision brings: ingestion does not find speakers by them."""
    return _add(connection, names, "ON CONFLICT DO NOTHING", inherited=True)


def _add(connection: Connection, names: Names, conflict: str, *, inherited: bool) -> set[int]:
    new = {(i, fold(alias)): alias for i, alias in names if fold(alias)}
    if not new:
        return set()
    words = words_of(connection, {i for i, _ in new})
    rows = []
    for (speaker_id, folded), alias in sorted(new.items()):
        form = form_of(alias)
        rows.append(
            {
                "speaker_id": speaker_id,
                "alias": alias,
                "folded": folded,
                "family": form.soft_family,
                "given": form.soft_given,
                "inherited": inherited,
            }
        )
    insert_rows(connection, SpeakerAlias, rows, conflict)
    return {i for i, folded in new if i in words and not words[i].issuperset(folded.split())}


def words_of(connection: Connection, speaker_ids: Collection[int]) -> dict[int, set[str]]:
    """The words by which those speakers are found who have any name yet."""
    found: dict[int, set[str]] = {}
    query = "SELECT speaker_id, folded FROM speaker_alias WHERE speaker_id = ANY(%s)"
    rows = fetch(connection, query, (sorted(speaker_ids),))
    for row in rows:
        found.setdefault(row.speaker_id, set()).update(row.folded.split())
    return found

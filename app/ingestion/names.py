"""What resolving speakers, sources and topics have in common: free slugs, and what to lock."""

from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.orm import InstrumentedAttribute

from app.extraction.folding import slugify
from app.ingestion.driver import fetch_first
from app.ingestion.forms import form_of

_STEP = 8  # how many times as many numbers are asked for next


def free_slug(connection: Connection, column: InstrumentedAttribute[str], name: str) -> str:
    """The slug of a name, with the first free number behind it where others have it.

    Call it under a lock on the name's last word, so that two writers cannot take the same.
    """
    return free_slugs(connection, column, [name])[0]


def free_slugs(
    connection: Connection, column: InstrumentedAttribute[str], names: Sequence[str]
) -> list[str]:
    """The same for several names at once, in their order."""
    if not names:
        return []
    slugs = [slugify(name) for name in names]
    taken = _taken(connection, column, slugs)
    found = []
    for slug in slugs:
        candidate, n = slug, 2
        while candidate in taken:
            candidate, n = f"{slug}-{n}", n + 1
        taken.add(candidate)
        found.append(candidate)
    return found


def _taken(
    connection: Connection, column: InstrumentedAttribute[str], slugs: Sequence[str]
) -> set[str]:
    """Of these slugs, and of them with numbers, those that others have, up to a free one of each.

    Asked for one by one: an index answers that, but not what begins alike.
    """
    query = f"SELECT slug FROM {column.class_.__tablename__} WHERE slug = ANY(%s)"  # noqa: S608
    taken = set(fetch_first(connection, query, (slugs,)))
    left, most = taken & set(slugs), 1
    while left:
        asked = [f"{slug}-{n}" for slug in left for n in range(most + 1, most * _STEP + 1)]
        taken.update(fetch_first(connection, query, (asked,)))
        most *= _STEP
        left = {slug for slug in left if f"{slug}-{most}" in taken}
    return taken


def lock_key(name: str) -> str:
    """What to lock for a name: its last word, which "Peskov" and "Dmitry Peskov" share."""
    return form_of(name).soft_family or "x"

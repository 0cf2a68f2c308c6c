"""What resolving speakers, sources and topics have in common: free slugs, and what to lock."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.extraction.folding import slugify
from app.ingestion.forms import form_of


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
    patterns = [slug.replace("\\", "\\\\").replace("_", "\\_") + "%" for slug in slugs]
    taken = set(connection.scalars(select(column).where(column.like(func.any(patterns)))))
    found = []
    for slug in slugs:
        candidate, n = slug, 2
        while candidate in taken:
            candidate, n = f"{slug}-{n}", n + 1
        taken.add(candidate)
        found.append(candidate)
    return found


def lock_key(name: str) -> str:
    """What to lock for a name: its last word, which "Peskov" and "Dmitry Peskov" share."""
    return form_of(name).soft_family or "x"

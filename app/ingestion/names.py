"""What resolving speakers, sources and topics have in common: free slugs."""

from sqlalchemy import Connection, select
from sqlalchemy.orm import InstrumentedAttribute

from app.extraction.folding import slugify


def free_slug(connection: Connection, column: InstrumentedAttribute[str], name: str) -> str:
    """The slug of a name, with the first free number behind it where others have it.

    Call it under a lock on the name's last word, so that two writers cannot take the same.
    """
    slug = slugify(name)
    pattern = slug.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    taken = set(connection.scalars(select(column).where(column.like(pattern))))
    candidate, n = slug, 2
    while candidate in taken:
        candidate, n = f"{slug}-{n}", n + 1
    return candidate


def lock_key(name: str) -> str:
    """What to lock for a name: its last word, which "Peskov" and "Dmitry Peskov" share."""
    return slugify(name).rsplit("-", 1)[-1]

"""Resolving publishers and links of via chains to Source rows."""

from collections.abc import Iterable

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from app.extraction.folding import fold
from app.extraction.outlets import find_outlet
from app.ingestion.names import free_slug
from app.models import Source, SourceAlias, SourceKind


def canonical_source(name: str) -> str:
    """The name under which a source is kept: that of a known outlet, or as printed."""
    outlet = find_outlet(name)
    return outlet.name if outlet else name.strip()


def resolve_sources(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """Source ids by the names given, created where new, all aliases of known outlets included.

    Call it under locks on the canonical names.
    """
    found = {}
    for name in dict.fromkeys(names):
        if fold(name):
            found[name] = find_source(connection, name) or _create(connection, name)
    return found


def find_source(connection: Connection, name: str) -> int | None:
    """The id of the source known by this name, or None."""
    folded = {fold(name), fold(canonical_source(name))}
    return connection.scalar(
        select(SourceAlias.source_id).where(SourceAlias.folded.in_(folded)).limit(1)
    )


def _create(connection: Connection, name: str) -> int:
    outlet = find_outlet(name)
    canonical = canonical_source(name)
    source_id = connection.execute(
        insert(Source)
        .values(
            name=canonical,
            slug=free_slug(connection, Source.slug, canonical),
            kind=SourceKind(outlet.kind) if outlet else SourceKind.OTHER,
            homepage=outlet.homepage if outlet else None,
        )
        .returning(Source.id)
    ).scalar_one()
    aliases = {fold(a): a for a in (name, *(outlet.aliases if outlet else ()), canonical)}
    connection.execute(
        insert(SourceAlias).on_conflict_do_nothing(),
        [{"source_id": source_id, "alias": a, "folded": f} for f, a in aliases.items() if f],
    )
    return source_id

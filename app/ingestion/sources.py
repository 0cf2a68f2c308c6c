"""Resolving publishers and links of via chains to Source rows."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from app.extraction.folding import fold
from app.extraction.outlets import find_outlet
from app.ingestion.driver import fetch
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
    wanted = [name for name in dict.fromkeys(names) if fold(name)]
    known = find_sources(connection, wanted)
    for name in wanted:
        if name not in known:
            # Two names can be one source: the second finds what the first made.
            again = find_sources(connection, [name])
            known[name] = again.get(name) or _create(connection, name)
    return known


def find_sources(connection: Connection, names: Collection[str]) -> dict[str, int]:
    """The ids of the sources known by these names; the names of no source are left out."""
    if not names:
        return {}
    folded = {name: (fold(name), fold(canonical_source(name))) for name in names}
    rows = fetch(
        connection,
        "SELECT folded, source_id FROM source_alias WHERE folded = ANY(%s)",
        ([one for both in folded.values() for one in both],),
    )
    ids: dict[str, int] = {row.folded: row.source_id for row in rows}
    found = {name: ids.get(own) or ids.get(other) for name, (own, other) in folded.items()}
    return {name: source_id for name, source_id in found.items() if source_id is not None}


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

"""Resolving the speakers of an article to Speaker rows."""

from collections.abc import Iterable

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from app.extraction.folding import fold, slugify
from app.extraction.outlets import find_outlet
from app.extraction.types import SpeakerKind, SpeakerName
from app.ingestion.names import free_slug
from app.ingestion.sources import resolve_sources
from app.models import Speaker, SpeakerAlias

# Kinds that belong to one text: "officials" here are not the "officials" there.
OF_ONE_TEXT = (SpeakerKind.GROUP, SpeakerKind.UNNAMED)
# Official channels and platforms are no outlets that speak with a voice of their own.
_VOICES = ("agency", "newspaper", "broadcaster", "website")


def resolve_speakers(
    connection: Connection, names: Iterable[SpeakerName], text_sha256: bytes
) -> dict[SpeakerName, int]:
    """Speaker ids by name, created where new, with the aliases printed here added.

    A person or organisation is known by a full name; a single word ("Peskov") is taken for the
    one person known by it, and for somebody new where several are. Call it under locks on names.
    """
    found = {}
    for name in dict.fromkeys(names):
        speaker_id = _find(connection, name, text_sha256) or _create(connection, name, text_sha256)
        _add_aliases(connection, speaker_id, name)
        found[name] = speaker_id
    return found


def _find(connection: Connection, name: SpeakerName, text_sha256: bytes) -> int | None:
    folded = {fold(name.name), fold(_canonical(name))}
    query = (
        select(Speaker.id, Speaker.name)
        .join(SpeakerAlias, SpeakerAlias.speaker_id == Speaker.id)
        .where(SpeakerAlias.folded.in_(folded), Speaker.kind == name.kind)
        .where(Speaker.merged_into_id.is_(None))
        .order_by(Speaker.id)
    )
    if name.kind in OF_ONE_TEXT:
        query = query.where(Speaker.text_sha256 == text_sha256)
    candidates: dict[int, str] = {row.id: row.name for row in connection.execute(query)}
    exact = [i for i, known in candidates.items() if fold(known) in folded]
    if exact:
        return exact[0]
    return next(iter(candidates)) if len(candidates) == 1 else None


def _canonical(name: SpeakerName) -> str:
    outlet = find_outlet(name.name) if name.kind is SpeakerKind.ORGANIZATION else None
    return outlet.name if outlet and outlet.kind in _VOICES else name.name


def _create(connection: Connection, name: SpeakerName, text_sha256: bytes) -> int:
    canonical = _canonical(name)
    own_text = name.kind in OF_ONE_TEXT
    # A number behind "officials" would mean nothing; a piece of the text's hash always fits.
    slug_of = f"{slugify(canonical)[:60]} {text_sha256.hex()[:8]}" if own_text else canonical
    return connection.execute(
        insert(Speaker)
        .values(
            name=canonical,
            slug=free_slug(connection, Speaker.slug, slug_of),
            kind=name.kind,
            description=name.description,
            source_id=_voice(connection, name),
            text_sha256=text_sha256 if own_text else None,
        )
        .returning(Speaker.id)
    ).scalar_one()


def _voice(connection: Connection, name: SpeakerName) -> int | None:
    """The Source row of an outlet that speaks itself ("the New York Times reports")."""
    outlet = find_outlet(name.name) if name.kind is SpeakerKind.ORGANIZATION else None
    if outlet is None or outlet.kind not in _VOICES:
        return None
    return resolve_sources(connection, [outlet.name])[outlet.name]


def _add_aliases(connection: Connection, speaker_id: int, name: SpeakerName) -> None:
    aliases = {fold(alias): alias for alias in (*name.aliases, name.name, _canonical(name))}
    connection.execute(
        insert(SpeakerAlias).on_conflict_do_nothing(),
        [{"speaker_id": speaker_id, "alias": a, "folded": f} for f, a in aliases.items()],
    )

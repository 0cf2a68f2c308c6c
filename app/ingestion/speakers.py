"""Resolving the speakers of an article to Speaker rows."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.extraction.folding import fold, slugify
from app.extraction.gazetteer import find_entity
from app.extraction.outlets import find_outlet
from app.extraction.types import SpeakerKind, SpeakerName
from app.ingestion.names import free_slug
from app.ingestion.sources import resolve_sources
from app.models import Occurrence, Speaker, SpeakerAlias, StatementSpeaker

# Kinds that belong to one text: "officials" here are not the "officials" there.
OF_ONE_TEXT = (SpeakerKind.GROUP, SpeakerKind.UNNAMED)
# Official channels and platforms are no outlets that speak with a voice of their own.
_VOICES = ("agency", "newspaper", "broadcaster", "website")
_NAMED = (SpeakerKind.PERSON, SpeakerKind.ORGANIZATION)


@dataclass(frozen=True, slots=True)
class OneText:
    """The text that unnamed speakers belong to; `article_id` where it corrects an earlier one."""

    text_sha256: bytes
    article_id: int | None


def resolve_speakers(
    connection: Connection, names: Iterable[SpeakerName], text: OneText, renamed: set[int]
) -> dict[SpeakerName, int]:
    """Speaker ids by name, created where new, with the aliases printed here added.

    Those known before who are now known by a new word are added to `renamed`.

    A person or organisation is known by a full name. A bare surname ("Peskov") stands for the
    one person known by it, whichever of the two comes first, and for somebody of that name only
    where several are. Call it under locks on the names.
    """
    found = {}
    for name in dict.fromkeys(names):
        if name.kind in OF_ONE_TEXT:
            speaker_id = _find_in_text(connection, name, text)
        else:
            speaker_id = _find(connection, name) or _adopt(connection, name)
        known = speaker_id is not None
        speaker_id = speaker_id or _create(connection, name, text)
        if _add_aliases(connection, speaker_id, name) and known:
            renamed.add(speaker_id)
        found[name] = speaker_id
    return found


def _is_bare(name: str) -> bool:
    """Whether a name is one word that names no organisation we know of: a surname, perhaps."""
    return len(fold(name).split()) == 1 and not find_outlet(name) and not find_entity(name)


def _find(connection: Connection, name: SpeakerName) -> int | None:
    folded = {fold(name.name), fold(_canonical(name))}
    kinds = _NAMED if _is_bare(name.name) else (name.kind,)
    rows = connection.execute(
        select(Speaker.id, Speaker.name)
        .join(SpeakerAlias, SpeakerAlias.speaker_id == Speaker.id)
        .where(SpeakerAlias.folded.in_(folded), Speaker.kind.in_(kinds))
        .where(Speaker.merged_into_id.is_(None))
        .order_by(Speaker.id)
    )
    candidates: dict[int, str] = {row.id: row.name for row in rows}
    exact = [i for i, known in candidates.items() if fold(known) in folded]
    if exact:
        return exact[0]
    return next(iter(candidates)) if len(candidates) == 1 else None


def _find_in_text(connection: Connection, name: SpeakerName, text: OneText) -> int | None:
    """An unnamed speaker of this text, its copies, or the version of the article before it."""
    said_here = (
        select(StatementSpeaker.speaker_id)
        .join(Occurrence, Occurrence.statement_id == StatementSpeaker.statement_id)
        .where(Occurrence.article_id == text.article_id)
    )
    return connection.scalar(
        select(Speaker.id)
        .join(SpeakerAlias, SpeakerAlias.speaker_id == Speaker.id)
        .where(SpeakerAlias.folded == fold(name.name), Speaker.kind == name.kind)
        .where(or_(Speaker.text_sha256 == text.text_sha256, Speaker.id.in_(said_here)))
        .order_by(Speaker.id)
        .limit(1)
    )


def _adopt(connection: Connection, name: SpeakerName) -> int | None:
    """The row of a bare surname that this person is printed with too: it takes the full name."""
    surnames = {fold(alias) for alias in name.aliases if _is_bare(alias)}
    if name.kind is not SpeakerKind.PERSON or _is_bare(name.name) or not surnames:
        return None
    rows = connection.execute(
        select(Speaker.id, Speaker.name)
        .join(SpeakerAlias, SpeakerAlias.speaker_id == Speaker.id)
        .where(SpeakerAlias.folded.in_(surnames), Speaker.kind.in_(_NAMED))
        .where(Speaker.merged_into_id.is_(None))
    ).all()
    if len(rows) != 1 or not _is_bare(rows[0].name):
        return None
    speaker_id: int = rows[0].id
    connection.execute(
        update(Speaker)
        .where(Speaker.id == speaker_id)
        .values(
            name=name.name,
            slug=free_slug(connection, Speaker.slug, name.name),
            kind=name.kind,
            description=name.description,
        )
    )
    return speaker_id


def _canonical(name: SpeakerName) -> str:
    outlet = find_outlet(name.name) if name.kind is SpeakerKind.ORGANIZATION else None
    return outlet.name if outlet and outlet.kind in _VOICES else name.name


def _create(connection: Connection, name: SpeakerName, text: OneText) -> int:
    canonical = _canonical(name)
    own_text = name.kind in OF_ONE_TEXT
    # A number behind "officials" would mean nothing; a piece of the text's hash always fits.
    slug_of = f"{slugify(canonical)[:60]} {text.text_sha256.hex()[:8]}" if own_text else canonical
    return connection.execute(
        insert(Speaker)
        .values(
            name=canonical,
            slug=free_slug(connection, Speaker.slug, slug_of),
            kind=name.kind,
            description=name.description,
            source_id=_voice(connection, name),
            text_sha256=text.text_sha256 if own_text else None,
        )
        .returning(Speaker.id)
    ).scalar_one()


def _voice(connection: Connection, name: SpeakerName) -> int | None:
    """The Source row of an outlet that speaks itself ("the New York Times reports")."""
    outlet = find_outlet(name.name) if name.kind is SpeakerKind.ORGANIZATION else None
    if outlet is None or outlet.kind not in _VOICES:
        return None
    return resolve_sources(connection, [outlet.name])[outlet.name]


def _add_aliases(connection: Connection, speaker_id: int, name: SpeakerName) -> bool:
    """Add the names printed here; gives whether there is a word in them that is new."""
    aliases = {fold(alias): alias for alias in (*name.aliases, name.name, _canonical(name))}
    known = connection.scalars(
        select(SpeakerAlias.folded).where(SpeakerAlias.speaker_id == speaker_id)
    )
    words = {word for folded in known for word in folded.split()}
    connection.execute(
        insert(SpeakerAlias).on_conflict_do_nothing(),
        [{"speaker_id": speaker_id, "alias": a, "folded": f} for f, a in aliases.items() if f],
    )
    return not words.issuperset(word for folded in aliases for word in folded.split())

"""Resolving the speakers of an article to Speaker rows, in a handful of queries."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, delete, select, update
from sqlalchemy.orm import aliased

from app.extraction.folding import fold, slugify
from app.extraction.namesakes import Dated
from app.extraction.outlets import find_outlet
from app.extraction.types import SpeakerKind, SpeakerName
from app.ingestion.aliases import inherit_names, print_names
from app.ingestion.choosing import NAMED, VOICES, Choice, Known, canonical, choose, is_bare
from app.ingestion.decisions import Said, standing_for
from app.ingestion.driver import fetch
from app.ingestion.forms import form_of
from app.ingestion.names import free_slugs
from app.ingestion.rows import insert_rows, new_ids
from app.ingestion.sources import resolve_sources
from app.models import (
    Occurrence,
    OccurrenceSpeaker,
    Speaker,
    SpeakerDescription,
    Why,
    among,
)

# Everybody who is known by one of some names, or by a like one, with all names.
_BEARERS = """
    SELECT k.id, coalesce(k.found_name, k.name) AS name, k.kind, n.folded, n.alias
    FROM speaker k JOIN speaker_alias n ON n.speaker_id = k.id AND NOT n.inherited
    WHERE k.kind = ANY(%(kinds)s) AND k.id IN (
        SELECT speaker_id FROM speaker_alias WHERE NOT inherited AND folded = ANY(%(folded)s)
        UNION SELECT speaker_id FROM speaker_alias WHERE NOT inherited AND family = ANY(%(bare)s)
        UNION SELECT a.speaker_id
        FROM unnest(%(families)s::text[], %(givens)s::text[]) AS f(family, given)
        JOIN speaker_alias a ON a.family = f.family AND a.given = f.given AND NOT a.inherited)
    ORDER BY k.id
"""
_DESCRIPTIONS = """
    SELECT speaker_id, folded, description, first_seen, last_seen FROM speaker_description
    WHERE speaker_id = ANY(%s)
"""
# Those who belong to a text, its copies, or an earlier version of its article.
_OWN = """
    SELECT k.id, k.kind, n.folded
    FROM (
        SELECT id, kind FROM speaker WHERE text_sha256 = ANY(%(texts)s)
        UNION SELECT id, kind FROM speaker WHERE id = ANY(%(earlier)s)
    ) k JOIN speaker_alias n ON n.speaker_id = k.id AND NOT n.inherited
    WHERE n.folded = ANY(%(folded)s) AND k.kind = ANY(%(kinds)s) ORDER BY k.id DESC
"""
# Kinds that belong to one text: "officials" here are not the "officials" there.
OF_ONE_TEXT = (SpeakerKind.GROUP, SpeakerKind.UNNAMED)
_MOST_COMPANY = 10  # people of an article who are asked whom they stand with elsewhere


@dataclass(frozen=True, slots=True)
class OneText:
    """The text that the names stand in: unnamed speakers belong to it.

    `texts` are its hash and those of its copies. `article_id` is set where it corrects an earlier
    one, or is read again.
    """

    texts: tuple[bytes, ...]
    article_id: int | None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a name stands for: `speaker_id` is who spoke, `found_id` whom ingestion found, and why.

    They differ where a person's decision says so.
    """

    speaker_id: int
    found_id: int
    why: Why


def resolve_speakers(
    connection: Connection, names: Iterable[SpeakerName], text: OneText, renamed: set[int]
) -> dict[SpeakerName, Found]:
    """The speakers by name, created where new, with the aliases printed here added.

    Those known before who are now known by a new word are added to `renamed`.

    A person or organisation is known by a full name. A bare surname ("Peskov") stands for the
    one person known by it, whichever of the two comes first; where several are, the article's
    evidence decides (`choosing`). Call it under locks on the names (`lock_keys`).
    """
    return _Resolver(connection, list(dict.fromkeys(names)), text, renamed).resolve()


def keep_evidence(
    connection: Connection,
    said: Iterable[tuple[int, Sequence[SpeakerName]]],
    found: dict[SpeakerName, Found],
    again: Collection[int] = (),
) -> None:
    """Keep whom the speakers of each occurrence were taken for, and why.

    For occurrences that were there before (`again`) in place of what was kept then.
    """
    rows = {
        (occurrence_id, position): {
            "occurrence_id": occurrence_id,
            "position": position,
            "speaker_id": found[name].found_id,
            "name": name.name,
            "kind": name.kind,
            "description": name.description,
            "why": found[name].why,
        }
        for occurrence_id, names in said
        for position, name in enumerate(names)
    }
    if again:
        kept = OccurrenceSpeaker.occurrence_id
        connection.execute(delete(OccurrenceSpeaker).where(among(kept, again)))
    insert_rows(connection, OccurrenceSpeaker, list(rows.values()))


class _Resolver:
    """The speakers that the names of one article may mean, and what is to be written."""

    def __init__(
        self, connection: Connection, names: list[SpeakerName], text: OneText, renamed: set[int]
    ) -> None:
        self._connection, self._text, self._renamed = connection, text, renamed
        self._named = [n for n in names if n.kind in NAMED]
        self._own = [n for n in names if n.kind in OF_ONE_TEXT]
        self._known: list[Known] = []
        self._chosen: dict[SpeakerName, tuple[Known, Why]] = {}

    def resolve(self) -> dict[SpeakerName, Found]:
        before = self._before()
        if self._named:
            self._known = self._load()
        # Surnames last: by then it is known who else the article names.
        for name in sorted(self._named, key=lambda n: is_bare(n.name)):
            self._choose(name, before.get((fold(name.name), True)))
        self._find_own(before)
        self._write_rows()
        self._write_names()
        self._write_descriptions()
        return self._apply_decisions()

    def _apply_decisions(self) -> dict[SpeakerName, Found]:
        """Who it is that was found, by what people decided about them."""
        ids = {name: known.id for name, (known, _) in self._chosen.items() if known.id is not None}
        standing = standing_for(self._connection, set(ids.values()))
        found = {}
        for name, found_id in ids.items():
            said = Said(None, name.description, self._text.published_at)
            speaker_id = standing.speaker_of(found_id, said)
            found[name] = Found(speaker_id, found_id, self._chosen[name][1])
        heirs = [
            (heir, printed)
            for name, one in found.items()
            for heir in {one.speaker_id, standing.survivor_of(one.found_id)} - {one.found_id}
            for printed in (*name.aliases, name.name)
        ]
        self._renamed |= inherit_names(self._connection, heirs)
        return found

    def _before(self) -> dict[tuple[str, bool], tuple[int, Why]]:
        """What the names of this article were taken for earlier: what was decided stays."""
        if self._text.article_id is None:
            return {}
        rows = self._connection.execute(
            select(
                OccurrenceSpeaker.name,
                OccurrenceSpeaker.kind,
                OccurrenceSpeaker.speaker_id,
                OccurrenceSpeaker.why,
            )
            .join(Occurrence, Occurrence.id == OccurrenceSpeaker.occurrence_id)
            .where(Occurrence.article_id == self._text.article_id)
            .order_by(Occurrence.id.desc(), OccurrenceSpeaker.position.desc())
        )
        return {(fold(r.name), r.kind in NAMED): (r.speaker_id, Why(r.why)) for r in rows}

    def _load(self) -> list[Known]:
        """Everybody who is known by one of the names, or by a like one."""
        forms = [form_of(name.name) for name in self._named if name.kind in NAMED]
        folded = {fold(n) for name in self._named for n in (name.name, canonical(name))}
        bare = {form.soft_family for form in forms if form.is_bare or len(form.given) == 1}
        pairs = {(f.soft_family, g) for f in forms for g in {f.soft_given, f.soft_given[:1], ""}}
        values = {
            "folded": sorted(folded),
            "bare": sorted(bare),
            "families": [family for family, _ in sorted(pairs)],
            "givens": [given for _, given in sorted(pairs)],
            "kinds": list(NAMED),
        }
        known: dict[int, Known] = {}
        for row in fetch(self._connection, _BEARERS, values):
            speaker = known.setdefault(row.id, Known(row.id, row.name, SpeakerKind(row.kind)))
            speaker.aliases[row.folded] = row.alias
        self._load_descriptions(known)
        return list(known.values())

    def _load_descriptions(self, known: dict[int, Known]) -> None:
        if not known:
            return
        for row in fetch(self._connection, _DESCRIPTIONS, (sorted(known),)):
            dated = Dated(row.description, row.first_seen, row.last_seen)
            known[row.speaker_id].descriptions[row.folded] = dated

    def _choose(self, name: SpeakerName, before: tuple[int, Why] | None) -> None:
        choice = None
        if before is not None:
            known = next((k for k in self._known if k.id == before[0]), None)
            choice = Choice(known, before[1]) if known else None
        choice = choice or choose(name, self._known, self._text.published_at, self._company)
        known = choice.known
        if known is None:
            known = Known(None, canonical(name), name.kind, first=name)
            self._known.append(known)
        elif choice.why is Why.ADOPTED:
            known.name, known.kind, known.first = name.name, name.kind, name
        known.print(name, self._text.published_at)
        self._chosen[name] = (known, choice.why)

    def _company(self, several: Sequence[Known]) -> Known | None:
        """Of several the only one who stands in articles with people of this one."""
        ids = [k.id for k in several if k.id is not None]
        others = sorted({k.id for k, _ in self._chosen.values() if k.id is not None} - {*ids})
        if not ids or not others:
            return None
        here, there = aliased(Occurrence), aliased(Occurrence)
        beside = aliased(OccurrenceSpeaker)
        together = (
            select(here.id)
            .join(OccurrenceSpeaker, OccurrenceSpeaker.occurrence_id == here.id)
            .join(there, there.article_id == here.article_id)
            .join(beside, beside.occurrence_id == there.id)
            .where(OccurrenceSpeaker.speaker_id == Speaker.id)
            .where(among(beside.speaker_id, others[:_MOST_COMPANY]))
            .correlate(Speaker)
            .exists()
        )
        query = select(Speaker.id).where(among(Speaker.id, ids), together)
        found = set(self._connection.scalars(query))
        return next(k for k in several if k.id in found) if len(found) == 1 else None

    def _find_own(self, before: dict[tuple[str, bool], tuple[int, Why]]) -> None:
        """Unnamed speakers of this text, its copies, or the article's version before it."""
        if not self._own:
            return
        earlier = {i for (_, named), (i, _) in before.items() if not named}
        values = {
            "folded": sorted({fold(name.name) for name in self._own}),
            "kinds": list(OF_ONE_TEXT),
            "texts": list(self._text.texts),
            "earlier": sorted(earlier),
        }
        rows = fetch(self._connection, _OWN, values)
        known = {
            (row.folded, SpeakerKind(row.kind)): Known(row.id, "", SpeakerKind(row.kind))
            for row in rows
        }
        for name in self._own:
            key = (fold(name.name), name.kind)
            one = known.setdefault(key, Known(None, name.name, name.kind, first=name))
            one.print(name, None)
            self._chosen[name] = (one, Why.TEXT)

    def _write_rows(self) -> None:
        """Rename those who took a full name, and create those who are new."""
        known = list(dict.fromkeys(known for known, _ in self._chosen.values()))
        changed = [k for k in known if k.first is not None]
        slugs = free_slugs(self._connection, Speaker.slug, [self._slug_of(k) for k in changed])
        new = []
        for one, slug in zip(changed, slugs, strict=True):
            if one.id is None:
                new.append((one, slug))
            else:
                self._take_name(one, slug)
        if not new:
            return
        voices = self._voices([k for k, _ in new])
        for (one, _), speaker_id in zip(
            new, new_ids(self._connection, Speaker, len(new)), strict=True
        ):
            one.id = speaker_id
        insert_rows(
            self._connection,
            Speaker,
            [
                {
                    "id": one.id,
                    "name": one.name,
                    "slug": slug,
                    "kind": one.kind,
                    "description": one.first.description if one.first else None,
                    "source_id": voices.get(one.name),
                    "statement_count": 0,
                    "text_sha256": self._text.texts[0] if one.kind in OF_ONE_TEXT else None,
                }
                for one, slug in new
            ],
        )

    def _slug_of(self, known: Known) -> str:
        if known.kind not in OF_ONE_TEXT:
            return known.name
        # A number behind "officials" would mean nothing; a piece of the text's hash always fits.
        return f"{slugify(known.name)[:60]} {self._text.texts[0].hex()[:8]}"

    def _take_name(self, known: Known, slug: str) -> None:
        """The row of a bare surname takes the full name; one that a person gave stays."""
        given = Speaker.found_name.is_not(None)
        self._connection.execute(
            update(Speaker)
            .where(Speaker.id == known.id)
            .values(
                name=case((given, Speaker.name), else_=known.name),
                found_name=case((given, known.name)),
                slug=slug,
                kind=known.kind,
                description=known.first.description if known.first else None,
            )
        )

    def _voices(self, new: Sequence[Known]) -> dict[str, int]:
        """The Source rows of outlets that speak themselves ("the New York Times reports")."""
        outlets = [
            k.name
            for k in new
            if k.kind is SpeakerKind.ORGANIZATION
            and (outlet := find_outlet(k.name)) is not None
            and outlet.kind in VOICES
        ]
        return resolve_sources(self._connection, outlets)

    def _write_names(self) -> None:
        printed = [
            (known.id, alias)
            for known in dict.fromkeys(known for known, _ in self._chosen.values())
            for alias in known.printed.values()
            if known.id is not None
        ]
        self._renamed |= print_names(self._connection, printed)

    def _write_descriptions(self) -> None:
        at = self._text.published_at
        rows = {
            (known.id, fold(name.description)): name.description
            for name, (known, _) in self._chosen.items()
            if name.description and name.kind in NAMED
        }
        insert_rows(
            self._connection,
            SpeakerDescription,
            [
                {
                    "speaker_id": speaker_id,
                    "folded": folded,
                    "description": description,
                    "first_seen": at,
                    "last_seen": at,
                }
                for (speaker_id, folded), description in sorted(rows.items())
                if folded
            ],
            # Both functions ignore what is null.
            "ON CONFLICT (speaker_id, folded) DO UPDATE SET"
            " first_seen = least(speaker_description.first_seen, excluded.first_seen),"
            " last_seen = greatest(speaker_description.last_seen, excluded.last_seen)",
        )

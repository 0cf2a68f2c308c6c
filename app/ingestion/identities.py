"""What a speaker's row shows by the decisions in force: its survivor, its name, its aliases."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, func, select, tuple_, update

from app.extraction.folding import fold
from app.ingestion.aliases import inherit_names, words_of
from app.ingestion.decisions import Standing, evidence_of
from app.ingestion.forms import form_of
from app.models import (
    DecisionKind,
    Speaker,
    SpeakerAlias,
    SpeakerDecision,
    among,
)

_Names = set[tuple[int, str]]


def refresh_identities(
    connection: Connection, standing: Standing, speaker_ids: Collection[int]
) -> set[int]:
    """Bring these speakers' rows in line with the decisions; gives whose words are others now.

    `standing` holds every decision around them, undone ones too.
    """
    survivors = {i: standing.survivor_of(i) for i in speaker_ids}
    for speaker_id, survivor in sorted(survivors.items()):
        merged_into = None if survivor == speaker_id else survivor
        connection.execute(
            update(Speaker)
            .where(Speaker.id == speaker_id)
            .where(Speaker.merged_into_id.is_distinct_from(merged_into))
            .values(merged_into_id=merged_into)
        )
    new_names = _rename(connection, speaker_ids)
    before = words_of(connection, speaker_ids)
    wanted = _inherited(connection, standing, survivors) | {
        (heir, name) for i, name in new_names.items() for heir in (i, survivors[i])
    }
    _keep_only(connection, speaker_ids, wanted)
    inherit_names(connection, wanted)
    after = words_of(connection, speaker_ids)
    return {i for i in speaker_ids if before.get(i) != after.get(i)}


def _rename(connection: Connection, speaker_ids: Collection[int]) -> dict[int, str]:
    """Give those names that people chose, and the others back what ingestion found."""
    rows = connection.execute(
        select(SpeakerDecision.speaker_id, SpeakerDecision.name)
        .where(among(SpeakerDecision.speaker_id, speaker_ids))
        .where(SpeakerDecision.kind == DecisionKind.RENAME, SpeakerDecision.undone_at.is_(None))
        .order_by(SpeakerDecision.id)
    )
    chosen: dict[int, str] = {row.speaker_id: row.name for row in rows}
    found = func.coalesce(Speaker.found_name, Speaker.name)
    for speaker_id, name in sorted(chosen.items()):
        connection.execute(
            update(Speaker)
            .where(Speaker.id == speaker_id, Speaker.name != name)
            .values(name=name, found_name=found)
        )
    connection.execute(
        update(Speaker)
        .where(among(Speaker.id, set(speaker_ids) - chosen.keys()))
        .where(Speaker.found_name.is_not(None))
        .values(name=Speaker.found_name, found_name=None)
    )
    return chosen


def _inherited(connection: Connection, standing: Standing, survivors: dict[int, int]) -> _Names:
    """What survivors are called because others were merged into them, and halves of a split."""
    rows = connection.execute(
        select(SpeakerAlias.speaker_id, SpeakerAlias.alias)
        .where(among(SpeakerAlias.speaker_id, survivors), ~SpeakerAlias.inherited)
        .order_by(SpeakerAlias.speaker_id, SpeakerAlias.folded)
    ).all()
    names = {
        (survivors[row.speaker_id], row.alias)
        for row in rows
        if survivors[row.speaker_id] != row.speaker_id
    }
    made = {
        d.other_id for d in standing.decisions if d.kind is DecisionKind.SPLIT and not d.is_undone
    }
    halves = {standing.survivor_of(half) for half in made} | made
    bare = {form_of(row.alias).family: row.alias for row in rows if form_of(row.alias).is_bare}
    for evidence in evidence_of(connection, survivors) if made else ():
        speaker_id = standing.speaker_of(evidence.speaker_id, evidence.said)
        if speaker_id in halves:
            surname = bare.get(form_of(evidence.name).family)
            names.update((speaker_id, name) for name in (evidence.name, surname) if name)
    return names


def _keep_only(connection: Connection, speaker_ids: Collection[int], wanted: _Names) -> None:
    """Take away the inherited names that nothing brings any more."""
    keys = {(speaker_id, fold(name)) for speaker_id, name in wanted}
    rows = connection.execute(
        select(SpeakerAlias.speaker_id, SpeakerAlias.folded).where(
            among(SpeakerAlias.speaker_id, speaker_ids), SpeakerAlias.inherited
        )
    )
    gone = [tuple(row) for row in rows if tuple(row) not in keys]
    if gone:
        connection.execute(
            delete(SpeakerAlias)
            .where(tuple_(SpeakerAlias.speaker_id, SpeakerAlias.folded).in_(gone))
            .where(SpeakerAlias.inherited)
        )

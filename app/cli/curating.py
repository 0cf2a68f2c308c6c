"""Commands of people who decide about speakers: merge, split, rename, undo, history."""

from collections.abc import Callable
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from app.cli.console import open_database, out, plain
from app.db import AnyRow, translate_errors
from app.ingestion import curation
from app.ingestion.curation import Decided
from app.migrate import check_schema
from app.models import DecisionKind
from app.settings import get_settings

speakers = typer.Typer(help="Decisions about speakers, all undoable.", no_args_is_help=True)
_Speaker = Annotated[str, typer.Argument(help="Id, slug or exact name.")]


@speakers.command("merge")
def speakers_merge(speaker: _Speaker, into: _Speaker) -> None:
    """Have the first speaker be the same as the second, whose id survives. Writes the database."""
    decided = _in_database(lambda connection: curation.merge(connection, speaker, into))
    _tell(decided, f"speaker {decided.speaker_id} is {decided.other_id}")


@speakers.command("split")
def speakers_split(
    speaker: _Speaker,
    occurrence: Annotated[
        list[int] | None, typer.Option(help="Id of an occurrence of the other one; repeatable.")
    ] = None,
    description: Annotated[
        str | None, typer.Option(help="Words under which the other one is described.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What to call the other one.")] = None,
) -> None:
    """Give some of what a speaker says to a new speaker. Writes the database.

    Articles ingested later go to the one whose descriptions theirs fits, else to the first.
    """
    decided = _in_database(
        lambda connection: curation.split(connection, speaker, occurrence or [], description, name)
    )
    _tell(decided, f"speaker {decided.other_id} is not {decided.speaker_id}")


@speakers.command("rename")
def speakers_rename(
    speaker: _Speaker, name: Annotated[str, typer.Argument(help="The new name.")]
) -> None:
    """Call a speaker by another name; id and slug stay. Writes the database."""
    decided = _in_database(lambda connection: curation.rename(connection, speaker, name))
    _tell(decided, f"speaker {decided.speaker_id} is called {name}")


@speakers.command("undo")
def speakers_undo(
    decision: Annotated[int, typer.Argument(help="Id of the decision: see history.", min=1)],
) -> None:
    """Undo a decision, leaving all as it would be without it. Writes the database."""
    decided = _in_database(lambda connection: curation.undo(connection, decision))
    _tell(decided, "undone")


@speakers.command("history")
def speakers_history(speaker: _Speaker) -> None:
    """Show every decision that a speaker is the outcome of. Reads the database."""
    for row in _in_database(lambda connection: curation.history(connection, speaker)):
        undone = f", undone {row.undone_at:%Y-%m-%d %H:%M}" if row.undone_at else ""
        out.print(f"{row.id} {row.made_at:%Y-%m-%d %H:%M} {plain(_describe(row))}{undone}")


def _describe(row: AnyRow) -> str:
    if row.kind == DecisionKind.MERGE:
        return f"merge {row.speaker_id} into {row.other_id}"
    if row.kind == DecisionKind.RENAME:
        return f"rename {row.speaker_id} to {row.name}"
    picked = len(row.evidence["occurrences"])
    described = "; ".join(text for text, *_ in row.evidence["picked"])
    return (
        f"split {row.other_id} off {row.speaker_id}: {_count(picked, 'occurrence')}"
        + f" ({described})" * bool(described)
    )


def _in_database(decide: Callable[[Connection], Any]) -> Any:
    with open_database(get_settings()) as (_, engine):
        check_schema(engine)
        with translate_errors(), engine.begin() as connection:
            return decide(connection)


def _tell(decided: Decided, what: str) -> None:
    moved = (
        f"{_count(decided.occurrences, 'occurrence')}, {_count(decided.statements, 'statement')}"
    )
    out.print(f"decision {decided.decision_id}: {plain(what)} ({moved})")


def _count(n: int, thing: str) -> str:
    return f"{n} {thing}{'' if n == 1 else 's'}"

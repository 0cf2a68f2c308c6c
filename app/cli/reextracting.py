"""The command that reads stored articles again with the extractor installed now."""

from datetime import datetime
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from app.cli.console import err, open_database, out, plain
from app.cli.progress import shown_progress
from app.errors import StartupError
from app.ingestion.items import Item
from app.ingestion.pipeline import default_processes
from app.ingestion.reextract import Reextracted, Wanted
from app.ingestion.reextract import reextract as read_again
from app.migrate import check_schema
from app.models import Outcome
from app.moments import Moment
from app.settings import get_settings

commands = typer.Typer()
MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


@commands.command()
def reextract(
    since: Annotated[
        str | None, typer.Option(help="Only articles published (or read) since this date.")
    ] = None,
    article: Annotated[
        list[int] | None, typer.Option(help="Only the article of this id; repeatable.")
    ] = None,
    version: Annotated[
        str | None, typer.Option(help="Only what this version of the extractor read last.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what the installed extractor has read.")
    ] = False,
    dry_run: Annotated[bool, typer.Option(help="Show what would change; store nothing.")] = False,
    processes: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes in which to extract.")
    ] = None,
) -> None:
    """Run the installed extractor over stored articles that an older one read. Exit 1 if any fail.

    Reads and writes the database. Statements found again keep their ids, what is no longer found
    is withdrawn, decisions about speakers stand. Interrupted, it goes on where it ended.
    """
    wanted_since = _moment(since) if since else None
    wanted = Wanted(
        since=wanted_since, article_ids=tuple(article or ()), version=version, all=everything
    )
    settings = get_settings()
    number = processes or settings.ingest_processes or default_processes()
    with open_database(settings) as (_, engine), shown_progress(None, "reading again") as progress:
        check_schema(engine)
        report = read_again(
            engine,
            wanted,
            processes=number if number > 1 else 0,
            threads=settings.extraction_threads,
            dry_run=dry_run,
            progress=lambda article_id, done, total: progress(
                Item(f"article {article_id}", Outcome.UPDATED), done, total
            ),
        )
    _tell(report, dry_run=dry_run)
    if report.failures:
        raise typer.Exit(1)


def _moment(since: str) -> datetime:
    try:
        return MOMENT.validate_python(since)
    except ValidationError as error:
        raise StartupError(f"--since: {since[:40]} is not a date such as 2025-02-12") from error


def _tell(report: Reextracted, *, dry_run: bool) -> None:
    for article_id, reason in report.failures:
        err.print(f"failed: article {article_id}: {plain(reason)}")
    for kind, examples in report.examples.items():
        for example in examples:
            out.print(f"  {kind}: {plain(_short(example))}")
    would = "would be " if dry_run else ""
    out.print(
        f"{report.articles} article{'' if report.articles == 1 else 's'} {would}read again:"
        f" {report.kept} occurrences kept, {report.changed} changed, {report.new} new,"
        f" {report.withdrawn} withdrawn"
    )


def _short(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:159]}…"

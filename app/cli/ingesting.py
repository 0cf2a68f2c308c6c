"""Commands that write articles: ingest, split."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from app.cli.console import err, open_database, out, plain
from app.cli.progress import count_articles, shown_progress
from app.db import translate_errors
from app.errors import StartupError
from app.ingestion.inputs.files import list_files
from app.ingestion.metadata import Metadata
from app.ingestion.run import Report
from app.ingestion.run import ingest as run_ingestion
from app.ingestion.undo import split as part
from app.migrate import check_schema
from app.models import Outcome
from app.settings import Settings, get_settings

commands = typer.Typer()


@commands.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Text files, and folders of them.")],
    publisher: Annotated[str | None, typer.Option(help="Who published the articles.")] = None,
    published_at: Annotated[str | None, typer.Option(help="ISO 8601 date or date-time.")] = None,
    url: Annotated[str | None, typer.Option(help="Address of the article (one file).")] = None,
    title: Annotated[str | None, typer.Option(help="Title of the article (one file).")] = None,
    language: Annotated[str | None, typer.Option(help="ISO 639-1 code, such as en.")] = None,
    processes: Annotated[
        int | None,
        typer.Option(min=1, max=256, help="Processes (ONRECORD_INGEST_PROCESSES)."),
    ] = None,
) -> None:
    """Read articles, find their statements and store them. Exit status 1 if any failed.

    Reads .txt files and NAME.meta.json beside them (title, publisher, byline, url, published_at,
    language; options go first). Writes the database; the same bytes again change nothing.
    """
    given = {
        "publisher": publisher,
        "published_at": published_at,
        "url": url,
        "title": title,
        "language": language,
    }
    metadata = Metadata.model_validate(given)
    if (url or title) and len(list_files(paths)) > 1:
        raise StartupError("--url and --title describe one article, but several files were given")
    with open_database(get_settings()) as (settings, engine):
        check_schema(engine)
        report = run_with_progress(engine, paths, metadata, settings, processes)
    tell(report)
    if report.failures:
        raise typer.Exit(1)


def run_with_progress(
    engine: Engine,
    paths: list[Path],
    metadata: Metadata,
    settings: Settings,
    processes: int | None = None,
) -> Report:
    """Ingest with a progress bar on a terminal and log lines elsewhere."""
    with shown_progress(count_articles(paths)) as progress:
        return run_ingestion(
            engine,
            paths,
            metadata=metadata,
            max_bytes=settings.max_text_bytes,
            processes=processes or settings.ingest_processes,
            threads=settings.extraction_threads,
            progress=progress,
        )


def tell(report: Report) -> None:
    """Print what failed and why, and how many inputs had each outcome."""
    for item in report.failures:
        err.print(f"failed: {plain(item.input)}: {plain(item.reason or '')}")
    counts = ", ".join(f"{report.count(outcome)} {outcome.value}" for outcome in Outcome)
    unnamed = report.count(Outcome.FAILED) - len(report.failures)
    if unnamed:
        err.print(f"failed: {unnamed} more; table ingest_item, run {report.run_id}, has them all")
    inputs = "1 input" if report.total == 1 else f"{report.total} inputs"
    out.print(f"{inputs}: {counts}")


@commands.command()
def split(
    occurrence: Annotated[int, typer.Argument(help="Id of the occurrence.", min=1)],
) -> None:
    """Part an occurrence's wording from those that it was taken to be one utterance with.

    Reads and writes the database; the wordings that are parted are never joined again.
    """
    with open_database(get_settings()) as (_, engine):
        check_schema(engine)
        with translate_errors(), engine.begin() as connection:
            found = part(connection, occurrence)
    for statement_id, occurrence_ids in found.items():
        out.print(f"statement {statement_id}: occurrences {', '.join(map(str, occurrence_ids))}")

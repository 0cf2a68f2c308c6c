"""Commands that write articles: ingest, split."""

from dataclasses import replace
from typing import Annotated

import typer
from sqlalchemy import Engine

from app.cli.console import err, open_database, out, plain
from app.cli.progress import count_articles, shown_progress
from app.db import translate_errors
from app.errors import StartupError
from app.ingestion.fetching.fetcher import make_fetcher
from app.ingestion.fetching.visits import Visits
from app.ingestion.inputs import Kind, Reading, Web, list_inputs
from app.ingestion.metadata import Metadata
from app.ingestion.parsing.records import FIELDS
from app.ingestion.run import Report
from app.ingestion.run import ingest as run_ingestion
from app.ingestion.undo import split as part
from app.migrate import check_schema
from app.models import Outcome
from app.settings import Settings, get_settings

commands = typer.Typer()


@commands.command()
def ingest(
    inputs: Annotated[
        list[str],
        typer.Argument(help="Files, patterns, folders, URLs, and - for standard input."),
    ],
    publisher: Annotated[str | None, typer.Option(help="Who published the articles.")] = None,
    published_at: Annotated[str | None, typer.Option(help="ISO 8601 date or date-time.")] = None,
    url: Annotated[str | None, typer.Option(help="Address of the article (one input).")] = None,
    title: Annotated[str | None, typer.Option(help="Title of the article (one input).")] = None,
    language: Annotated[str | None, typer.Option(help="ISO 639-1 code, such as en.")] = None,
    kind: Annotated[Kind | None, typer.Option("--as", help="What the inputs are.")] = None,
    fields: Annotated[
        str | None, typer.Option("--map", help="Fields of a dump: title=headline,text=body.")
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(min=1, max=256, help="Processes (ONRECORD_INGEST_PROCESSES)."),
    ] = None,
    fetch: Annotated[bool, typer.Option(help="Fetch URLs, and what feeds link to.")] = True,
) -> None:
    """Read articles, find their statements and store them. Exit status 1 if any failed.

    Reads texts, pages, feeds, sitemaps, OPML, WARC, WACZ, JSON, NDJSON, CSV and ninjs, compressed
    too, and NAME.meta.json beside a file (title, publisher, byline, url, published_at, language;
    options go first). Writes the database; the same bytes again change nothing.
    """
    given = {
        "publisher": publisher,
        "published_at": published_at,
        "url": url,
        "title": title,
        "language": language,
    }
    settings = get_settings()
    settings = settings.model_copy(
        update={"ingest_processes": processes or settings.ingest_processes}
    )
    metadata = Metadata.model_validate(given)
    reading = Reading(metadata, settings.max_text_bytes, kind, _mapped(fields))
    if (url or title) and len(list_inputs(inputs)) > 1:
        raise StartupError("--url and --title describe one article, but several files were given")
    with open_database(settings) as (_, engine):
        check_schema(engine)
        if fetch:
            report = _ingest_with_web(engine, inputs, reading, settings)
        else:
            report = run_with_progress(engine, inputs, reading, settings)
    tell(report)
    if report.failures:
        raise typer.Exit(1)


def _mapped(fields: str | None) -> tuple[tuple[str, str], ...]:
    """`title=headline,text=body` as pairs. Raises StartupError naming what is wrong."""
    pairs = []
    for pair in (fields or "").split(","):
        ours, _, theirs = (part.strip() for part in pair.partition("="))
        if not pair.strip():
            continue
        if ours not in FIELDS or not theirs:
            raise StartupError(
                f"--map {pair.strip()}: write FIELD=NAME; fields are {', '.join(FIELDS)}"
            )
        pairs.append((ours, theirs))
    return tuple(pairs)


def _ingest_with_web(
    engine: Engine, inputs: list[str], reading: Reading, settings: Settings
) -> Report:
    visits = Visits(engine)
    with make_fetcher(settings) as fetcher:
        online = replace(reading, web=Web(fetcher, visits))
        report = run_with_progress(engine, inputs, online, settings)
    visits.settle()
    return report


def run_with_progress(
    engine: Engine, inputs: list[str], reading: Reading, settings: Settings
) -> Report:
    """Ingest with a progress bar on a terminal and log lines elsewhere."""
    with shown_progress(count_articles(inputs)) as progress:
        return run_ingestion(
            engine,
            inputs,
            reading=reading,
            processes=settings.ingest_processes,
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

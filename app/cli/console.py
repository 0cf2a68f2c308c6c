"""What every command needs: consoles, text made safe to print, settings and a database."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from rich.console import Console
from rich.markup import escape
from sqlalchemy import Engine

from app.db import make_engine
from app.embedded import embedded_postgres
from app.migrate import migrate as run_migrations
from app.settings import Settings

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)
log = logging.getLogger("onrecord")


def plain(text: str) -> str:
    """Text from outside, made safe to print: no control characters, no markup."""
    return escape(_printable(text))


class OneLine(logging.Formatter):
    """Log lines that nothing from outside can begin: what is in them is indented or replaced."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's line; those of a trace follow, indented."""
        first, *others = super().format(record).split("\n")
        return "\n    ".join(_printable(line) for line in (first, *others))


def _printable(line: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in line)


@contextmanager
def open_database(settings: Settings) -> Iterator[tuple[Settings, Engine]]:
    """Settings with a database that answers, and an engine; the embedded one is migrated."""
    given = settings.database_url
    with nullcontext(given) if given else embedded_postgres(settings.data_dir) as url:
        engine = make_engine(url)
        try:
            if given is None:
                run_migrations(engine)
            yield settings.model_copy(update={"database_url": url}), engine
        finally:
            engine.dispose()

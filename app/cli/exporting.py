"""The command that writes the statements of a query to a file."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from app.cli.console import err, open_database
from app.errors import StartupError
from app.export import export as run_export
from app.export import find_format, read_query
from app.formats import Origin
from app.migrate import check_schema
from app.queries.filters import StatementExport
from app.settings import get_settings

commands = typer.Typer()


@commands.command()
def export(
    query: Annotated[
        str, typer.Argument(help="Filters as in a URL: 'speaker=Peskov&sort=id'. None: everything.")
    ] = "",
    suffix: Annotated[
        str, typer.Option("--format", help="csv, ndjson, jsonld, atom or feed.json.")
    ] = "ndjson",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; without it, stdout.")
    ] = None,
    base_url: Annotated[
        str, typer.Option(help="Where the API stands, for the URLs in the export.")
    ] = "http://127.0.0.1:8000",
) -> None:
    """Write the statements of a query to a file or stdout. Reads the database, from one snapshot.

    A FILE appears only once it is complete; what goes to stdout is complete if the exit status
    is 0.
    """
    form, parameters = find_format(suffix), read_query(StatementExport, query)
    origin = Origin(base_url.rstrip("/"), query.removeprefix("?"))
    with open_database(get_settings()) as (settings, engine):
        check_schema(engine)
        engine.dispose()
        with _whole_file(output) if output else nullcontext(sys.stdout.buffer) as out_file:
            count = asyncio.run(run_export(settings, parameters, form, origin, out_file))
    err.print(f"{count} statement{'' if count == 1 else 's'}")


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name only if all went well."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as stream:
            yield stream
        part.replace(path)
    except OSError as error:
        raise StartupError(f"cannot write {path}: {error.strerror}") from error
    finally:
        with suppress(OSError):
            part.unlink()

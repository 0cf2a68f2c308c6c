"""Commands over API keys."""

from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from app.cli.console import err, open_database, out, plain
from app.db import translate_errors
from app.ingestion.keys import create_key, list_keys, revoke_key
from app.migrate import check_schema
from app.models import KeyScope
from app.settings import get_settings

keys = typer.Typer(help="Keys of the API.", no_args_is_help=True)


@keys.command("create")
def keys_create(
    name: Annotated[str, typer.Option(help="Whose key it is, to tell it by.")],
    scope: Annotated[
        list[KeyScope] | None, typer.Option(help="What it allows beyond reading; repeatable.")
    ] = None,
) -> None:
    """Make a key and print it, this once: only its hash is kept. Writes the database."""
    with open_database(get_settings()) as (_, engine):
        check_schema(engine)
        with translate_errors(), engine.begin() as connection:
            token = create_key(connection, name, scope or [])
    err.print("Keep it: it cannot be shown again.")
    out.print(token)


@keys.command("list")
def keys_list() -> None:
    """Show every key, without the key itself, and when it was last used. Reads the database."""
    with open_database(get_settings()) as (_, engine):
        check_schema(engine)
        with translate_errors(), engine.connect() as connection:
            rows = list_keys(connection)
    table = Table("id", "name", "begins with", "scopes", "created", "last used", "revoked")
    for row in rows:
        moments = (_minute(row.created_at), _minute(row.last_used_at), _minute(row.revoked_at))
        table.add_row(
            str(row.id), plain(row.name), f"{row.hint}…", ", ".join(row.scopes) or "read", *moments
        )
    out.print(table)


def _minute(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


@keys.command("revoke")
def keys_revoke(name: Annotated[str, typer.Argument(help="The key's name.")]) -> None:
    """Have a key be refused from the next request on. Writes the database."""
    with open_database(get_settings()) as (_, engine):
        check_schema(engine)
        with translate_errors(), engine.begin() as connection:
            revoke_key(connection, name)
    out.print(f"{plain(name)} is revoked")

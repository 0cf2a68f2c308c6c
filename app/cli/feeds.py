"""Commands over the feeds that workers poll."""

from typing import Annotated

import typer
from rich.table import Table

from app.cli.console import open_database, out, plain
from app.db import translate_errors
from app.ingestion.feeds import LONGEST, SHORTEST, add_feed, list_feeds, remove_feed
from app.migrate import check_schema
from app.settings import get_settings

feeds = typer.Typer(help="Feeds that workers poll.", no_args_is_help=True)


@feeds.command("add")
def feeds_add(
    url: Annotated[str, typer.Argument(help="A feed, a sitemap, or an OPML list of feeds.")],
    every: Annotated[
        int, typer.Option(help="Minutes between polls.", min=SHORTEST // 60, max=LONGEST // 60)
    ] = 15,
) -> None:
    """Have workers poll a feed, or change how often. Writes the database."""
    with open_database(get_settings()) as (_, engine):
        check_schema(engine)
        with translate_errors(), engine.begin() as connection:
            add_feed(connection, url, every * 60)
    out.print(f"{plain(url)} is polled every {every} minutes")


@feeds.command("list")
def feeds_list() -> None:
    """Show every feed, when it was polled, and why the last polls failed. Reads the database."""
    with open_database(get_settings()) as (_, engine):
        check_schema(engine)
        with translate_errors(), engine.connect() as connection:
            rows = list_feeds(connection)
    table = Table("url", "minutes", "polled", "next", "failed", "reason")
    for row in rows:
        table.add_row(
            plain(row.url),
            f"{row.interval_seconds / 60:g}",
            f"{row.polled_at:%Y-%m-%d %H:%M}" if row.polled_at else "",
            f"{row.next_poll_at:%Y-%m-%d %H:%M}",
            str(row.failures or ""),
            plain(row.reason or ""),
        )
    out.print(table)


@feeds.command("remove")
def feeds_remove(url: Annotated[str, typer.Argument(help="As it was added.")]) -> None:
    """Have a feed polled no more; its articles stay. Writes the database."""
    with open_database(get_settings()) as (_, engine):
        check_schema(engine)
        with translate_errors(), engine.begin() as connection:
            remove_feed(connection, url)
    out.print(f"{plain(url)} is polled no more")

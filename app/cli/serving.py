"""Commands that serve the API and migrate its database."""

from typing import Annotated

import typer

from app.cli.console import open_database, out
from app.migrate import check_schema
from app.migrate import migrate as run_migrations
from app.serve import bind, serve_forever
from app.settings import Settings, get_settings

commands = typer.Typer()


@commands.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Port to serve on (PORT).")] = None,
) -> None:
    """Serve the API and Swagger UI. Reads the database, writes nothing."""
    settings = on_port(port)
    sock = bind(settings.host, settings.port)
    with sock, open_database(settings) as (ready, engine):
        check_schema(engine)
        engine.dispose()
        serve_forever(ready, sock, print_urls)


def on_port(port: int | None) -> Settings:
    """The settings, with this port where one is given."""
    return get_settings() if port is None else Settings.model_validate({"PORT": port})


def print_urls(base: str) -> None:
    """Three addresses to try."""
    out.print("\nOn Record is up. Three to try:")
    out.print(f"  {base}/docs")
    out.print(f"  {base}/statements?speaker=Peskov")
    out.print(f"  {base}/statements?topic=NATO&kind=direct\n")


@commands.command()
def migrate() -> None:
    """Bring the database to this version's schema. Writes the schema, keeps all data."""
    with open_database(get_settings()) as (_, engine):
        run_migrations(engine)
        check_schema(engine)
    out.print("the schema is up to date")

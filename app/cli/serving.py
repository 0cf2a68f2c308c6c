"""Commands that serve the API: up, serve, migrate."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import open_database, out
from app.cli.ingesting import run_with_progress, tell
from app.ingestion.inputs import Reading
from app.migrate import check_schema
from app.migrate import migrate as run_migrations
from app.serve import bind, serve_forever
from app.settings import Settings, get_settings

commands = typer.Typer()
_HERE = Path(__file__).parent.parent
# Beside the package in a checkout, inside it in an installed wheel.
_SEEDS = next((p for p in (_HERE.parent / "seeds", _HERE / "_seeds") if p.is_dir()), Path("seeds"))


@commands.command()
def up(
    seeds: Annotated[Path, typer.Option(help="Folder whose articles are ingested first.")] = _SEEDS,
    port: Annotated[int | None, typer.Option(help="Port to serve on (PORT).")] = None,
) -> None:
    """Database, migrations, the articles in seeds/, then the API: what `make run` calls.

    Reads seeds/, writes the database and, without DATABASE_URL, DATA_DIR.
    """
    settings = _on_port(port)
    sock = bind(settings.host, settings.port)
    with sock, open_database(settings) as (ready, engine):
        run_migrations(engine)
        if seeds.is_dir():
            reading = Reading(max_bytes=settings.max_text_bytes)
            tell(run_with_progress(engine, [str(seeds)], reading, settings))
        engine.dispose()
        serve_forever(ready, sock, _print_urls)


@commands.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Port to serve on (PORT).")] = None,
) -> None:
    """Serve the API and Swagger UI. Reads the database, writes nothing."""
    settings = _on_port(port)
    sock = bind(settings.host, settings.port)
    with sock, open_database(settings) as (ready, engine):
        check_schema(engine)
        engine.dispose()
        serve_forever(ready, sock, _print_urls)


def _on_port(port: int | None) -> Settings:
    return get_settings() if port is None else Settings.model_validate({"PORT": port})


def _print_urls(base: str) -> None:
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

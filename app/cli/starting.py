"""The command that does everything that a first run needs."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import open_database
from app.cli.ingesting import run_with_progress, tell
from app.cli.serving import on_port, print_urls
from app.ingestion.inputs import Reading
from app.migrate import migrate as run_migrations
from app.serve import bind, serve_forever

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
    settings = on_port(port)
    sock = bind(settings.host, settings.port)
    with sock, open_database(settings) as (ready, engine):
        run_migrations(engine)
        if seeds.is_dir():
            reading = Reading(max_bytes=settings.max_text_bytes)
            tell(run_with_progress(engine, [str(seeds)], reading, settings))
        engine.dispose()
        serve_forever(ready, sock, print_urls)

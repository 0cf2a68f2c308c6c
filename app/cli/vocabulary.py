"""Commands over the vocabulary of topics."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import open_database, out
from app.ingestion.vocabulary import import_topics, read_vocabulary
from app.migrate import check_schema
from app.settings import get_settings

topics = typer.Typer(help="The vocabulary of topics.", no_args_is_help=True)


@topics.command("import")
def topics_import(
    file: Annotated[Path, typer.Argument(help="IPTC's JSON, or tab-separated values.")],
) -> None:
    """Store a vocabulary of IPTC Media Topics: names, parents, definitions, labels.

    Reads the JSON that IPTC serves, or a table with a first line `code name [parent] [definition]
    [wikidata]`. Writes topics and their aliases, all of them or, where one is wrong, none.
    """
    concepts = read_vocabulary(file)
    with open_database(get_settings()) as (_, engine):
        check_schema(engine)
        done = import_topics(engine, concepts)
    out.print(
        f"{len(concepts)} topics: {done.new} new, {done.updated} updated,"
        f" {done.unchanged} unchanged"
    )

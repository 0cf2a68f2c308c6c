"""The `onrecord` command. Each command says what it reads and writes; all honour DATABASE_URL."""

import asyncio
import json
import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Annotated, Any, BinaryIO, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Engine

from app.db import make_engine, translate_errors
from app.embedded import embedded_postgres
from app.errors import InputRejectedError, OnRecordError, StartupError
from app.export import export as run_export
from app.export import find_format, read_query
from app.extraction import extract
from app.extraction.exchange import as_json
from app.extraction.tagger import use_threads
from app.extraction.types import Attribution
from app.formats import Origin
from app.ingestion.documents import Document
from app.ingestion.metadata import Metadata, describe
from app.ingestion.readers import list_files, parse, read_raw
from app.ingestion.run import Item, Report, extract_from
from app.ingestion.run import ingest as run_ingestion
from app.ingestion.undo import split as part
from app.ingestion.vocabulary import import_topics, read_vocabulary
from app.migrate import check_schema
from app.migrate import migrate as run_migrations
from app.models import Outcome
from app.moments import parse_moment
from app.queries.filters import StatementExport
from app.serve import TERMINATED, bind, serve_forever
from app.settings import Settings, get_settings

cli = typer.Typer(
    name="onrecord",
    help="Who said what, where it stands, and how we know.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
topics = typer.Typer(help="The vocabulary of topics.", no_args_is_help=True)
cli.add_typer(topics, name="topics")
_HERE = Path(__file__).parent
# Beside the package in a checkout, inside it in an installed wheel.
_SEEDS = next((p for p in (_HERE.parent / "seeds", _HERE / "_seeds") if p.is_dir()), Path("seeds"))

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)
log = logging.getLogger("onrecord")


def plain(text: str) -> str:
    """Text from outside, made safe to print: no control characters, no markup."""
    return escape("".join(c if c.isprintable() else "\ufffd" for c in text))


def main() -> NoReturn:
    """The console script: expected failures are one line on stderr and exit status 1."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        settings = get_settings()
        use_threads(settings.extraction_threads)
        logging.basicConfig(
            level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(message)s"
        )
        # Alembic and the embedded server's package tell every step; what matters comes as errors.
        for noisy in ("alembic", "embedded_postgres"):
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


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[Settings, Engine]]:
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


@cli.command()
def up(
    seeds: Annotated[Path, typer.Option(help="Folder whose articles are ingested first.")] = _SEEDS,
    port: Annotated[int | None, typer.Option(help="Port to serve on (PORT).")] = None,
) -> None:
    """Database, migrations, the articles in seeds/, then the API: what `make run` calls.

    Reads seeds/, writes the database and, without DATABASE_URL, DATA_DIR.
    """
    settings = _on_port(port)
    sock = bind(settings.host, settings.port)
    with sock, _database(settings) as (ready, engine):
        run_migrations(engine)
        if seeds.is_dir():
            _tell(_run(engine, [seeds], Metadata(), ready))
        engine.dispose()
        serve_forever(ready, sock, _print_urls)


@cli.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Port to serve on (PORT).")] = None,
) -> None:
    """Serve the API and Swagger UI. Reads the database, writes nothing."""
    settings = _on_port(port)
    sock = bind(settings.host, settings.port)
    with sock, _database(settings) as (ready, engine):
        check_schema(engine)
        engine.dispose()
        serve_forever(ready, sock, _print_urls)


@cli.command()
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
    with _database(get_settings()) as (settings, engine):
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


def _on_port(port: int | None) -> Settings:
    return get_settings() if port is None else Settings.model_validate({"PORT": port})


def _print_urls(base: str) -> None:
    out.print("\nOn Record is up. Three to try:")
    out.print(f"  {base}/docs")
    out.print(f"  {base}/statements?speaker=Peskov")
    out.print(f"  {base}/statements?topic=NATO&kind=direct\n")


@cli.command()
def migrate() -> None:
    """Bring the database to this version's schema. Writes the schema, keeps all data."""
    with _database(get_settings()) as (_, engine):
        run_migrations(engine)
        check_schema(engine)
    out.print("the schema is up to date")


@cli.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Text files, and folders of them.")],
    publisher: Annotated[str | None, typer.Option(help="Who published the articles.")] = None,
    published_at: Annotated[str | None, typer.Option(help="ISO 8601 date or date-time.")] = None,
    url: Annotated[str | None, typer.Option(help="Address of the article (one file).")] = None,
    title: Annotated[str | None, typer.Option(help="Title of the article (one file).")] = None,
    language: Annotated[str | None, typer.Option(help="ISO 639-1 code, such as en.")] = None,
) -> None:
    """Read articles, find their statements and store them. Exit status 1 if any failed.

    Reads .txt files and NAME.meta.json beside them (title, publisher, byline, url, published_at,
    language; options go first). Writes the database; the same bytes again change nothing.
    """
    given = {
        "publisher": publisher,
        "published_at": published_at,
        "url": url,
        "title": title,
        "language": language,
    }
    metadata = Metadata.model_validate(given)
    if (url or title) and len(list_files(paths)) > 1:
        raise StartupError("--url and --title describe one article, but several files were given")
    with _database(get_settings()) as (settings, engine):
        check_schema(engine)
        report = _run(engine, paths, metadata, settings)
    _tell(report)
    if report.failures:
        raise typer.Exit(1)


def _run(engine: Engine, paths: list[Path], metadata: Metadata, settings: Settings) -> Report:
    """Ingest with a progress bar on a terminal and log lines elsewhere."""
    bar = Progress(
        TextColumn("ingesting"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=err,
        disable=not err.is_terminal,
    )
    task = bar.add_task("", total=None)

    def progress(item: Item, done: int, total: int) -> None:
        bar.update(task, completed=done, total=total, description=plain(Path(item.input).name))
        if not err.is_terminal:
            log.info("%d of %d: %s %s", done, total, item.outcome.value, ascii(item.input))

    with bar:
        return run_ingestion(
            engine,
            paths,
            metadata=metadata,
            max_bytes=settings.max_text_bytes,
            progress=progress,
        )


def _tell(report: Report) -> None:
    for item in report.failures:
        err.print(f"failed: {plain(item.input)}: {plain(item.reason or '')}")
    counts = ", ".join(f"{report.count(outcome)} {outcome.value}" for outcome in Outcome)
    inputs = "1 input" if len(report.items) == 1 else f"{len(report.items)} inputs"
    out.print(f"{inputs}: {counts}")


@cli.command()
def split(
    occurrence: Annotated[int, typer.Argument(help="Id of the occurrence.", min=1)],
) -> None:
    """Part an occurrence's wording from those that it was taken to be one utterance with.

    Reads and writes the database; the wordings that are parted are never joined again.
    """
    with _database(get_settings()) as (_, engine):
        check_schema(engine)
        with translate_errors(), engine.begin() as connection:
            found = part(connection, occurrence)
    for statement_id, occurrence_ids in found.items():
        out.print(f"statement {statement_id}: occurrences {', '.join(map(str, occurrence_ids))}")


@cli.command("extract")
def extract_command(
    files: Annotated[list[Path] | None, typer.Argument(help="Text files.")] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read and write JSON lines on stdin and stdout.")
    ] = False,
) -> None:
    """Print the statements in text files. Uses no database, writes nothing.

    With --jsonl: lines {"doc_id", "text"[, "title", "url", "published_at", "publisher"]} in,
    lines {"doc_id", "attributions": […]} out, in order; a line that cannot be read is told on
    stderr and left out, and the exit status is 1.
    """
    if jsonl == bool(files):
        raise StartupError("give either FILE… or --jsonl")
    failed = _extract_lines() if jsonl else _extract_files(files or [])
    if failed:
        raise typer.Exit(1)


def _extract_lines() -> bool:
    failed = False
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            document = _read_line(line)
        except (ValueError, RecursionError) as error:
            failed = True
            err.print(f"line {number}: {plain(str(error))}")
            continue
        attributions = _attributions(document)
        answer = {"doc_id": document["doc_id"], "attributions": [as_json(a) for a in attributions]}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return failed


def _read_line(line: bytes) -> dict[str, Any]:
    document = json.loads(line)
    if not isinstance(document, dict) or not isinstance(document.get("text"), str):
        raise ValueError('needs an object with "doc_id" and "text"')
    if "doc_id" not in document:
        raise ValueError('"doc_id" is missing')
    for name in ("title", "publisher"):
        if not isinstance(document.get(name), str | None):
            raise ValueError(f'"{name}" must be a string or null')
    if document.get("published_at") is not None:
        document["published_at"] = parse_moment(document["published_at"])
    return document


def _attributions(document: dict[str, Any]) -> list[Attribution]:
    return extract(
        document["text"],
        title=document.get("title"),
        publisher=document.get("publisher"),
        published_at=document.get("published_at"),
    )


def _extract_files(files: list[Path]) -> bool:
    failed = False
    for path in list_files(files):
        try:
            document = parse(read_raw(path, Metadata(), get_settings().max_text_bytes))
        except InputRejectedError as error:
            failed = True
            err.print(f"failed: {plain(str(path))}: {plain(error.detail)}")
            continue
        out.print(f"[bold]{plain(str(path))}[/bold]")
        _print_statements(document)
    return failed


def _print_statements(document: Document) -> None:
    for attribution in extract_from(document):
        if not attribution.statement:
            continue
        who = " and ".join(s.name for s in attribution.speakers) or "nobody known"
        how = [attribution.kind.value, attribution.act.value]
        how += [attribution.medium.value] if attribution.medium else []
        how += [f"via {' → '.join(attribution.via)}"] if attribution.via else []
        words = " … ".join(" ".join(document.text[s:e].split()) for s, e in attribution.content)
        out.print(f"\n[bold]{plain(who)}[/bold] ({plain(', '.join(how))})\n  {plain(words)}")


@topics.command("import")
def topics_import(
    file: Annotated[Path, typer.Argument(help="IPTC's JSON, or tab-separated values.")],
) -> None:
    """Store a vocabulary of IPTC Media Topics: names, parents, definitions, labels.

    Reads the JSON that IPTC serves, or a table with a first line `code name [parent] [definition]
    [wikidata]`. Writes topics and their aliases, all of them or, where one is wrong, none.
    """
    concepts = read_vocabulary(file)
    with _database(get_settings()) as (_, engine):
        check_schema(engine)
        done = import_topics(engine, concepts)
    out.print(
        f"{len(concepts)} topics: {done.new} new, {done.updated} updated,"
        f" {done.unchanged} unchanged"
    )

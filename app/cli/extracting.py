"""The command that prints the statements in texts, without a database."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.console import err, out, plain
from app.errors import InputRejectedError, StartupError
from app.extraction import extract
from app.extraction.exchange import as_json
from app.extraction.types import Attribution
from app.ingestion.documents import Document
from app.ingestion.inputs import Reading, Result, read_inputs
from app.ingestion.parsing import parse
from app.ingestion.preparing import extract_from
from app.ingestion.raw import Raw, Unreadable
from app.moments import parse_moment
from app.settings import get_settings

commands = typer.Typer()


@commands.command("extract")
def extract_command(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Texts, pages, dumps, archives.")
    ] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read and write JSON lines on stdin and stdout.")
    ] = False,
) -> None:
    """Print the statements in files. Uses no database, fetches nothing, writes nothing.

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
    for raw in read_inputs(files, Reading(max_bytes=get_settings().max_text_bytes)):
        try:
            document = _parse(raw)
        except InputRejectedError as error:
            failed = True
            err.print(f"failed: {plain(raw.name)}: {plain(error.detail)}")
            continue
        out.print(f"[bold]{plain(raw.name)}[/bold]")
        _print_statements(document)
    return failed


def _parse(raw: Result) -> Document:
    if not isinstance(raw, Raw):
        raise InputRejectedError(raw.reason if isinstance(raw, Unreadable) else "not read")
    return parse(raw)


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

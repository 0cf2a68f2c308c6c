"""What became of the inputs of a run, articles written among them."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from app.ingestion.articles import Written, write_article
from app.ingestion.documents import storable
from app.ingestion.prepared import Prepared
from app.ingestion.rows import insert_rows
from app.models import IngestItem, Outcome


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one input; `reason` is set where it failed."""

    input: str
    outcome: Outcome
    reason: str | None = None
    article_id: int | None = None


def keep_items(connection: Connection, run_id: int, items: Iterable[Item]) -> None:
    """Note what became of inputs of a run."""
    rows = [
        {
            "run_id": run_id,
            "input": storable(item.input),
            "outcome": item.outcome,
            "reason": storable(item.reason) if item.reason else None,
            "article_id": item.article_id,
        }
        for item in items
    ]
    insert_rows(connection, IngestItem, rows)


def write_with_item(connection: Connection, run_id: int, prepared: Prepared) -> Written:
    """Write an article and its item: in the caller's transaction both are there, or neither."""
    written = write_article(connection, prepared.document, prepared.drafts)
    item = Item(prepared.name, written.outcome, article_id=written.article_id)
    keep_items(connection, run_id, [item])
    return written

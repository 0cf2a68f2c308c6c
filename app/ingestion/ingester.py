"""Ingesting articles one by one, for the API and for workers."""

import hashlib
from collections.abc import Callable

from sqlalchemy import Connection, Engine

from app.errors import InputRejectedError
from app.ingestion.articles import Written, find_repeat
from app.ingestion.documents import storable
from app.ingestion.extractors import Extractors
from app.ingestion.items import Item, keep_items, write_with_item
from app.ingestion.metadata import Metadata
from app.ingestion.prepared import Prepared
from app.ingestion.raw import Raw
from app.ingestion.retrying import retried
from app.ingestion.runs import run_of_today
from app.models import Outcome, RunKind

Also = Callable[[Connection, Written], None]


def nothing_more(_connection: Connection, _written: Written) -> None:
    """For articles with which nothing else is to be written."""


class Ingester:
    """Reads, extracts and writes an article at a time; each is an item of today's run."""

    def __init__(self, engine: Engine, extractors: Extractors, kind: RunKind) -> None:
        self.engine = engine
        self._extractors = extractors
        self._kind = kind

    def ingest(self, raw: Raw, also: Also = nothing_more, *, tell: bool = True) -> Written:
        """Store an article; `also` writes in the same transaction, all or nothing.

        Raises InputRejectedError with the reason, which with `tell` becomes an item of the run.
        """
        with self.engine.begin() as connection:
            run_id = run_of_today(connection, self._kind)
            known = find_repeat(connection, raw.origin, raw.metadata, raw.sha256)
            if known is not None:
                written = Written(known, Outcome.UNCHANGED)
                item = Item(raw.name, written.outcome, article_id=known)
                keep_items(connection, run_id, [item])
                also(connection, written)
                return written
        try:
            prepared = self.prepare(raw)
        except InputRejectedError as error:
            if tell:
                self.reject(raw.name, error.detail)
            raise
        return self._write(run_id, prepared, also)

    def prepare(self, raw: Raw) -> Prepared:
        """What would be stored. Raises InputRejectedError and TooBusyError."""
        return self._extractors.prepare(raw)

    def reject(self, name: str, reason: str) -> None:
        """Note an input that failed for good."""
        with self.engine.begin() as connection:
            run_id = run_of_today(connection, self._kind)
            keep_items(connection, run_id, [Item(name, Outcome.FAILED, reason)])

    def _write(self, run_id: int, prepared: Prepared, also: Also) -> Written:
        def write() -> Written:
            with self.engine.begin() as connection:
                written = write_with_item(connection, run_id, prepared)
                also(connection, written)
                return written

        return retried(write, prepared.name)


def raw_text(text: str, metadata: Metadata) -> Raw:
    """An article that was given as text rather than read from a place.

    Its URL is where it stands; one without a URL is known by its words alone.
    """
    content = storable(text).encode()
    origin = metadata.url or f"urn:sha256:{hashlib.sha256(content).hexdigest()}"
    return Raw(origin, metadata.title or origin, content, metadata)

"""Parsing and extraction of one article: all the work that needs neither files nor a database."""

import traceback

from app.errors import InputRejectedError
from app.extraction import extract
from app.extraction.types import Attribution
from app.ingestion.documents import Document
from app.ingestion.drafts import make_drafts
from app.ingestion.parsing import parse
from app.ingestion.prepared import Failed, Prepared, describe_fault
from app.ingestion.raw import Raw


def extract_from(document: Document) -> list[Attribution]:
    """The attributions in a document, in the light of what is known about it."""
    known = document.metadata
    return extract(
        document.text,
        title=known.title,
        publisher=known.publisher,
        published_at=known.published_at,
    )


def prepare(raw: Raw) -> Prepared | Failed:
    """Parse and extract; what goes wrong costs this article, with its reason."""
    try:
        document = parse(raw)
        return Prepared(raw.name, document, make_drafts(document, extract_from(document)))
    except InputRejectedError as error:
        return Failed(raw.name, error.detail)
    except Exception as error:
        # A fault of ours must not cost the rest of the batch; it is told, with its trace.
        return Failed(raw.name, describe_fault(error), traceback.format_exc())

"""From the bytes of an article to a document. Pure: no file, no network, no database."""

from collections.abc import Callable

from app.ingestion.documents import Document
from app.ingestion.parsing.pages import parse_content, parse_page
from app.ingestion.parsing.plain import decode, parse_text
from app.ingestion.parsing.records import parse_json, parse_row
from app.ingestion.raw import Form, Raw

__all__ = ["decode", "parse"]

_PARSERS: dict[Form, Callable[[Raw], Document]] = {
    Form.TEXT: parse_text,
    Form.HTML: parse_page,
    Form.CONTENT: parse_content,
    Form.JSON: parse_json,
    Form.CSV: parse_row,
}


def parse(raw: Raw) -> Document:
    """The document in the bytes, with title, publisher and language found where not given.

    Raises InputRejectedError with the reason for what holds no text.
    """
    return _PARSERS[raw.form](raw)

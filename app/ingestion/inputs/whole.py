"""Inputs that are one article: a text, a page."""

import hashlib

from app.errors import InputRejectedError
from app.ingestion.expanding import read_bounded
from app.ingestion.inputs.reading import Found, Input, Reading
from app.ingestion.raw import Form, Raw


def read_text(source: Input, reading: Reading) -> Found:
    """The one plain text."""
    yield _raw(source, reading, Form.TEXT)


def read_page(source: Input, reading: Reading) -> Found:
    """The one page."""
    yield _raw(source, reading, Form.HTML)


def _raw(source: Input, reading: Reading, form: Form) -> Raw:
    content = read_bounded(source.stream, reading.max_bytes)
    if not content.strip():
        raise InputRejectedError("empty: there is no text in it")
    return make_raw(source, source.origin, source.name, content, form, reading)


def make_raw(
    source: Input, origin: str, name: str, content: bytes, form: Form, reading: Reading
) -> Raw:
    """The bytes of an article in the input; what has no URI is known by its hash."""
    return Raw(
        origin=origin or f"urn:sha256:{hashlib.sha256(content).hexdigest()}",
        name=name,
        content=content,
        metadata=source.given,
        form=form,
        hints=source.hints,
        charset=source.charset,
        fields=reading.fields if form in (Form.JSON, Form.CSV) else (),
    )

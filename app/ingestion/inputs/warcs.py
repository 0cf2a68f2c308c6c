"""WARC archives: the pages that were fetched, each with the address it was fetched from."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from fastwarc.stream_io import ChunkedReader
from fastwarc.warc import ArchiveIterator, WarcRecordType

from app.errors import InputRejectedError
from app.ingestion.expanding import expand_deflate, expand_gzip, read_bounded
from app.ingestion.inputs.reading import Found, Input, Reading
from app.ingestion.inputs.whole import make_raw
from app.ingestion.metadata import Metadata
from app.ingestion.parsing.page_metadata import make_metadata
from app.ingestion.raw import Form, Unreadable
from app.ingestion.urls import canonical_url

_FORMS = {
    "text/html": Form.HTML,
    "application/xhtml+xml": Form.HTML,
    "text/plain": Form.TEXT,
}
_CHUNK_SIZE = re.compile(rb"[0-9a-fA-F]{1,8}[ ;\r]")
_TYPES = (WarcRecordType.response, WarcRecordType.resource, WarcRecordType.conversion)


class _Stream:
    """What fastwarc wants of a stream: it asks for its position and seeks to where it is."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        found = self._stream.read(size)
        self._at += len(found)
        return found

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        """Nothing: the stream is its opener's."""

    def seek(self, _offset: int, _whence: int = 0) -> int:
        return self._at


def read_warc(source: Input, reading: Reading) -> Found:
    """The pages and texts in the archive's responses; pictures, scripts and errors are left out."""
    none = True
    for record in _records(source.stream):
        none = False
        name = record.headers.get("WARC-Target-URI") or record.record_id or "a record"
        try:
            yield from _of_record(record, name, source, reading)
        except InputRejectedError as error:
            yield Unreadable(f"{source.name}: {name}", error.detail)
    if none:
        raise InputRejectedError("no WARC record is in it")


def _records(stream: BinaryIO) -> Iterator[Any]:
    try:
        yield from ArchiveIterator(
            _Stream(stream), parse_http=True, auto_decode="none", stream_detect=False
        )
    except InputRejectedError:
        raise  # the stream's own: what is compressed is cut off or a bomb
    except (OSError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputRejectedError(f"broken WARC: {reason}") from error


def _of_record(record: Any, name: str, source: Input, reading: Reading) -> Found:
    if record.record_type not in _TYPES:
        return
    http = record.http_headers
    if http is None and record.record_type == WarcRecordType.response:
        raise InputRejectedError("the archive ends, or is broken, in the middle of this record")
    if http is not None and http.status_code != 200:
        return
    media_type = record.http_content_type if http else record.headers.get("Content-Type", "")
    form = _FORMS.get((media_type or "").split(";")[0].strip().lower())
    if form is None:
        return
    content = _payload(record, reading.max_bytes)
    if not content.strip():
        return
    url = make_metadata({"url": canonical_url(name)}).url
    page = replace(
        source,
        hints=source.hints.over(Metadata(url=url)),
        charset=record.http_charset if http else None,
    )
    origin = record.record_id or ""
    yield make_raw(page, origin.strip("<>"), f"{source.name}: {name}", content, form, reading)


def _payload(record: Any, most: int) -> bytes:
    declared = record.content_length
    content: bytes = record.reader.read(most + 1)
    if len(content) > most:
        raise InputRejectedError(f"too large: more than {most:,} bytes")
    if len(content) < declared:
        raise InputRejectedError("the archive ends in the middle of this record")
    http = record.http_headers
    if http is None:
        return content
    if "chunked" in (http.get("Transfer-Encoding") or "").lower():
        content = _joined(content, most)
    encoding = (http.get("Content-Encoding") or "").strip().lower()
    # Archiving tools keep the header of what they have decoded already.
    if encoding in ("gzip", "x-gzip") and content.startswith(b"\x1f\x8b"):
        return read_bounded(expand_gzip(io.BytesIO(content)), most)
    if encoding == "deflate" and content[:1] == b"\x78":
        return read_bounded(expand_deflate(io.BytesIO(content)), most)
    if encoding in ("br", "zstd") and b"<" not in content[:200]:
        raise InputRejectedError(f"the page is compressed as {encoding}, which is not read here")
    return content


def _joined(content: bytes, most: int) -> bytes:
    """The chunks of a chunked body; what was joined by the archiving tool stays as it is."""
    if not _CHUNK_SIZE.match(content):
        return content
    try:
        joined: bytes = ChunkedReader(io.BytesIO(content)).read(most)
    except (OSError, ValueError, RuntimeError) as error:
        raise InputRejectedError("the chunks of the page's body are broken") from error
    return joined

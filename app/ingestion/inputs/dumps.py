"""Dumps: JSON, a JSON object a line, and tables. Nothing is parsed here beyond finding its end."""

import csv
import io
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import orjson

from app.errors import InputRejectedError
from app.ingestion.expanding import read_bounded
from app.ingestion.inputs.json_items import Item, split_array
from app.ingestion.inputs.reading import Found, Input, Reading
from app.ingestion.inputs.whole import make_raw
from app.ingestion.parsing.ninjs import is_ninjs
from app.ingestion.parsing.records import NAMES
from app.ingestion.raw import Form, Unreadable

_BOM = b"\xef\xbb\xbf"
# Bytes of a JSON object that holds its articles in a list: it is read at once.
_MOST_OBJECT = 20_000_000
_DELIMITERS = ",;\t|"


def read_ndjson(source: Input, reading: Reading) -> Found:
    """A record a line; blank lines are passed over."""
    most = reading.max_bytes
    number = 0
    while line := source.stream.readline(most + 1):
        number += 1
        name = f"{source.name}:{number}"
        if len(line) > most and not line.endswith(b"\n"):
            _skip_line(source.stream)
            yield Unreadable(name, f"too large: a line of more than {most:,} bytes")
            continue
        content = line.removeprefix(_BOM).strip() if number == 1 else line.strip()
        if content:
            origin = source.part(f"line={number}")
            yield make_raw(source, origin, name, content, Form.JSON, reading)


def _skip_line(stream: BinaryIO) -> None:
    while (rest := stream.readline(1_000_000)) and not rest.endswith(b"\n"):
        pass


def read_json(source: Input, reading: Reading) -> Found:
    """One record, an array of them, or an object that holds them in a list."""
    start = source.stream.read(64 * 1024)
    if start.removeprefix(_BOM).lstrip().startswith(b"["):
        for item in split_array(
            source.stream, start.removeprefix(_BOM).lstrip(), reading.max_bytes
        ):
            yield from _of_item(item, source, reading)
        return
    content = start + read_bounded(source.stream, _MOST_OBJECT)
    items = _items_in(content)
    if items is None:
        if len(content) > reading.max_bytes:
            raise InputRejectedError(f"too large: more than {reading.max_bytes:,} bytes")
        yield make_raw(source, source.origin, source.name, content.strip(), Form.JSON, reading)
        return
    for number, record in enumerate(items, 1):
        yield from _of_item(Item(number, orjson.dumps(record)), source, reading)


def _of_item(item: Item, source: Input, reading: Reading) -> Found:
    name = f"{source.name}: item {item.number}"
    if item.content is None:
        yield Unreadable(name, item.reason or "cannot be read")
    else:
        origin = source.part(f"item={item.number}")
        yield make_raw(source, origin, name, item.content, Form.JSON, reading)


def _items_in(content: bytes) -> list[Any] | None:
    """The records in an object such as {"articles": […]} or {"response": {"docs": […]}}."""
    try:
        value = orjson.loads(content)
    except ValueError:
        return None  # parsing it says why
    for _ in range(3):
        if not isinstance(value, dict) or is_ninjs(value) or _is_record(value):
            return None
        lists = [v for v in value.values() if isinstance(v, list) and v and isinstance(v[0], dict)]
        if lists:
            return max(lists, key=len)
        inner = [v for v in value.values() if isinstance(v, dict)]
        if len(inner) != 1:
            return None
        value = inner[0]
    return None


def _is_record(value: dict[str, Any]) -> bool:
    return any(isinstance(value.get(n), str) for n in (*NAMES["text"], *NAMES["html"]))


def read_csv(source: Input, reading: Reading) -> Found:
    """A row an article, under the names in the first row."""
    csv.field_size_limit(reading.max_bytes)
    # Bytes that are no UTF-8 pass through unchanged: each row is decoded by itself later.
    text = io.TextIOWrapper(source.stream, _encoding(source), "surrogateescape", newline="")
    try:
        yield from _rows(_Lines(text, reading.max_bytes), source, reading)
    finally:
        text.detach()  # the stream is its opener's to close


def _rows(lines: "_Lines", source: Input, reading: Reading) -> Found:
    first = lines.peek()
    delimiter = "\t" if _suffix(source) == ".tsv" else max(_DELIMITERS, key=first.count)
    rows = csv.reader(lines, delimiter=delimiter)
    header = _header(rows, reading)
    while True:
        before = rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Unreadable(_place(source, before, rows.line_num), str(error))
            continue
        if row is None:
            break
        if row:
            yield _of_row(
                row, header, before, _place(source, before, rows.line_num), source, reading
            )


def _of_row(
    row: list[str], header: list[str], number: int, name: str, source: Input, reading: Reading
) -> Any:
    if len(row) != len(header):
        return Unreadable(name, f"{len(row)} fields, but the first row names {len(header)}")
    written = io.StringIO(newline="")
    csv.writer(written).writerows((header, row))
    content = written.getvalue().encode("utf-8", "surrogateescape")
    if len(content) > reading.max_bytes:
        return Unreadable(name, f"too large: more than {reading.max_bytes:,} bytes")
    return make_raw(source, source.part(f"line={number}"), name, content, Form.CSV, reading)


def _place(source: Input, first: int, last: int) -> str:
    return f"{source.name}:{first}" + (f"-{last}" if last > first else "")


def _suffix(source: Input) -> str:
    return PurePosixPath(source.name).suffix.lower()


def _encoding(source: Input) -> str:
    start = source.stream.peek(2)[:2] if isinstance(source.stream, io.BufferedReader) else b""
    return "utf-16" if start in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _header(rows: Iterator[list[str]], reading: Reading) -> list[str]:
    """The names of the columns. Raises InputRejectedError where none of them holds the text."""
    try:
        header = [name.strip() for name in next(rows, [])]
    except csv.Error as error:
        raise InputRejectedError(f"no table: {error}") from error
    mapped = dict(reading.fields)
    names = [mapped[f]] if (f := "text") in mapped else [*NAMES["text"], *NAMES["html"]]
    if "html" in mapped:
        names.append(mapped["html"])
    if not any(name in header for name in names):
        shown = ", ".join(header)[:300]
        raise InputRejectedError(
            f"no column holds the text: there are {shown}; say which with --map text=COLUMN"
        )
    return header


class _Lines:
    """The lines of a text, none longer than the bound."""

    def __init__(self, text: io.TextIOWrapper, most: int) -> None:
        self._text = text
        self._most = most
        self._first: str | None = None

    def peek(self) -> str:
        """The first line, which is given again."""
        self._first = self._read()
        return self._first

    def _read(self) -> str:
        line = self._text.readline(self._most + 1)
        if len(line) > self._most:
            raise InputRejectedError(f"a line of more than {self._most:,} characters; not read on")
        return line

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line, self._first = self._first if self._first is not None else self._read(), None
        if not line:
            raise StopIteration
        return line

"""Records of dumps: a JSON object or a row of a table, its fields mapped to ours."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

import orjson
from pydantic import ValidationError

from app.errors import InputRejectedError
from app.ingestion.dates import find_moment
from app.ingestion.documents import Document, normalise
from app.ingestion.metadata import Metadata, describe
from app.ingestion.parsing.ninjs import from_ninjs, is_ninjs
from app.ingestion.parsing.pages import html_text
from app.ingestion.parsing.plain import check_words, decode, said_by
from app.ingestion.raw import Raw

# Our fields, and the names under which dumps have them; the first one that holds anything counts.
NAMES: dict[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "article", "article_text", "article_body", "articleBody",
             "body_text", "full_text", "fulltext", "maintext", "content_text", "story"),
    "html": ("html", "body_html", "content_html", "text_html"),
    "title": ("title", "headline", "name"),
    "publisher": ("publisher", "source", "source_name", "outlet", "site_name", "newspaper",
                  "publication"),
    "byline": ("byline", "author", "authors", "creator", "by"),
    "url": ("url", "link", "canonical_url", "source_url", "web_url", "webUrl"),
    "published_at": ("published_at", "published", "date_published", "datePublished", "publishedAt",
                     "publish_date", "published_on", "publication_date", "webPublicationDate",
                     "pub_date", "pubDate", "date", "timestamp"),
    "language": ("language", "lang", "inLanguage"),
    "id": ("id", "_id", "doc_id", "uuid", "guid", "uri"),
}  # fmt: skip
FIELDS = tuple(NAMES)
_LONGEST_ID = 300
_POSITION = re.compile(r"(?:line|item)=[0-9]+$")


def parse_json(raw: Raw) -> Document:
    """One record as JSON, an IPTC ninjs item too. Raises InputRejectedError with the reason."""
    record = _load(raw.content)
    if not isinstance(record, dict):
        raise InputRejectedError("no JSON object, but something else")
    if not raw.fields and is_ninjs(record):
        record = from_ninjs(record)
    return _document(raw, record)


def parse_row(raw: Raw) -> Document:
    """One row of a table under its column names. Raises InputRejectedError with the reason."""
    try:
        names, values = csv.reader(io.StringIO(decode(raw.content), newline=""))
    except (csv.Error, ValueError) as error:
        raise InputRejectedError(f"no row of a table: {error}") from error
    return _document(raw, dict(zip(names, values, strict=False)))


def _load(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except ValueError:
        pass
    # NaN, lone surrogates, another encoding: what orjson refuses and dumps hold.
    try:
        return json.loads(decode(content).removeprefix("\ufeff"), strict=False)
    except json.JSONDecodeError as error:
        raise InputRejectedError(f"not JSON: {error.msg} at character {error.pos}") from error
    except (ValueError, RecursionError) as error:
        raise InputRejectedError(f"not JSON: {error}") from error


def _document(raw: Raw, record: Mapping[str, Any]) -> Document:
    mapped = {ours: _value(record, names) for ours, names in _names(raw.fields).items()}
    text = normalise(_text(mapped))
    check_words(text)
    given = raw.metadata.over(_metadata(mapped))
    record_id = _string(mapped["id"])
    origin = raw.origin
    if record_id and len(record_id) <= _LONGEST_ID:
        # Stays the same where lines are added before it, unlike the number of its line.
        origin = _POSITION.sub(lambda _: f"id={quote(record_id, safe='')}", origin)
    return Document(origin, raw.sha256, text, given, said_by(text).over(raw.hints))


def _names(fields: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    chosen = dict(fields)
    names = {ours: (chosen[ours],) if ours in chosen else NAMES[ours] for ours in NAMES}
    if "html" in chosen and "text" not in chosen:
        names["text"] = ()
    return names


def _value(record: Mapping[str, Any], names: Iterable[str]) -> Any:
    found = (_at(record, name) for name in names)
    return next((value for value in found if value not in (None, "", [], {})), None)


def _at(record: Mapping[str, Any], path: str) -> Any:
    """The value of a name, or of a path of names with dots between them."""
    if path in record:
        return record[path]
    value: Any = record
    for name in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _text(mapped: Mapping[str, Any]) -> str:
    for field in ("text", "html"):
        value = mapped[field]
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            value = "\n".join(value)
        if value is None:
            continue
        if not isinstance(value, str):
            raise InputRejectedError(f"{field}: no string")
        return html_text(value) if field == "html" or _is_html(value) else value
    raise InputRejectedError("no text: none of its fields is named text, body, content or so")


def _is_html(value: str) -> bool:
    start = value[:2000].lower()
    return any(mark in start for mark in ("<p>", "<p ", "<div", "<br", "</p>", "<html"))


def _metadata(mapped: Mapping[str, Any]) -> Metadata:
    values = {
        name: _string(mapped[name]) for name in ("title", "publisher", "byline", "url", "language")
    }
    if values["language"]:
        values["language"] = values["language"].lower().replace("_", "-").partition("-")[0]
    published = mapped["published_at"]
    try:
        # A date that cannot be read is told by Metadata, with its field.
        moment = find_moment(published) or (None if published is None else str(published))
        return Metadata.model_validate(values | {"published_at": moment})
    except ValidationError as error:
        raise InputRejectedError(describe(error)) from error


def _string(value: Any) -> str | None:
    """A string of what dumps have for one: a name in an object, several in a list."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("title")
    if isinstance(value, list):
        value = ", ".join(filter(None, map(_string, value[:20])))
    if isinstance(value, (int, float)):
        value = str(value)
    if not isinstance(value, str):
        return None
    return " ".join(value.split()) or None

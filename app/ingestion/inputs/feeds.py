"""RSS, Atom and JSON feeds: entries that hold the whole article give it, others are followed."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import struct_time
from typing import Any
from urllib.parse import quote, urljoin

import feedparser
import orjson

from app.errors import InputRejectedError
from app.ingestion.dates import find_moment
from app.ingestion.expanding import read_bounded
from app.ingestion.inputs.reading import Found, Input, Link, Reading
from app.ingestion.inputs.whole import make_raw
from app.ingestion.metadata import Metadata
from app.ingestion.parsing.page_metadata import make_metadata
from app.ingestion.parsing.pages import html_text
from app.ingestion.parsing.plain import one_line
from app.ingestion.raw import Form, Unreadable
from app.ingestion.urls import canonical_url

# Characters of text from which `content` is taken for the whole article; less is a teaser.
_WHOLE = 1000
_MOST_ENTRIES = 10_000


@dataclass(frozen=True, slots=True)
class _Entry:
    number: int
    entry_id: str | None
    url: str | None
    content: str | None  # HTML
    hints: Metadata
    modified_at: datetime | None


def read_feed(source: Input, reading: Reading) -> Found:
    """The articles in the feed's entries, and links to those that it only tells of."""
    content = read_bounded(source.stream, reading.max_bytes)
    is_json = content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    seen: set[str] = set()
    found = False
    for entry in _json_entries(content, source) if is_json else _xml_entries(content, source):
        found = True
        key = canonical_url(entry.url) if entry.url else entry.entry_id
        if key is None or key not in seen:
            seen.update({key} if key else ())
            yield from _of_entry(entry, source, reading)
    if not found and not is_json:
        _check_empty(content)


def _of_entry(entry: _Entry, source: Input, reading: Reading) -> Found:
    name = entry.url or f"{source.name}: entry {entry.number}"
    is_whole = entry.content is not None and (
        entry.url is None or len(html_text(entry.content)) >= _WHOLE
    )
    if is_whole or (entry.content and reading.web is None):
        # By its URL: the same article is then one, whether it came in a feed or by itself.
        by_id = source.part("id=" + quote(entry.entry_id)) if entry.entry_id else ""
        origin = canonical_url(entry.url) if entry.url else by_id
        fed = Input(origin, name, source.stream, source.given, entry.hints, charset="utf-8")
        html = str(entry.content).encode("utf-8", "replace")
        yield make_raw(fed, origin, name, html, Form.CONTENT, reading)
    elif entry.url:
        yield Link(entry.url, entry.hints, entry.modified_at)
    else:
        yield Unreadable(name, "an entry with neither a link nor an article")


def _xml_entries(content: bytes, source: Input) -> Iterator[_Entry]:
    # feedparser never fetches what it is given as bytes. What it calls sanitising is left out:
    # only the text is taken, and nothing of the markup is ever shown.
    headers = {"content-type": f"text/xml; charset={source.charset}"} if source.charset else {}
    feed = feedparser.parse(
        io.BytesIO(content),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers=headers,
    )
    language = feed.feed.get("language")
    for number, entry in enumerate(feed.entries[:_MOST_ENTRIES], 1):
        link = entry.get("feedburner_origlink") or entry.get("link")
        url = _absolute(link, source.origin)
        whole = [c.get("value") for c in entry.get("content", ()) if c.get("value")]
        yield _Entry(
            number=number,
            entry_id=_text(entry.get("id")),
            url=url,
            content=max(whole, key=len, default=None),
            hints=make_metadata(
                {
                    "title": one_line(_plain(entry.get("title"))),
                    "byline": one_line(_text(entry.get("author"))),
                    "url": url,
                    "published_at": _moment(entry.get("published_parsed")),
                    "language": _code(language),
                }
            ),
            modified_at=_moment(entry.get("updated_parsed")) if "updated" in entry else None,
        )


def _json_entries(content: bytes, source: Input) -> Iterator[_Entry]:
    try:
        feed = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except ValueError as error:
        raise InputRejectedError(f"not JSON: {error}") from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise InputRejectedError("no JSON feed: it has no items")
    for number, item in enumerate(items[:_MOST_ENTRIES], 1):
        item = item if isinstance(item, dict) else {}
        url = _absolute(item.get("url"), source.origin)
        text = _text(item.get("content_text"))
        yield _Entry(
            number=number,
            entry_id=_text(item.get("id")),
            url=url,
            content=_text(item.get("content_html")) or (_as_html(text) if text else None),
            hints=make_metadata(
                {
                    "title": one_line(_text(item.get("title"))),
                    "byline": one_line(_names(item.get("authors") or [item.get("author")])),
                    "url": url,
                    "published_at": find_moment(item.get("date_published")),
                    "language": _code(item.get("language") or feed.get("language")),
                }
            ),
            modified_at=find_moment(item.get("date_modified")),
        )


def _check_empty(content: bytes) -> None:
    """A feed may be empty; what ends before its root does, or has none, is broken."""
    if b"<" not in content:
        raise InputRejectedError("no feed: there is no markup in it")
    end = content.rstrip()[-200:]
    if not end.endswith((b"rss>", b"feed>", b"RDF>", b"/>")):
        raise InputRejectedError("a feed without entries that ends too soon")


def _as_html(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"<p>{line}</p>" for line in escaped.split("\n"))


def _absolute(link: object, base: str) -> str | None:
    if not isinstance(link, str) or not link.strip():
        return None
    try:
        url = urljoin(base if base.startswith("http") else "", link.strip())
    except ValueError:
        return None
    return url if url.startswith(("http://", "https://")) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _plain(title: object) -> str | None:
    found = _text(title)
    return html_text(found) if found and ("<" in found or "&" in found) else found


def _names(authors: Iterable[Any]) -> str:
    names = (a.get("name") for a in authors if isinstance(a, dict))
    return ", ".join(n for n in names if isinstance(n, str))


def _moment(parsed: object) -> datetime | None:
    if not isinstance(parsed, struct_time):
        return None
    try:
        return datetime(*parsed[:6], tzinfo=UTC)
    except ValueError:
        return None


def _code(language: object) -> str | None:
    found = _text(language)
    return found.strip().lower().replace("_", "-").partition("-")[0] if found else None

"""What kind an input is: by its first bytes, its name, and what a server calls it."""

import re
from pathlib import PurePosixPath

import orjson

from app.errors import InputRejectedError
from app.ingestion.inputs.reading import Kind

HEAD = 65_536  # bytes that are looked at
_MAGIC = (
    (b"\x1f\x8b", Kind.GZIP),
    (b"\x28\xb5\x2f\xfd", Kind.ZSTD),
    (b"PK\x03\x04", Kind.ZIP),
    (b"PK\x05\x06", Kind.ZIP),
    (b"WARC/", Kind.WARC),
)
PACKED = (Kind.GZIP, Kind.ZSTD)
SUFFIXES = {
    ".txt": Kind.TEXT, ".html": Kind.HTML, ".htm": Kind.HTML, ".xhtml": Kind.HTML,
    ".rss": Kind.FEED, ".atom": Kind.FEED, ".opml": Kind.OPML, ".json": Kind.JSON,
    ".ndjson": Kind.NDJSON, ".jsonl": Kind.NDJSON, ".csv": Kind.CSV, ".tsv": Kind.CSV,
    ".warc": Kind.WARC, ".wacz": Kind.ZIP, ".zip": Kind.ZIP, ".gz": Kind.GZIP, ".zst": Kind.ZSTD,
}  # fmt: skip
# Read where they are found in a folder; XML may be anything, and is looked into.
READ = frozenset((*SUFFIXES, ".xml"))
_MEDIA = {
    "text/plain": Kind.TEXT, "text/html": Kind.HTML, "application/xhtml+xml": Kind.HTML,
    "application/rss+xml": Kind.FEED, "application/atom+xml": Kind.FEED,
    "application/feed+json": Kind.FEED, "text/x-opml": Kind.OPML, "application/json": Kind.JSON,
    "application/x-ndjson": Kind.NDJSON, "application/jsonl": Kind.NDJSON, "text/csv": Kind.CSV,
    "text/tab-separated-values": Kind.CSV, "application/warc": Kind.WARC,
}  # fmt: skip
_ROOT = re.compile(rb"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")
_ROOTS = {
    b"rss": Kind.FEED, b"feed": Kind.FEED, b"RDF": Kind.FEED, b"opml": Kind.OPML,
    b"urlset": Kind.SITEMAP, b"sitemapindex": Kind.SITEMAP, b"html": Kind.HTML,
}  # fmt: skip
_COMMENTS = re.compile(rb"<!--.*?-->", re.DOTALL)
_JSON_FEED = re.compile(rb'"version"\s*:\s*"https?://(?:www\.)?jsonfeed\.org')
_MARKUP = re.compile(rb"<(?:!doctype html|html|head|body|article|p|div)\b", re.IGNORECASE)


def detect(name: str, head: bytes, media_type: str = "") -> Kind:
    """The kind of an input that begins with `head`.

    Raises InputRejectedError for a name whose suffix stands for something else (.docx).
    """
    for magic, kind in _MAGIC:
        if head.startswith(magic) and not (kind is Kind.ZIP and _is_document(name)):
            return kind
    suffix = PurePosixPath(name).suffix.lower()
    if not media_type and suffix == ".txt":
        return Kind.TEXT  # whatever it looks like: nobody names a page so
    return (
        _of_content(head, suffix)
        or _MEDIA.get(media_type)
        or SUFFIXES.get(suffix)
        or _of_suffix(suffix, media_type)
    )


def _is_document(name: str) -> bool:
    """Whether a zip is an office document, a book, a program: no archive of articles."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix not in ("", *READ)


def _of_suffix(suffix: str, media_type: str) -> Kind:
    if media_type and not media_type.startswith(("text/", "application/octet-stream")):
        raise InputRejectedError(f"{media_type[:80]} is not read")
    if not media_type and suffix and (suffix == ".xml" or len(suffix) <= 5):
        raise InputRejectedError(f"cannot read {suffix} files; see --as")
    return Kind.TEXT


def _of_content(head: bytes, suffix: str) -> Kind | None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        return _of_markup(start)
    if start.startswith((b"{", b"[")) and suffix not in (".csv", ".tsv"):
        return _of_json(start)
    return None


def _of_markup(start: bytes) -> Kind | None:
    root = _ROOT.search(_COMMENTS.sub(b"", start))
    if root is not None and root[1] in _ROOTS:
        return _ROOTS[root[1]]
    return Kind.HTML if _MARKUP.search(start) else None


def _of_json(start: bytes) -> Kind | None:
    if start.startswith(b"{") and _JSON_FEED.search(start):
        return Kind.FEED
    first, _, rest = start.partition(b"\n")
    try:
        is_first = isinstance(orjson.loads(first), dict)
    except ValueError:
        return None
    return Kind.NDJSON if is_first and rest.strip() else None

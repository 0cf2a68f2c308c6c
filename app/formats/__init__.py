"""Statements in the formats that people take away: pure functions from answers to bytes."""

from app.formats.atom import Atom
from app.formats.base import Format, Origin, Tail, Writer
from app.formats.jsonfeed import JsonFeed
from app.formats.linked import JsonLd
from app.formats.ndjson import NdJson
from app.formats.table import Csv

FORMATS = (
    Format("csv", "text/csv; charset=utf-8; header=present", Csv, "a table (RFC 4180)"),
    Format("ndjson", "application/x-ndjson", NdJson, "one JSON object a line"),
    Format("jsonld", "application/ld+json", JsonLd, "schema.org Quotation and Claim"),
    Format("atom", "application/atom+xml; charset=utf-8", Atom, "an Atom feed (RFC 4287)"),
    Format("feed.json", "application/feed+json", JsonFeed, "a JSON Feed (version 1.1)"),
)

__all__ = ["FORMATS", "Format", "Origin", "Tail", "Writer"]

"""Statements as CSV: RFC 4180, with what a spreadsheet would take for a formula made harmless."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from app.formats.base import Origin, Statement, Tail, speakers

COLUMNS = (
    "id", "text", "kind", "act", "speaker", "speaker_id", "co_speakers", "topics",
    "first_published_at", "occurrence_count", "article_count", "publisher_count", "withdrawn",
    "updated_at", "publisher", "via", "article_id", "article_title", "article_url",
    "article_published_at", "mention", "speaker_description", "cue", "medium", "said_on",
    "confidence", "deep_link", "cite_as",
)  # fmt: skip
# OWASP, "CSV Injection": these begin a formula. Excel takes the full-width ones too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: Any) -> str:
    """A value as CSV shows it; text that would start a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if isinstance(value, str) and text.startswith(_FORMULA):
        return f"'{text}"
    return text


def _row(statement: Statement) -> list[str]:
    occurrence = statement["occurrence"]
    article = occurrence["article"]
    flat = statement | occurrence | {
        "id": statement["id"],
        "kind": statement["kind"],
        "act": statement["act"],
        "withdrawn": statement["withdrawn"],
        "speaker": statement["speaker"] and statement["speaker"]["name"],
        "speaker_id": statement["speaker"] and statement["speaker"]["id"],
        "co_speakers": "; ".join(s["name"] for s in speakers(statement)[1:]),
        "topics": "; ".join(t["name"] for t in statement["topics"]),
        "publisher": article["source"] and article["source"]["name"],
        "via": "; ".join(v["name"] for v in occurrence["via"]),
        "article_id": article["id"],
        "article_title": article["title"],
        "article_url": article["url"],
        "article_published_at": article["published_at"],
    }  # fmt: skip
    return [cell(flat[column]) for column in COLUMNS]


class Csv:
    """A header row, then one row a statement; lists are joined with a semicolon."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin

    def begin(self) -> bytes:
        """The header row."""
        return self._write([COLUMNS])

    def rows(self, statements: Sequence[Statement]) -> bytes:
        """One row a statement."""
        return self._write([_row(statement) for statement in statements])

    def end(self, tail: Tail) -> bytes:
        """Nothing: a CSV file has no end mark, an incomplete one is a broken connection."""
        return b""

    @staticmethod
    def _write(rows: Sequence[Sequence[str]]) -> bytes:
        buffer = io.StringIO(newline="")
        csv.writer(buffer, lineterminator="\r\n").writerows(rows)
        return buffer.getvalue().encode()

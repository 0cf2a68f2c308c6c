"""Statements as a JSON Feed, version 1.1 (jsonfeed.org)."""

from typing import Any

import orjson

from app.formats.base import Statement, speakers
from app.formats.document import JsonDocument
from app.formats.headline import headline

_VERSION = "https://jsonfeed.org/version/1.1"


class JsonFeed(JsonDocument):
    """One item a statement; `_onrecord` of an item is the statement as the API answers it."""

    def begin(self) -> bytes:
        """The feed's own fields, and the items' opening."""
        head = {
            "version": _VERSION,
            "title": self._origin.title,
            "home_page_url": f"{self._origin.base}/",
            "feed_url": self._origin.url("feed.json"),
        }
        return orjson.dumps(head)[:-1] + b',"items":['

    def _item(self, statement: Statement) -> dict[str, Any]:
        item = {
            "id": self._origin.statement(statement["id"]),
            "url": self._origin.statement(statement["id"]),
            "external_url": statement["occurrence"]["deep_link"],
            "title": headline(statement),
            "content_text": statement["text"],
            "date_published": statement["first_published_at"],
            "date_modified": statement["updated_at"],
            "authors": [
                {"name": speaker["name"], "url": self._origin.speaker(speaker["id"])}
                for speaker in speakers(statement)
            ],
            "tags": [topic["name"] for topic in statement["topics"]],
            "_onrecord": statement,
        }
        return {key: value for key, value in item.items() if value not in (None, [])}

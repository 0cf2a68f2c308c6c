"""Statements as an Atom feed (RFC 4287)."""

import re
from collections.abc import Sequence
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring
from xml.sax.saxutils import escape, quoteattr

from app.formats.base import Origin, Statement, Tail, speakers
from app.formats.headline import headline

# Characters that XML 1.0 cannot hold, not even escaped.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _clean(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)


def _add(parent: Element, tag: str, text: str, **attributes: str) -> None:
    SubElement(parent, tag, attributes).text = _clean(text)


class Atom:
    """One entry a statement, its speakers as authors, its topics as categories.

    `updated` of the feed comes last: it is that of the newest entry, known only then, and RFC
    4287 gives the order of a feed's elements no meaning.
    """

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._updated = ""

    def begin(self) -> bytes:
        """The feed's own elements."""
        own, json = self._origin.url("atom"), self._origin.url()
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            '<feed xmlns="http://www.w3.org/2005/Atom">\n'
            f"<id>{escape(own)}</id><title>{escape(_clean(self._origin.title))}</title>\n"
            f'<author><name>On Record</name></author><link rel="self" href={quoteattr(own)}/>'
            f'<link rel="alternate" type="application/json" href={quoteattr(json)}/>\n'
        ).encode()

    def rows(self, statements: Sequence[Statement]) -> bytes:
        """The statements as entries."""
        times = [statement["updated_at"] for statement in statements]
        self._updated = max([*times, self._updated or times[0]], key=datetime.fromisoformat)
        return b"".join(self._entry(statement) for statement in statements)

    def end(self, tail: Tail) -> bytes:
        """When the feed changed last, and its end, without which this is no XML."""
        updated = self._updated or f"{self._origin.made_at:%Y-%m-%dT%H:%M:%SZ}"
        return f"<updated>{updated}</updated>\n</feed>\n".encode()

    def _entry(self, statement: Statement) -> bytes:
        url = self._origin.statement(statement["id"])
        entry = Element("entry")
        _add(entry, "id", url)
        _add(entry, "title", headline(statement))
        _add(entry, "updated", statement["updated_at"])
        if statement["first_published_at"] is not None:
            _add(entry, "published", statement["first_published_at"])
        SubElement(entry, "link", rel="alternate", href=url)
        if (link := statement["occurrence"]["deep_link"]) is not None:
            SubElement(entry, "link", rel="related", href=_clean(link))
        for speaker in speakers(statement):
            author = SubElement(entry, "author")
            _add(author, "name", speaker["name"])
            _add(author, "uri", self._origin.speaker(speaker["id"]))
        for topic in statement["topics"]:
            SubElement(entry, "category", term=_clean(topic["code"]), label=_clean(topic["name"]))
        _add(entry, "summary", statement["cite_as"])
        _add(entry, "content", statement["text"], type="text")
        return tostring(entry) + b"\n"

"""Lists of what to read: OPML of feeds, sitemaps, news sitemaps, and indexes of sitemaps."""

from collections.abc import Iterator
from typing import Any

import lxml.etree

from app.errors import InputRejectedError
from app.ingestion.dates import find_moment
from app.ingestion.inputs.reading import Found, Input, Link, Reading
from app.ingestion.parsing.page_metadata import make_metadata
from app.ingestion.parsing.plain import one_line
from app.ingestion.urls import canonical_url


def read_opml(source: Input, _reading: Reading) -> Found:
    """The feeds that the outlines name."""
    for element in _elements(source, "outline"):
        address = next((v for k, v in element.attrib.items() if k.lower() == "xmlurl"), None)
        if address and str(address).strip():
            yield Link(str(address).strip(), is_listing=True)


def read_sitemap(source: Input, _reading: Reading) -> Found:
    """The pages of a sitemap with what a news sitemap says of them; the sitemaps of an index."""
    for element in _elements(source, "url", "sitemap"):
        said = _said(element)
        address = said.get("loc")
        if not address:
            continue
        if _local(element) == "sitemap":
            yield Link(address, modified_at=find_moment(said.get("lastmod")), is_listing=True)
            continue
        hints = make_metadata(
            {
                "title": one_line(said.get("title")),
                "publisher": one_line(said.get("name")),
                "url": canonical_url(address),
                "published_at": find_moment(said.get("publication_date")),
                "language": (said.get("language") or "").lower().partition("-")[0] or None,
            }
        )
        yield Link(address, hints, find_moment(said.get("lastmod")))


def _said(element: Any) -> dict[str, str]:
    """The texts in an entry by their names, the first of each: loc of the page, not of an image."""
    found: dict[str, str] = {}
    for inner in element.iterdescendants():
        text = (inner.text or "").strip()
        if text and isinstance(inner.tag, str):
            found.setdefault(_local(inner), text)
    return found


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _elements(source: Input, *names: str) -> Iterator[Any]:
    """The elements of these names, one at a time: they are cleared once they have been used.

    Entities are not expanded, nothing is loaded. Raises InputRejectedError where the XML ends or
    breaks; what stands before has been given by then.
    """
    try:
        for _, element in lxml.etree.iterparse(
            source.stream,
            events=("end",),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        ):
            if _local(element) in names:
                yield element
                _clear(element)
    except lxml.etree.LxmlError as error:
        reason = " ".join(str(error).split())[:200]
        raise InputRejectedError(f"broken XML: {reason}") from error


def _clear(element: Any) -> None:
    if any(True for _ in element.iterancestors(element.tag)):
        return  # an outline in an outline: the outer one clears it
    element.clear(keep_tail=False)
    while element.getprevious() is not None:
        del element.getparent()[0]

"""IPTC ninjs, versions 1 to 3, as a record with our names (https://iptc.org/standards/ninjs/)."""

from collections.abc import Mapping
from typing import Any

from app.errors import InputRejectedError

# Lower-case: version 3 writes versionCreated what 1 and 2 write versioncreated.
_MARKS = ("bodies", "headlines", "body_text", "body_html", "body_xhtml")
_ALSO = ("uri", "versioncreated", "firstcreated", "pubstatus", "standard", "copyrightholder")


def is_ninjs(record: Mapping[str, Any]) -> bool:
    """Whether the record is a ninjs item: a body or headlines, and what only ninjs calls so."""
    names = {name.lower() for name in record}
    return any(m in names for m in _MARKS) and sum(a in names for a in _ALSO) >= 2


def from_ninjs(record: Mapping[str, Any]) -> dict[str, Any]:
    """The item under our names. Raises InputRejectedError where it was withheld or canceled."""
    item = {name.lower(): value for name, value in record.items()}
    status = item.get("pubstatus")
    if status in ("withheld", "canceled", "cancelled"):
        raise InputRejectedError(f"{status} by its publisher (pubstatus)")
    html, text = _body(item)
    return {
        "id": item.get("uri"),
        "title": item.get("headline") or _main(item.get("headlines")),
        "byline": item.get("byline") or item.get("by"),
        "publisher": item.get("copyrightholder"),
        "published_at": item.get("firstcreated") or item.get("versioncreated"),
        "language": item.get("language"),
        "html": html,
        "text": None if html else text,
    }


def _body(item: Mapping[str, Any]) -> tuple[Any, Any]:
    """HTML, whose paragraphs are marked, and plain text."""
    bodies = item.get("bodies")
    if not isinstance(bodies, list):
        return item.get("body_html") or item.get("body_xhtml"), item.get("body_text")
    html = text = None
    for body in bodies:
        if isinstance(body, dict):
            lower = {name.lower(): value for name, value in body.items()}
            if "html" in str(lower.get("contenttype", "")):
                html = html or lower.get("value")
            else:
                text = text or lower.get("value")
    return html, text


def _main(headlines: Any) -> Any:
    """The value of the main headline, else of the first."""
    if not isinstance(headlines, list):
        return None
    found = [h for h in headlines if isinstance(h, dict)]
    main = [h for h in found if h.get("role") == "main"]
    return (main or found or [{}])[0].get("value")

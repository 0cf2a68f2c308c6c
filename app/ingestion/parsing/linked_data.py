"""schema.org's article in a page's JSON-LD."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

_MOST_SCRIPTS = 50
_MOST_NODES = 5000
_DEEPEST = 8
_ALSO = ("Report", "BlogPosting", "LiveBlogPosting", "SocialMediaPosting", "ClaimReview")


@dataclass(frozen=True, slots=True)
class Article:
    """What JSON-LD says about the page's article; strings as they stand there."""

    title: str | None = None
    publisher: str | None = None
    byline: str | None = None
    url: str | None = None
    published_at: str | None = None
    language: str | None = None
    body: str | None = None


def find_article(root: HtmlElement) -> Article:
    """The first article described in the page's JSON-LD; all None where there is none."""
    nodes = list(_nodes(root))
    by_id = {n["@id"]: n for n in nodes if isinstance(n.get("@id"), str) and len(n) > 1}
    node = next((n for n in nodes if _is_article(n)), None)
    if node is None:
        return Article()
    page, language = node.get("mainEntityOfPage"), node.get("inLanguage")
    return Article(
        title=_text(node.get("headline")) or _text(node.get("name")),
        publisher=_name(node.get("publisher"), by_id),
        byline=_names(node.get("author") or node.get("creator"), by_id),
        url=_text(node.get("url")) or _text(page) or _text(_in(page, "@id")),
        published_at=_text(node.get("datePublished")),
        language=_text(language) or _text(_in(language, "alternateName")),
        body=_text(node.get("articleBody")),
    )


def _nodes(root: HtmlElement) -> Iterator[dict[str, Any]]:
    left = _MOST_NODES
    scripts = root.iterfind(".//script[@type='application/ld+json']")
    for _, script in zip(range(_MOST_SCRIPTS), scripts, strict=False):
        for node in _walk(_load(script.text or ""), _DEEPEST):
            left -= 1
            if left < 0:
                return
            yield node


def _load(text: str) -> Any:
    # Comment marks and CDATA around it are a habit from XHTML; line breaks in strings happen.
    text = text.strip().removeprefix("<!--").removeprefix("//").strip()
    text = text.removeprefix("<![CDATA[").removesuffix("-->").strip().removesuffix("//").strip()
    text = text.removesuffix("]]>").strip().removesuffix("//").rstrip().rstrip(";")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _walk(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Nodes from the outside in: what a page is about comes before what it links to."""
    if depth < 0:
        return
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, depth - 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "publisher", "author", "itemReviewed"):
            if isinstance(value.get(key), (dict, list)):
                yield from _walk(value[key], depth - 1)


def _is_article(node: dict[str, Any]) -> bool:
    types = node.get("@type")
    types = types if isinstance(types, list) else [types]
    return any(isinstance(t, str) and (t.endswith("Article") or t in _ALSO) for t in types)


def _in(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _text(value: Any) -> str | None:
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, str) and value.strip() else None


def _name(value: Any, by_id: dict[str, Any]) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        named = value if "name" in value else by_id.get(str(value.get("@id")), {})
        return _text(named.get("name"))
    return _text(value)


def _names(value: Any, by_id: dict[str, Any]) -> str | None:
    values = value if isinstance(value, list) else [value]
    names = [name for v in values[:20] if (name := _name(v, by_id)) and not name.startswith("http")]
    return ", ".join(dict.fromkeys(names)) or None

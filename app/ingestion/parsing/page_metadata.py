"""What a page says about its article: JSON-LD first, then OpenGraph, `meta`, and elements."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement
from pydantic import ValidationError

from app.ingestion.dates import find_moment
from app.ingestion.metadata import Metadata
from app.ingestion.parsing.linked_data import Article, find_article
from app.ingestion.parsing.plain import one_line
from app.ingestion.urls import canonical_url, site_of

_TITLES = (
    "og:title",
    "twitter:title",
    "dc.title",
    "dcterms.title",
    "sailthru.title",
    "parsely-title",
)
_SITES = ("og:site_name", "dc.publisher", "dcterms.publisher", "publisher", "application-name")
_AUTHORS = ("author", "article:author", "byl", "dc.creator", "dcterms.creator", "sailthru.author",
            "parsely-author")  # fmt: skip
_DATES = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished",
    "date.published", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date",
    "dcterms.created", "dc.date.created", "parsely-pub-date", "sailthru.date",
    "cxenseparse:recs:publishtime", "publication_date", "publish-date", "publishdate", "pubdate",
    "published", "date",
)  # fmt: skip
_LANGUAGES = ("og:locale", "dc.language", "dcterms.language", "content-language")
_TIMES = (
    ".//*[@itemprop='datePublished']",
    ".//time[@pubdate]",
    ".//article//header//time[@datetime]",
)
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_].*)?", re.IGNORECASE)
_SEPARATED = re.compile(r"\s+[|–—\-·»]\s+")
_META_NAMES = ("property", "name", "itemprop", "http-equiv")
_MOST_METAS = 1000


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """What a page says about its article, and the article's text where JSON-LD carries it."""

    metadata: Metadata = field(default_factory=Metadata)
    body: str | None = None


def find_metadata(root: HtmlElement, address: str | None) -> PageMetadata:
    """What the page at `address` (None: not known) says; what it says in no readable way is None.

    The canonical URL it names counts only on its own site and if it is no home page: it decides
    which article this is, and no page has a say about another site's.
    """
    article = find_article(root)
    metas = _metas(root)
    publisher = _first((article.publisher, *_named(metas, _SITES)))
    bylines = (article.byline, *_named(metas, _AUTHORS), _author(root))
    dates = (article.published_at, *_named(metas, _DATES), *_times(root))
    values = {
        "title": _title(article, metas, root, publisher),
        "publisher": publisher,
        "byline": _first(a for a in bylines if not _is_url(a)),
        "url": _canonical((_link(root), *_named(metas, ("og:url",)), article.url), address),
        "published_at": next(filter(None, map(find_moment, dates)), None),
        "language": _language((article.language, root.get("lang"), *_named(metas, _LANGUAGES))),
    }
    return PageMetadata(make_metadata(values), article.body)


def make_metadata(values: dict[str, Any]) -> Metadata:
    """Metadata of what was found; a value that cannot be one is left out, the others stay."""
    try:
        return Metadata.model_validate(values)
    except ValidationError as error:
        wrong = {e["loc"][0] for e in error.errors() if e["loc"]}
        return Metadata.model_validate({k: v for k, v in values.items() if k not in wrong})


def _metas(root: HtmlElement) -> dict[str, str]:
    """`meta` elements by their name or property, the first of each."""
    found: dict[str, str] = {}
    for n, element in enumerate(root.iter("meta")):
        if n >= _MOST_METAS:
            break
        name = next(filter(None, map(element.get, _META_NAMES)), None)
        content = element.get("content")
        if name and content and content.strip():
            found.setdefault(name.strip().lower(), content)
    return found


def _named(metas: dict[str, str], names: Iterable[str]) -> Iterator[str | None]:
    return (metas.get(name) for name in names)


def _first(values: Iterable[str | None]) -> str | None:
    return next(filter(None, (one_line(html.unescape(v)) for v in values if v)), None)


def _title(
    article: Article, metas: dict[str, str], root: HtmlElement, publisher: str | None
) -> str | None:
    found = _first((article.title, *_named(metas, _TITLES)))
    if found is None:
        found = _first((root.findtext(".//title"), *(h.text_content() for h in _few(root, "h1"))))
    return _without_site(found, publisher) if found else None


def _without_site(title: str, publisher: str | None) -> str:
    """ "Bridge closed | The Example" without its last part where that is the publisher."""
    parts = list(_SEPARATED.finditer(title))
    if publisher and parts and title[parts[-1].end() :].casefold() == publisher.casefold():
        return title[: parts[-1].start()].rstrip() or title
    return title


def _few(root: HtmlElement, tag: str) -> Iterator[HtmlElement]:
    return (element for _, element in zip(range(5), root.iter(tag), strict=False))


def _is_url(value: str | None) -> bool:
    return bool(value) and str(value).strip().startswith(("http://", "https://", "//", "/"))


def _author(root: HtmlElement) -> str | None:
    for path in (".//*[@itemprop='author']", ".//a[@rel='author']"):
        element = root.find(path)
        if element is not None:
            named = element.find(".//*[@itemprop='name']")
            return str((named if named is not None else element).text_content())[:500]
    return None


def _times(root: HtmlElement) -> Iterator[str | None]:
    """Dates of elements that say they are the date of publication; no other on the page."""
    for path in _TIMES:
        element = root.find(path)
        if element is not None:
            yield element.get("datetime") or element.get("content")


def _link(root: HtmlElement) -> str | None:
    for element in root.iter("link"):
        if (element.get("rel") or "").strip().lower() == "canonical":
            return str(element.get("href") or "") or None
    return None


def _canonical(candidates: Iterable[str | None], address: str | None) -> str | None:
    for candidate in filter(None, candidates):
        try:
            url = urljoin(address or "", candidate.strip())
            parts = urlsplit(url)
        except ValueError:
            continue
        if parts.scheme not in ("http", "https") or "@" in parts.netloc:
            continue
        if not (parts.path.strip("/") or parts.query):
            continue
        if address is None or site_of(url) == site_of(address):
            return canonical_url(url)
    return None


def _language(values: Iterable[str | None]) -> str | None:
    for value in filter(None, values):
        match = _LANGUAGE.fullmatch(value.strip())
        if match and match[1].lower() not in ("und", "mul", "zxx"):
            return match[1].lower()
    return None

"""Web pages: the article's text without what surrounds it, and what the page says about it."""

import codecs
import re

import lxml.etree
import lxml.html
from lxml.html import HtmlElement
from trafilatura import bare_extraction

from app.errors import InputRejectedError
from app.ingestion.documents import Document, normalise
from app.ingestion.metadata import Metadata
from app.ingestion.parsing.page_metadata import PageMetadata, find_metadata, make_metadata
from app.ingestion.parsing.plain import check_words, decode, said_by
from app.ingestion.raw import Raw
from app.ingestion.urls import canonical_url, publisher_of

_MOST_ELEMENTS = 100_000  # an article's page has thousands; trafilatura takes seconds for more
_SNIFF = 4096
_META_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE
)
_XML_ENCODING = re.compile(
    rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]{2,40})""", re.IGNORECASE
)
# As browsers read them (WHATWG): pages that say Latin-1 mean Windows-1252.
_MEANT = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030",
    "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "tis-620": "cp874",
}  # fmt: skip
_NEVER = ("utf-7", "idna", "punycode", "raw-unicode-escape", "unicode-escape")
_SHORT = 250  # characters: less is a teaser, not an article
_SKIPPED = frozenset(
    ("script", "style", "noscript", "template", "iframe", "svg", "object", "form", "button",
     "figure", "figcaption", "nav", "aside", "head")
)  # fmt: skip
_BLOCKS = frozenset(
    ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "blockquote", "section",
     "article", "header", "footer", "table", "tr", "dl", "dt", "dd", "pre", "br", "hr", "main")
)  # fmt: skip


def parse_page(raw: Raw) -> Document:
    """A whole page. Raises InputRejectedError where no article is in it."""
    root = read_html(decode_html(raw.content, raw.charset))
    address = raw.hints.url or (raw.origin if raw.origin.startswith(("http:", "https:")) else None)
    page = find_metadata(root, address)
    text = normalise(_article_text(root, page))
    check_words(text)
    return Document(raw.origin, raw.sha256, text, raw.metadata, _found(page, raw, address, text))


def parse_content(raw: Raw) -> Document:
    """An article's own HTML, as feeds carry it: nothing surrounds its text."""
    text = normalise(html_text(decode_html(raw.content, raw.charset)))
    check_words(text)
    found = _found(PageMetadata(), raw, raw.hints.url, text)
    return Document(raw.origin, raw.sha256, text, raw.metadata, found)


def _found(page: PageMetadata, raw: Raw, address: str | None, text: str) -> Metadata:
    said = page.metadata.over(raw.hints)
    known = publisher_of(said.url or address or "")
    url = canonical_url(address) if address else None
    by_address = make_metadata({"url": url, "publisher": known})
    return said.over(by_address).over(said_by(text))


def decode_html(content: bytes, charset: str | None = None) -> str:
    """The page's text: by byte order mark, HTTP header, `meta`, as UTF-8, or as detected.

    Raises InputRejectedError for what is no text.
    """
    if content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode(content)
    declared = [charset, *_declared(content[:_SNIFF])]
    for name in filter(None, map(_codec, filter(None, declared))):
        try:
            return content.decode(name)
        except (UnicodeError, ValueError):
            continue
    return decode(content)


def _declared(head: bytes) -> list[str]:
    found = (_META_CHARSET.search(head), _XML_ENCODING.search(head))
    names = [match[1].decode("ascii", "replace") for match in found if match]
    # In bytes that can be searched like this, a declared UTF-16 cannot be (WHATWG: it is UTF-8).
    return ["utf-8" if n.lower().startswith("utf-16") else n for n in names]


def _codec(label: str) -> str | None:
    try:
        name = codecs.lookup(label.strip()).name
    except (LookupError, ValueError):
        return None
    if name in _NEVER or not codecs.lookup(name)._is_text_encoding:
        return None
    return _MEANT.get(name, name)


def read_html(text: str) -> HtmlElement:
    """The tree of a page; libxml2 mends what is broken and cuts off nesting beyond 256.

    Raises InputRejectedError for what is no HTML, or far more of it than any article's page.
    """
    parser = lxml.html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    content = text.replace("\0", "\ufffd").encode("utf-8", "replace")
    try:
        root = lxml.html.document_fromstring(content, parser=parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise InputRejectedError(f"no HTML: {' '.join(str(error).split())[:200]}") from error
    if sum(1 for _ in root.iter()) > _MOST_ELEMENTS:
        raise InputRejectedError(f"a page of more than {_MOST_ELEMENTS:,} elements")
    return root


def _article_text(root: HtmlElement, page: PageMetadata) -> str:
    try:
        found = bare_extraction(root, include_comments=False, with_metadata=False)
    except (RecursionError, lxml.etree.LxmlError) as error:
        raise InputRejectedError("the page is too tangled to find its text") from error
    text = str(getattr(found, "text", None) or "")
    if len(text) < _SHORT and page.body and len(page.body) >= len(text):
        # Pages that scripts fill carry their text for search engines only.
        return html_text(page.body) if "<" in page.body else page.body
    if not text:
        raise InputRejectedError("no article's text was found in the page")
    return text


def html_text(html: str) -> str:
    """The text of a piece of HTML, a line a paragraph."""
    if not html.strip():
        return ""
    return tree_text(read_html(html))


def tree_text(root: HtmlElement) -> str:
    """The text of a tree, a line a block; scripts, forms and captions left out."""
    pieces: list[str] = []
    skipping: HtmlElement | None = None
    for event, element in lxml.etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            if skipping is None and element.tag in _SKIPPED:
                skipping = element
            _break(pieces, element)
            if skipping is None:
                pieces.append(_spaced(element.text))
        else:
            _break(pieces, element)
            if skipping is element:
                skipping = None
            if skipping is None:
                pieces.append(_spaced(element.tail))
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def _break(pieces: list[str], element: HtmlElement) -> None:
    if element.tag in _BLOCKS:
        pieces.append("\n")


def _spaced(text: str | None) -> str:
    return (text or "").replace("\n", " ").replace("\r", " ")

"""Made-up news pages in the layouts of the open web, with what a reader should find in each."""

import html
import json
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

_PEOPLE = (
    ("Ingrid Solberg", "mayor"), ("Kofi Mensah", "agriculture minister"),
    ("Ann Lee", "opposition leader"), ("Jürgen Müßig", "harbour master"),
    ("Rosa Ibáñez", "union secretary"), ("Tomasz Wróbel", "chief economist"),
)  # fmt: skip
_PLACES = ("Arvik", "Belmora", "Castine", "Dunmore", "Elsby", "Farnholt", "Gravina", "Holmstad")
_THINGS = (
    "the new harbour", "the rail link", "the water tariff", "the school reform",
    "the ferry contract", "the flood barrier", "the housing fund", "the tax on fuel",
)  # fmt: skip
_VERBS = (
    "will open in May",
    "costs more than planned",
    "was never needed",
    "has the town’s support",
)
_WRITERS = ("Mara Quill", "Otto Brandt", "Lena Fjord", "Sam Okoye")
SITES = ("The Arvik Courier", "Belmora Today", "Castine Post")
# What surrounds an article and must not be taken for it.
NOISE = (
    "We use cookies to improve your experience", "Accept all cookies", "Sign up for our newsletter",
    "Most read this week", "Share on social media", "All rights reserved", "Ten recipes for autumn",
)  # fmt: skip
LAYOUTS = ("linked", "opengraph", "plain", "microdata", "graph")


@dataclass(frozen=True)
class Page:
    """A page and what it says."""

    number: int
    layout: str
    html: str
    title: str
    publisher: str
    byline: str
    published_at: datetime
    paragraphs: tuple[str, ...]


def make_page(number: int, address: str = "https://news.example/{n}") -> Page:
    """The page of this number: the same each time. `{n}` in the address is the number."""
    rng = random.Random(number)  # noqa: S311 the same pages every time
    layout = LAYOUTS[number % len(LAYOUTS)]
    place, thing = rng.choice(_PLACES), rng.choice(_THINGS)
    title = f"{place} quarrels over {thing.removeprefix('the ')} no. {number}"
    page = Page(
        number=number,
        layout=layout,
        html="",
        title=title,
        publisher=SITES[number % len(SITES)],
        byline=rng.choice(_WRITERS),
        published_at=datetime(2025, 1, 1, 6, tzinfo=UTC) + timedelta(hours=7 * number),
        paragraphs=tuple(_paragraphs(rng, number, place, thing)),
    )
    document = _document(rng, page, address.format(n=number))
    return replace(page, html=document)


def _paragraphs(rng: random.Random, number: int, place: str, thing: str) -> list[str]:
    people = rng.sample(_PEOPLE, 3)
    found = [
        f"The council of {place} met for the {number + 2}th time this year to talk about {thing}, "
        "and for the first time since the spring every seat in the public gallery was taken."
    ]
    for name, role in people:
        claim = f"{thing} {rng.choice(_VERBS)}"
        found.append(
            rng.choice(
                (
                    f"“{claim.capitalize()},” said {role} {name} on Monday. “Nobody here will "
                    f"lose a job over it before {2026 + number}.”",
                    f"{name}, the {role}, said that {claim}. Those who doubt it, the {role} added, "
                    "“should come and look at the books for themselves”.",
                    f"According to {role} {name}, {claim}. It was the first word on the matter "
                    f"from anybody in {place} since the survey of last October.",
                )
            )
        )
    found.append(
        f"A decision is expected within {rng.randint(2, 40)} weeks; the documents are open to the "
        f"public in the town hall of {place} on every working day until then."
    )
    return found


def _document(rng: random.Random, page: Page, url: str) -> str:
    head = _HEADS[page.layout](page, url)
    body = _BODIES[page.layout](page)
    links = "".join(
        f'<li><a href="/{rng.randint(100, 999)}">{html.escape(t)}</a></li>'
        for t in ("Ten recipes for autumn", "Our pick of the weekend", "The best of our archive")
    )
    cookie = (
        '<div class="cookie-banner" role="dialog"><p>We use cookies to improve your experience.</p>'
        "<button>Accept all cookies</button></div>"
    )
    nav = '<nav class="menu"><a href="/">Home</a> <a href="/w">World</a></nav>'
    aside = f'<aside class="related"><h3>Most read this week</h3><ul>{links}</ul></aside>'
    share = '<div class="share social">Share on social media</div>'
    footer = (
        f"<footer><form>Sign up for our newsletter<input name=e></form>"
        f"<p>© 2025 {page.publisher}. All rights reserved.</p></footer>"
    )
    end = "" if page.number % 7 == 0 else "</body></html>"  # some are never closed
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">{head}</head>'
        f"<body>{cookie}{nav}{body}{share}{aside}{footer}{end}"
    )


def _marked(page: Page) -> str:
    return "".join(f"<p>{html.escape(p)}</p>" for p in page.paragraphs)


def _node(page: Page, url: str) -> dict[str, object]:
    return {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": page.title,
        "datePublished": page.published_at.isoformat(), "inLanguage": "en-GB",
        "author": [{"@type": "Person", "name": page.byline}],
        "publisher": {"@type": "Organization", "name": page.publisher},
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
    }  # fmt: skip


def _script(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def _head_linked(page: Page, url: str) -> str:
    shown = f"<title>{html.escape(page.title)} | {page.publisher}</title>"
    return (
        shown + _script(_node(page, url)) + f'<link rel="canonical" href="{url}?utm_source=self">'
    )


def _head_opengraph(page: Page, url: str) -> str:
    values = {
        "og:title": page.title, "og:site_name": page.publisher, "og:url": url,
        "article:published_time": page.published_at.isoformat(), "og:locale": "en_GB",
    }  # fmt: skip
    metas = "".join(f'<meta property="{k}" content="{html.escape(v)}">' for k, v in values.items())
    return f'<title>{page.publisher}</title>{metas}<meta name="author" content="{page.byline}">'


def _head_plain(page: Page, url: str) -> str:
    return (
        f"<title>{html.escape(page.title)} - {page.publisher}</title>"
        f'<meta name="publisher" content="{page.publisher}"><meta name="author" '
        f'content="{page.byline}"><meta name="date" '
        f'content="{page.published_at:%Y-%m-%dT%H:%M:%SZ}">'
    )


def _head_microdata(page: Page, url: str) -> str:
    return (
        f"<title>{html.escape(page.title)}</title>"
        f'<meta property="og:site_name" content="{page.publisher}">'
    )


def _head_graph(page: Page, url: str) -> str:
    node = _node(page, url) | {"publisher": {"@id": "#us"}, "author": {"@id": "#writer"}}
    graph = [
        {"@type": "WebSite", "@id": "#site", "name": "A site", "url": url},
        {"@type": "Organization", "@id": "#us", "name": page.publisher},
        {"@type": "Person", "@id": "#writer", "name": page.byline},
        {k: v for k, v in node.items() if k != "@context"},
    ]
    return _script({"@context": "https://schema.org", "@graph": graph})


def _body_article(page: Page) -> str:
    return (
        f"<main><article><header><h1>{html.escape(page.title)}</h1></header>{_marked(page)}"
        "</article></main>"
    )


def _body_divs(page: Page) -> str:
    return (
        f'<div id="content"><div class="story"><h1>{html.escape(page.title)}</h1>'
        f'<div class="story-body">{_marked(page)}</div></div></div>'
    )


def _body_microdata(page: Page) -> str:
    return (
        f'<div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">'
        f'{html.escape(page.title)}</h1><span itemprop="author" itemscope><span itemprop="name">'
        f'{page.byline}</span></span><time itemprop="datePublished" '
        f'datetime="{page.published_at.isoformat()}">then</time>'
        f'<div itemprop="articleBody">{_marked(page)}</div></div>'
    )


_HEADS = {
    "linked": _head_linked, "opengraph": _head_opengraph, "plain": _head_plain,
    "microdata": _head_microdata, "graph": _head_graph,
}  # fmt: skip
_BODIES = {
    "linked": _body_article, "opengraph": _body_divs, "plain": _body_divs,
    "microdata": _body_microdata, "graph": _body_article,
}  # fmt: skip

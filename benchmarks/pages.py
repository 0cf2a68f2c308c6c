"""The made-up articles as pages of a newspaper: what says who, when and where, and what is around.

Metadata as JSON-LD and OpenGraph, a menu, a cookie banner, related stories, comments and a footer;
some 9 KB a page.
"""

import json
from html import escape

from benchmarks.news import DATA, Story, article

_LINKS = 40  # in the menu, and as many below


def page(number: int, seed: int = 1) -> str:
    """The article of this number as HTML."""
    made = article(number, seed)
    story = Story(seed + 1, number)
    title, published_at = str(made["title"]), str(made["published_at"])
    body = "\n".join(f"<p>{escape(p)}</p>" for p in str(made["text"]).split("\n\n"))
    links = [f"{story.rng.choice(DATA['places'])} {word}" for word in DATA["noun"]] * _LINKS
    menu, related = (
        "".join(f'<li><a href="/{kind}/{n}">{escape(link)}</a></li>' for n, link in enumerate(some))
        for kind, some in (("section", links[:_LINKS]), ("story", links[_LINKS : 2 * _LINKS]))
    )
    said = json.dumps(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": title,
            "datePublished": published_at,
            "publisher": {"@type": "Organization", "name": made["publisher"]},
            "inLanguage": made["language"],
        }
    )
    return f"""<!doctype html>
<html lang="{made["language"]}"><head><meta charset="utf-8"><title>{escape(title)}</title>
<link rel="canonical" href="{made["url"]}">
<meta property="og:title" content="{escape(title)}">
<meta property="og:site_name" content="{escape(str(made["publisher"]))}">
<meta property="article:published_time" content="{published_at}">
<script type="application/ld+json">{said}</script></head>
<body><nav><ul>{menu}</ul></nav>
<div class="cookie-banner"><p>We use cookies to remember you.</p><button>Accept</button></div>
<main><article><h1>{escape(title)}</h1>
<time datetime="{published_at}">{published_at[:10]}</time>
{body}
</article></main>
<aside><h2>Related</h2><ul>{related}</ul></aside>
<section class="comments"><h2>Comments</h2><p>Sign in to comment.</p></section>
<footer><p>All rights reserved.</p></footer></body></html>
"""

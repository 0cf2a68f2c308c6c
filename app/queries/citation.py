"""How to cite a statement: who, through whom, where and when, in one line."""

from datetime import date
from typing import Any

_NOBODY = "Unattributed"


def cite(statement: dict[str, Any]) -> str:
    """A citation of a statement as the API answers it: its speakers and the shown occurrence.

    What is not known is left out, so it names only what the article itself gives:
    `Dmitry Peskov (Kremlin spokesperson), via TASS, in “Title”, ANSA, 12 February 2025, https://…`.
    """
    occurrence = statement["occurrence"]
    article = occurrence["article"]
    parts = [_speakers(statement, occurrence["speaker_description"])]
    parts += (
        [f"via {' and '.join(v['name'] for v in occurrence['via'])}"] if occurrence["via"] else []
    )
    place = [f"“{article['title']}”"] if article["title"] else []
    place += [article["source"]["name"]] if article["source"] else []
    parts.append(f"in {', '.join(place or ['an article'])}")
    published = article["published_at"]
    parts += [day(published)] if published else []
    parts += [article["url"]] if article["url"] else []
    return ", ".join(parts)


def _speakers(statement: dict[str, Any], description: str | None) -> str:
    names = [s["name"] for s in (statement["speaker"], *statement["co_speakers"]) if s]
    if not names:
        return _NOBODY
    # With several speakers nobody can tell whose description it is.
    known = description if len(names) == 1 and description != names[0] else None
    return " and ".join(names) + (f" ({known})" if known else "")


def day(moment: date) -> str:
    """A day in words that no reader takes for another: 12 February 2025."""
    return f"{moment.day} {moment:%B} {moment.year}"

"""Links that jump to the quoted words."""

from collections.abc import Sequence
from typing import Any

from app.text_fragments import text_fragment


def deep_link(url: str | None, selectors: Sequence[dict[str, Any]]) -> str | None:
    """The article's URL with a fragment that scrolls to the words and marks them.

    None where the article has no URL.
    """
    if url is None:
        return None
    separator = ":~:" if "#" in url else "#:~:"
    return url + separator + text_fragment(selector["exact"] for selector in selectors)

"""Links that jump to the quoted words."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

_WHOLE = 300  # characters; longer passages are named by their first and last words
_ENDS = 6  # words


def _encode(words: str) -> str:
    # The three characters that the fragment's own syntax uses must be escaped too.
    return quote(words, safe="").replace("-", "%2D")


def deep_link(url: str | None, selectors: Sequence[dict[str, Any]]) -> str | None:
    """The article's URL with a fragment that scrolls to the words and marks them.

    Text fragments as in the WICG's "URL Fragment Text Directives"; several spans give several.
    None where the article has no URL.
    """
    if url is None:
        return None
    directives = []
    for selector in selectors:
        words = " ".join(selector["exact"].split())
        parts = words.split(" ")
        if len(words) <= _WHOLE or len(parts) < 2 * _ENDS:
            directives.append(f"text={_encode(words)}")
        else:
            start, end = " ".join(parts[:_ENDS]), " ".join(parts[-_ENDS:])
            directives.append(f"text={_encode(start)},{_encode(end)}")
    separator = ":~:" if "#" in url else "#:~:"
    return url + separator + "&".join(directives)

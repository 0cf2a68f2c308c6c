"""Text fragments: the part of a link that jumps to the words and marks them (WICG)."""

from collections.abc import Iterable
from urllib.parse import quote

_WHOLE = 300  # characters; longer passages are named by their first and last words
_ENDS = 6  # words


def _encode(words: str) -> str:
    # The three characters that the fragment's own syntax uses must be escaped too.
    return quote(words, safe="").replace("-", "%2D")


def text_fragment(passages: Iterable[str]) -> str:
    """The directives that find these passages, as they stand behind `#:~:` in a URL.

    As in the WICG's "URL Fragment Text Directives"; several passages give several.
    """
    directives = []
    for passage in passages:
        parts = passage.split()
        words = " ".join(parts)
        if len(words) <= _WHOLE or len(parts) < 2 * _ENDS:
            directives.append(f"text={_encode(words)}")
        else:
            start, end = " ".join(parts[:_ENDS]), " ".join(parts[-_ENDS:])
            directives.append(f"text={_encode(start)},{_encode(end)}")
    return "&".join(directives)

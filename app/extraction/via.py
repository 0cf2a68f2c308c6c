"""The chain of outlets, platforms and channels through which words came to the article."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache

from app.extraction.data_files import load_data
from app.extraction.folding import fold
from app.extraction.names import is_compound, name_data
from app.extraction.outlets import find_outlet, iter_outlets
from app.extraction.types import Span

_TRAILING = re.compile(r"[\s.,;:’']+$")
_MAX_REACH = 600


@cache
def _unlisted() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(p) for p in load_data("occasions")["via"]["unlisted"])


class ViaFinder:
    """The outlets that a text names, read once."""

    def __init__(self, text: str) -> None:
        self._text = text
        renamed = load_data("occasions")["via"]["renamed"]
        found = [
            (a, b, text[a:b] if text[a:b] in renamed else outlet.name)
            for (a, b), outlet in iter_outlets(text, 0, len(text))
        ]
        self._listed = found
        self._starts = [a for a, _, _ in found]

    def find(
        self, regions: Iterable[Span], lemma: str, leave_out: Iterable[str]
    ) -> tuple[str, ...]:
        """Canonical names of the outlets named in the regions around a cue, in order of the text.

        ``leave_out`` are names that are not links of the chain: the speakers and the publisher.
        """
        out = {fold(name) for name in leave_out}
        found: list[tuple[int, str]] = []
        for start, end in regions:
            found += self._in_region(start, min(end, start + _MAX_REACH))
        platform = load_data("occasions")["via"]["platform_verbs"].get(lemma)
        if platform:
            found.append((-1, platform))
        names: list[str] = []
        for _, name in sorted(found):
            outlet = find_outlet(name)
            known = name in names or (outlet is not None and outlet.name in names)
            if not known and fold(name) not in out:
                names.append(name)
        return tuple(names)

    def _in_region(self, start: int, end: int) -> list[tuple[int, str]]:
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        listed = [one for one in self._listed[first:last] if one[1] <= end]
        found = [(a, name) for a, _, name in listed]
        taken: list[Span] = [(a, b) for a, b, _ in listed]
        for pattern in _unlisted():
            for match in pattern.finditer(self._text, start, end):
                a, b = match.span(1)
                if any(x < b and a < y for x, y in taken):
                    continue
                name = _TRAILING.sub("", match.group(1))
                listed_as = find_outlet(name)
                if name and fold(name) not in name_data().origins and not is_compound(name.lower()):
                    found.append((a, listed_as.name if listed_as else name))
                    taken.append((a, b))
        return found

"""Runs of capitalised words, split into what somebody is called and the titles in front of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.extraction.document import Item, ItemKind
from app.extraction.folding import fold
from app.extraction.grammar import grammar
from app.extraction.names import HONORIFICS, is_compound, is_title, name_data

_AFTER_NAME = 2  # words that a name has before "MP"
_MIN_NAME = 3  # characters
_VOWELS = frozenset("aeiou")


@dataclass(frozen=True, slots=True)
class Run:
    """A run of capitalised words: the name in it, and the title words before the name."""

    start: int
    end: int
    words: tuple[Item, ...]
    title: tuple[Item, ...]
    before: str
    definite: bool

    @property
    def folded(self) -> tuple[str, ...]:
        """The name's words, folded, without "Jr" and the like."""
        words = tuple(fold(word.low) for word in self.words)
        while len(words) > 1 and words[-1] in name_data().suffixes:
            words = words[:-1]
        return words


_GIVEN = frozenset({"jan", "per", "will"})


def name_runs(items: Sequence[Item]) -> Iterator[Run]:
    """Runs of capitalised words in a stretch, split into title and name."""
    at = 0
    while at < len(items):
        if not _starts(items, at):
            at += 1
            continue
        end = _run_end(items, at)
        words = [item for item in items[at:end] if item.kind is ItemKind.WORD]
        run = split_run(words, items[at - 1].low if at else "")
        if run is not None:
            yield run
        at = end


def _starts(items: Sequence[Item], at: int) -> bool:
    return may_open_name(items[at]) or _is_given(items, at)


def _is_given(items: Sequence[Item], at: int) -> bool:
    """Whether a word with another sense is a given name here ("Jan Hus", "said Will Lee")."""
    item = items[at]
    if item.low not in _GIVEN or not item.capital or at + 1 >= len(items):
        return False
    opens = at == 0 and item.low == "will"  # "Will Rome fall?"
    return not opens and items[at + 1].capital and may_open_name(items[at + 1])


def may_open_name(item: Item) -> bool:
    """Whether an item is a capitalised word that is not only so because it opens a sentence."""
    if item.kind is not ItemKind.WORD or not item.capital:
        return False
    words = grammar()
    return not (
        is_compound(item.low)
        or item.low in words.determiners
        or item.low in words.pronouns
        or item.low in words.prepositions
        or item.low in words.subordinators
        or item.low in words.openers
        or item.low in words.contractions
        or item.low in words.time_nouns
        or item.low in words.auxiliaries
    )


def _run_end(items: Sequence[Item], at: int) -> int:
    end = at + 1
    while end < len(items):
        item = items[end]
        nxt = items[end + 1] if end + 1 < len(items) else None
        is_initial = (
            item.low == "."
            and _may_be_initial(items[end - 1])
            and items[end - 1].capital
            and nxt is not None
            and nxt.capital
        )
        is_title_stop = (
            item.low == "."
            and items[end - 1].low in name_data().titles
            and nxt is not None
            and nxt.capital
        )
        particle = (
            item.low in name_data().particles
            and nxt is not None
            and (nxt.capital or nxt.low in name_data().particles)
            and item.kind is ItemKind.WORD
        )
        if not (
            (
                item.capital
                and item.kind is ItemKind.WORD
                and item.low not in grammar().time_nouns
                and not is_compound(item.low)
            )
            or is_initial
            or is_title_stop
            or particle
        ):
            break
        end += 1
    return end


def _may_be_initial(item: Item) -> bool:
    """Whether a full stop belongs to a word ("J", "Ch"), and ends no sentence ("Swiss Re.")."""
    size = item.end - item.start
    return size == 1 or (size == 2 and not set(item.low) & _VOWELS)


def split_run(words: Sequence[Item], before: str) -> Run | None:
    """A run with the titles and adjectives of origin taken off its front, or None if empty."""
    if not words:
        return None
    data = name_data()
    whole_end = words[-1].end
    while (
        len(words) > _AFTER_NAME
        and words[-1].low in data.memberships
        and before not in grammar().determiners | {"'s"}
    ):
        words = words[:-1]  # "Frank Lee MP"
    cut = 0
    for at, word in enumerate(words):
        if is_title(word.low) and not _is_surname(words, at):
            cut = at + 1
    if cut == 0:
        while cut < len(words) - 1 and words[cut].low.replace(".", "") in data.origins:
            cut += 1
        if words[-1].end - words[-1].start < _MIN_NAME:
            cut = 0  # "Swiss Re"
    name = list(words[cut:])
    return Run(
        words[0].start,
        whole_end,
        tuple(name),
        tuple(words[:cut]),
        before,
        definite=before == "the",
    )


def _is_surname(words: Sequence[Item], at: int) -> bool:
    """Whether a title word is a surname where it stands ("Mr King", "Billie Jean King")."""
    if at == 0 or at != len(words) - 1:
        return False
    before = words[at - 1].low
    return before in HONORIFICS or fold(before) in name_data().male | name_data().female

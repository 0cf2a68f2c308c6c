"""Is it the same utterance? Measured on labelled pairs; held there by floors."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from app.extraction.wording import (
    Difference,
    differences,
    likeness,
    same_utterance,
)

PAIRS = Path(__file__).parent.parent / "gold" / "wordings.txt"


@dataclass(frozen=True)
class Pair:
    """Two wordings, whether they report one utterance, and whether tuning looked at them."""

    one: str
    other: str
    same: bool
    held_out: bool


def pairs() -> list[Pair]:
    found, block, said = [], 0, ""
    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        mark, _, words = line.partition(" ")
        if mark == "=":
            block, said = block + 1, words
        elif mark in ("+", "-"):
            found.append(Pair(said, words, mark == "+", block % 2 == 0))
    return found


def wrong(held_out: bool) -> tuple[list[Pair], list[Pair], list[Pair]]:
    """Pairs that are joined and should not be, that are not and should, and all."""
    chosen = [pair for pair in pairs() if pair.held_out is held_out]
    missed = [p for p in chosen if p.same and not same_utterance(p.one, p.other)]
    joined = [p for p in chosen if not p.same and same_utterance(p.one, p.other)]
    return joined, missed, chosen


def test_there_are_two_hundred_pairs_half_of_them_the_same():
    assert len(pairs()) == 200
    assert sum(pair.same for pair in pairs()) == 100


@pytest.mark.parametrize(("held_out", "found"), [(False, 41), (True, 37)])
def test_none_is_joined_wrongly_and_most_are_found(held_out: bool, found: int):
    joined, missed, chosen = wrong(held_out)
    assert joined == []
    assert sum(pair.same for pair in chosen) - len(missed) >= found


def test_the_order_of_the_two_does_not_matter():
    for pair in pairs():
        assert same_utterance(pair.one, pair.other) == same_utterance(pair.other, pair.one)


@pytest.mark.parametrize("said", [pair.one for pair in pairs()][::4])
def test_a_wording_is_one_with_itself_in_other_letters(said: str):
    assert same_utterance(said, f"“{said.upper()}”")
    assert differences(said, said.upper()) == []
    assert likeness(said, said) == 1


def test_what_differs():
    assert differences("We will, of course, pay 3 euros.", "We shall pay “3 euros” today") == [
        Difference("will, of course,", "shall"),
        Difference("", "today"),
    ]


def test_empty_wordings():
    assert likeness("", "") == 1
    assert likeness("…", "a") == 0
    assert not same_utterance("", "")

"""Outlets: looked up by name, and found in running text only where an outlet is meant."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.extraction.folding import fold
from app.extraction.outlets import KINDS, all_outlets, find_outlet, iter_outlets

SEED = json.loads(
    (Path(__file__).parents[1] / "gold" / "seed.jsonl").read_text(encoding="utf-8").splitlines()[0]
)["text"]


def found(text: str) -> list[str]:
    return [outlet.name for _, outlet in iter_outlets(text, 0, len(text))]


def test_every_name_and_alias_belongs_to_one_outlet():
    forms = Counter(
        fold(form).removeprefix("the ")
        for outlet in all_outlets()
        for form in (outlet.name, *outlet.aliases)
    )
    assert [form for form, count in forms.items() if count > 1] == []
    assert "" not in forms


def test_the_list_holds_every_kind_and_only_known_ambiguities():
    assert {outlet.kind for outlet in all_outlets()} == set(KINDS)
    assert len(all_outlets()) > 300
    for outlet in all_outlets():
        forms = {fold(f).removeprefix("the ") for f in (outlet.name, *outlet.aliases)}
        assert outlet.ambiguous <= forms
        assert outlet.homepage is None or outlet.homepage.startswith("http")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("TASS", "TASS"),
        ("the Tass agency", "TASS"),
        ("Ria Novosti", "RIA Novosti"),
        ("Rbc Ukraina", "RBC-Ukraine"),
        ("RBC-Ukraina", "RBC-Ukraine"),
        ("new york times", "The New York Times"),
        ("The New York Times newspaper", "The New York Times"),
        ("NYT", "The New York Times"),
        ("Truth", "Truth Social"),
        ("the social network X", None),
        ("X social network", "X"),
        ("Twitter", "X"),
        ("ansa.it", "ANSA"),
        ("www.ansa.it", "ANSA"),
        ("El Pais", "El País"),
        ("US State Department website", "US State Department"),
        ("Xinhua News Agency", "Xinhua"),
        ("the agency", None),
        ("agency", None),
        ("", None),
        ("Nobody's Gazette", None),
        ("Tass" + " agency" * 100_000, None),
    ],
)
def test_outlets_are_looked_up_by_any_of_their_names(name: str, expected: str | None):
    outlet = find_outlet(name)
    assert (outlet.name if outlet else None) == expected


@pytest.mark.parametrize(
    "text",
    [
        "the Sun rose over London",
        "Time will tell",
        "an X-ray of the chest",
        "Malcolm X said so",
        "the truth hurts; Truth and Reconciliation",
        "a guardian of the peace",
        "A Royal Mail spokesman told Sky",  # "told Sky" alone would be marked
        "according to Asahi Breweries",
        "the White House said, and the Kremlin denied",
        "the US State Department confirmed",
        "Sky. News came later",
        "an ap for that",
        "Reutersx and xReuters",
        "He is on Time-bound leave",
    ],
)
def test_ordinary_words_are_no_outlets(text: str):
    assert [name for name in found(text) if name != "Sky News"] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("quoted by the Tass agency", ["TASS"]),
        ("he wrote on X.", ["X"]),
        ("wrote on Truth, confirming", ["Truth Social"]),
        ("she told the Times", ["The Times"]),
        ("told Time magazine", ["Time"]),
        ("the tabloid Bild and the Sun newspaper", ["Bild", "The Sun"]),
        ("he said in a letter to the Independent", ["The Independent"]),
        ("The Independent reported", ["The Independent"]),
        ("on X (formerly Twitter)", ["X", "X"]),
        ("X, formerly known as Twitter", ["X", "X"]),
        ("citing Afp", ["Agence France-Presse"]),
        ("Xinhua’s report, THE NEW YORK TIMES", ["Xinhua", "The New York Times"]),
        ("El Pai\u0301s said", ["El País"]),
        ("the U.S. State Department website", ["US State Department"]),
        ("the U. S. State Department website", ["US State Department"]),
        ("on the website of the Pentagon", ["The Pentagon"]),
        ("the Kremlin’s official Telegram channel", ["The Kremlin", "Telegram"]),
        ("The Times of India, not The Times", ["The Times of India"]),
        ("the New\nYork Times", ["The New York Times"]),
    ],
)
def test_mentions_are_found_where_the_context_marks_them(text: str, expected: list[str]):
    assert found(text) == expected


def test_the_seed_article_names_its_sources():
    names = set(found(SEED))
    assert names >= {
        "Truth Social", "RIA Novosti", "TASS", "CNN", "The Guardian", "The New York Times",
        "Fox News", "US State Department", "The Economist", "RBC-Ukraine", "European Newsroom",
        "ANSA",
    }  # fmt: skip
    assert not names & {"The White House", "The Kremlin", "The Pentagon"}


def test_only_the_range_asked_for_is_searched():
    text = "Reuters and TASS"
    assert [o.name for _, o in iter_outlets(text, 0, 11)] == ["Reuters"]
    assert [o.name for _, o in iter_outlets(text, 2, 14)] == []  # both are cut by the range
    assert [o.name for _, o in iter_outlets("New York Times", 0, 8)] == []


WORDS = st.sampled_from(
    ["the", "The", "New", "York", "Times", "X", "on", "told", "Sun", "AP", "U.", "S.", "’s", "-",
     "State", "Department", "website", "\n", ".", "news", "Sky", "News", "é", "e\u0301"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=30).map(" ".join))


@given(TEXTS, st.integers(0, 90), st.integers(0, 90))
def test_any_text_gives_spans_in_range_and_order(text: str, start: int, end: int):
    end = min(end, len(text))
    position = start
    for (first, last), outlet in iter_outlets(text, start, end):
        assert position <= first < last <= end
        assert not text[first].isspace()
        assert outlet in all_outlets()
        position = last


@given(st.text(max_size=60))
def test_any_name_can_be_looked_up(name: str):
    outlet = find_outlet(name)
    assert outlet is None or outlet in all_outlets()


def test_context_is_read_only_nearby():
    """Each mention reads a bounded stretch of text, so a long text takes linear time."""
    far = "website " + "of the " * 20
    assert found(far + "Kremlin") == []
    assert found("X " * 2000 + "on X") == ["X"]

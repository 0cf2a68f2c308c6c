"""Entities: one canonical name each, whole words, and only where the entity is meant."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.extraction.folding import fold, slugify
from app.extraction.gazetteer import (
    KINDS,
    Sense,
    all_entities,
    find_entity,
    is_country,
    iter_entities,
)


def found(text: str) -> list[str]:
    return [mention.entity.name for mention in iter_entities(text)]


def test_every_form_belongs_to_one_entity():
    owners = Counter(
        form
        for entity in all_entities()
        for form in {fold(f).removeprefix("the ") for f in (entity.name, *entity.aliases)}
    )
    assert [form for form, count in owners.items() if count > 1] == []
    slugs = Counter(slugify(entity.name) for entity in all_entities())
    assert max(slugs.values()) == 1
    assert {entity.kind for entity in all_entities()} == set(KINDS)
    assert len(all_entities()) > 500


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("US", "United States"),
        ("U.S.", "United States"),
        ("america", "United States"),
        ("Americans", "United States"),
        ("North Atlantic Treaty Organization", "NATO"),
        ("Kiev", "Kyiv"),
        ("Turkiye", "Turkey"),
        ("the Netherlands", "Netherlands"),
        ("nowhere", None),
        ("", None),
    ],
)
def test_entities_are_looked_up_by_any_of_their_names(name: str, expected: str | None):
    entity = find_entity(name)
    assert (entity.name if entity else None) == expected


def test_countries_are_told_from_other_places():
    ukraine, kyiv = find_entity("Ukraine"), find_entity("Kyiv")
    assert ukraine is not None
    assert kyiv is not None
    assert is_country(ukraine)
    assert not is_country(kyiv)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("If Ukraine is not in NATO", ["Ukraine", "NATO"]),
        ("the U.S., the US and American troops", ["United States"] * 3),
        ("Nato and Hamas", ["NATO", "Hamas"]),
        ("in Moscow", ["Moscow"]),
        ("Moscow rejects it", ["Russia"]),
        ("Moscow at this moment does not want peace", ["Russia"]),
        ("Kyiv’s allies", ["Ukraine"]),
        ("talks between Washington and Tehran", ["United States", "Iran"]),
        ("he stayed with the London market", ["London"]),
        ("the Kremlin said", ["Russia"]),
        ("he was received at the Kremlin", ["Kremlin"]),
        ("Brussels is slow", ["European Union"]),
        ("World War II and COP30", ["World War II", "COP30"]),
        ("South Korean and North Korean", ["South Korea", "North Korea"]),
        ("a French Guiana spaceport", ["French Guiana"]),
        ("French farmers", ["France"]),
        ("the Gaza Strip", ["Gaza"]),
        ("Bank of America", ["Bank of America"]),
        ("In Jordan, King Abdullah", ["Jordan"]),
        ("King Abdullah of Jordan", ["Jordan"]),
        ("India’s Chad policy", ["India", "Chad"]),
        ("The WHO warned", ["World Health Organization"]),
        ("we and the Fed", ["Federal Reserve"]),
    ],
)
def test_names_demonyms_and_capitals_give_their_entity(text: str, expected: list[str]):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Michael Jordan scored",
        "Jordan Peterson spoke",
        "give it to us",
        "Us and them",
        "WHO ARE THEY",
        "THEY TOLD US SO",
        "a roast turkey in china bowls",
        "the New York Times and The Washington Post",
        "European Newsroom",
        "he said in French.",
        "Chadwick and Niger1a",
        "a Fed official",
        "the Native American vote",
    ],
)
def test_what_only_looks_like_an_entity_is_left_out(text: str):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Nobel Committee met", ["Nobel Committee"]),
        ("the Ministry of Health of", ["Ministry of Health"]),
        ("Iran’s Ministry of Health", ["Iran", "Ministry of Health"]),
        ("Ukrainian Defence Ministry", ["Ukraine", "Ukrainian Defence Ministry"]),
        ("the National People's Congress", ["National People's Congress"]),
        ("New York City Council", ["New York", "New York City Council"]),
        ("UN Security Council", ["UN Security Council"]),
        ("But Congress voted", ["US Congress"]),
        ("the Party and the Committee", []),
        ("iPhone Party", []),
        ("Acme Corp, Widgets Inc", ["Acme Corp", "Widgets Inc"]),
        ("Palestinian News Agency", []),
    ],
)
def test_unlisted_organisations_are_known_by_their_words(text: str, expected: list[str]):
    assert found(text) == expected


def test_a_meant_entity_is_marked_as_such():
    senses = {m.sense for m in iter_entities("the Alliance met; an Alliance did")}
    assert senses == {Sense.MEANT}


def test_only_the_range_asked_for_is_searched():
    text = "Ukraine and Russia"
    assert [m.entity.name for m in iter_entities(text, 8)] == ["Russia"]
    assert [m.entity.name for m in iter_entities(text, 0, 15)] == ["Ukraine"]


WORDS = st.sampled_from(
    ["the", "The", "US", "U.S.", "Moscow", "said", "in", "Bank", "of", "America", "Council", "and",
     "Jordan", "Michael", "WHO", "New", "York", "Times", "’s", "\n", ".", "Ministry", "for", "É"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=30).map(" ".join))


@given(TEXTS)
def test_any_text_gives_spans_in_range_and_order(text: str):
    position = 0
    for mention in iter_entities(text):
        assert position <= mention.start < mention.end <= len(text)
        assert not text[mention.start].isspace()
        position = mention.start


def test_names_are_extended_only_nearby():
    """The words before an organisation's word are read for a bounded stretch: linear time."""
    (mention,) = iter_entities("Zu " * 5000 + "Committee")
    assert mention.end - mention.start < 100

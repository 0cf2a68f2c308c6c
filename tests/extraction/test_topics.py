"""Topics of statements: their own words first, the article's last, nothing out of nowhere."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.extraction.folding import slugify
from app.extraction.topics import (
    MAX_ENTITIES,
    MAX_IPTC,
    TopicTag,
    TopicTagger,
    iptc_concepts,
)

SEED = json.loads(
    (Path(__file__).parents[1] / "gold" / "seed.jsonl").read_text(encoding="utf-8").splitlines()[0]
)
TAGGER = TopicTagger(SEED["text"], SEED["title"])
# In which the Union's High Representative says "we" or "our", often only as "she added".
OF_THE_UNION = ("s35", "s36", "s38", "s39", "s42")
OF_NATO = "s30"  # its Secretary General says what "we" must do
STATEMENTS = {s["id"]: tuple((a, b) for a, b in s["spans"]) for s in SEED["statements"]}


def tags_of(text: str, words: str, title: str | None = None) -> tuple[TopicTag, ...]:
    start = text.index(words)
    return TopicTagger(text, title).tag([(start, start + len(words))])


def names(tags: tuple[TopicTag, ...], scheme: str) -> set[str]:
    return {tag.name for tag in tags if tag.scheme == scheme}


def test_the_selection_is_a_forest_with_every_ancestor():
    concepts = {concept.code: concept for concept in iptc_concepts()}
    assert len(concepts) == len(iptc_concepts())
    assert 100 <= len(concepts) <= 200
    seen: set[str] = set()
    for concept in iptc_concepts():
        assert concept.code.startswith("medtop:")
        assert concept.name
        assert concept.parent is None or concept.parent in seen
        seen.add(concept.code)


@pytest.mark.parametrize(
    ("statement", "topic"),
    [
        ("s01", "diplomacy"),
        ("s01", "peace talks"),
        ("s05", "peace talks"),
        ("s07", "war"),
        ("s08", "war"),
        ("s10", "border disputes"),
        ("s11", "border disputes"),
        ("s12", "war"),
        ("s13", "prison"),
        ("s14", "prison"),
        ("s16", "diplomacy"),
        ("s18", "defence"),
        ("s19", "armed forces"),
        ("s20", "armed forces"),
        ("s21", "defence"),
        ("s21", "peace talks"),
        ("s22", "war"),
        ("s23", "defence"),
        ("s25", "defence"),
        ("s26", "defence"),
        ("s27", "defence"),
        ("s29", "defence"),
        ("s30", "defence"),
        ("s31", "defence"),
        ("s32", "defence"),
        ("s33", "peace talks"),
        ("s34", "peace talks"),
        ("s37", "diplomacy"),
    ],
)
def test_the_seed_statements_carry_their_media_topic(statement: str, topic: str):
    assert topic in names(TAGGER.tag(STATEMENTS[statement]), "iptc")


@pytest.mark.parametrize("statement", [s["id"] for s in SEED["statements"]])
def test_the_seed_statements_that_name_nato_or_ukraine_carry_them(statement: str):
    spans = STATEMENTS[statement]
    words = " ".join(SEED["text"][start:end] for start, end in spans)
    entities = names(TAGGER.tag(spans), "entity")
    assert ("NATO" in entities) == ("NATO" in words or statement == OF_NATO)
    assert ("Ukraine" in entities) == ("Ukrain" in words)
    if "European Union" in entities:
        assert "Europe" in words or statement in OF_THE_UNION


@pytest.mark.parametrize("statement", OF_THE_UNION)
def test_the_seed_statements_of_the_high_representatives_we_are_the_unions(statement: str):
    assert "European Union" in names(TAGGER.tag(STATEMENTS[statement]), "entity")


@pytest.mark.parametrize("statement", ["s33", "s34", "s40"])
def test_europe_that_must_be_heard_is_the_union(statement: str):
    assert "European Union" in names(TAGGER.tag(STATEMENTS[statement]), "entity")


def test_what_is_inherited_weighs_less_than_what_is_said():
    text = (
        "NATO ministers met to speak of the war, the invasion and the frontline.\n\n"
        "“The war goes on, and the Alliance will help,” he said. “I cannot tell,” he added. "
        "The war goes on."
    )
    own = {tag.name: tag.score for tag in tags_of(text, "The war goes on, and the Alliance")}
    named = {tag.name: tag.score for tag in tags_of(text, "NATO ministers met")}
    inherited = {tag.name: tag.score for tag in tags_of(text, "I cannot tell")}
    assert own["NATO"] < named["NATO"]
    assert inherited["war"] < own["war"]
    assert "NATO" not in inherited


def test_the_alliance_is_nobody_where_nato_is_not_named():
    assert (
        names(tags_of("The Alliance will help, he said.", "The Alliance will help"), "entity")
        == set()
    )


def test_the_two_countries_are_the_last_two_named():
    text = "France and Germany quarrel with Spain.\nItaly met Poland. The two countries agreed."
    assert names(tags_of(text, "The two countries agreed"), "entity") == {"Italy", "Poland"}
    alone = "Italy met nobody. The two countries agreed."
    assert names(tags_of(alone, "The two countries agreed"), "entity") == set()


def test_we_is_the_organisation_whose_role_the_speaker_has():
    text = (
        "The EU waits. “We must do more,” NATO Secretary-General Mark Rutte said. "
        "“We will,” said a man from NATO. “He must,” said UN spokeswoman Ann Lee. "
        "The OPEC president said: “We wait.” EU spokesman Bob Ray was silent."
    )
    assert names(tags_of(text, "We must do more"), "entity") == {"NATO"}
    assert names(tags_of(text, "We will"), "entity") == set()
    assert names(tags_of(text, "He must"), "entity") == set()
    assert names(tags_of(text, "We wait."), "entity") == {"OPEC"}


OFFICE = (
    "“It is late,” NATO Secretary-General Mark Rutte said. “We are ready,” Rutte added.\n"
    "“We will help,” he said of the talks with Ann Lee.\n"
    "Ann Lee, a farmer, laughed. “We pay,” she said. “We sow,” he said, and Rutte left.\n"
    "“We hope,” a man said."
)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("We are ready", {"NATO"}),
        ("We will help", {"NATO"}),
        ("We pay", set()),
        ("We hope", set()),
    ],
)
def test_an_office_holder_speaks_for_it_throughout_the_article(words: str, expected: set[str]):
    assert names(tags_of(OFFICE, words), "entity") == expected


def test_a_capital_that_is_asked_to_act_is_its_country():
    text = "The court urged Belgrade to pay. The road leads to Belgrade to this day."
    assert names(tags_of(text, "urged Belgrade to pay"), "entity") == {"Serbia"}
    assert names(tags_of(text, "leads to Belgrade to this"), "entity") == {"Belgrade"}


COUNTRIES = (
    "Chile and Peru vote in May. Chile's finance minister said the country would borrow. "
    "In Lima he added: “Our country will not.”"
)


def test_a_speakers_own_country_is_meant():
    assert names(tags_of(COUNTRIES, "the country would borrow"), "entity") == {"Chile"}
    assert names(tags_of("The country waits.", "The country waits"), "entity") == set()
    text = "Peru, Peru and Chile met.\n\nThe nation was praying, he said."
    assert names(tags_of(text, "The nation was praying"), "entity") == {"Peru"}
    tied = "Peru and Chile met.\n\nThe nation was praying, he said."
    assert names(tags_of(tied, "The nation was praying"), "entity") == set()


def test_the_narrower_topic_stands_for_the_broader():
    words = "Peace talks failed; the peace talks and the ceasefire talks must go on."
    assert names(tags_of(words, words), "iptc") == {"peace talks"}


def test_plurals_count_and_other_words_do_not():
    for words in ("two referendums on one referendum", "a referendum, one more referendum"):
        assert names(tags_of(words, words), "iptc") == {"referenda"}
    warm = "warm words about sparrows"
    assert names(tags_of(warm, warm), "iptc").isdisjoint({"war", "armed conflict", "nature"})


def test_a_term_counts_only_as_whole_words_and_capitalised_where_it_is():
    assert names(tags_of("swarms and warranties", "swarms and warranties"), "iptc") == set()
    text = "He asked Congress and the Senate; senators in Congress voted on the bill."
    assert names(tags_of(text, text), "iptc") == {"legislative body"}


def test_one_weak_word_needs_an_article_that_bears_it_out():
    words = "the next attack"
    text = f"Shelling and airstrikes went on.\nHe spoke of {words} and of artillery."
    alone = {tag.name: tag.score for tag in tags_of(words, words)}
    borne_out = {tag.name: tag.score for tag in tags_of(text, words)}
    assert alone.get("armed conflict", 0.0) + 0.2 < borne_out["armed conflict"]


def test_the_title_supports_what_a_statement_says():
    words = "He spoke of artillery after the attack"
    plain = {t.name: t.score for t in tags_of(words, words)}
    titled = {t.name: t.score for t in tags_of(words, words, "Airstrikes and shelling go on")}
    assert titled["armed conflict"] > plain["armed conflict"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("boats from Busan to Rotterdam", {"Busan", "Rotterdam"}),
        ("the well in Tula Toli", {"Tula Toli"}),
        ("a road between Ashgrove and Marlow Creek", {"Ashgrove", "Marlow Creek"}),
        ("ECOWAS has met", {"ECOWAS"}),
        ("a post on Truth Social", {"Truth Social"}),
        ("Snapchat and Instagram", {"Snapchat", "Instagram"}),
        ("the GDP of the EU", {"European Union"}),
        ("in March, in English, in Parliament", set()),
        ("THE BANK WAS ROBBED BY XYZ", set()),
    ],
)
def test_unlisted_names_count_too(text: str, expected: set[str]):
    assert names(tags_of(text, text), "entity") == expected


def test_people_are_no_places():
    text = "Anna Busan met Mr Oulu. He believes in Busan and in Oulu, near Rotterdam."
    words = "He believes in Busan and in Oulu, near Rotterdam"
    assert names(tags_of(text, words), "entity") == {"Rotterdam"}


def test_a_repeated_entity_scores_higher_and_never_above_one():
    once = tags_of("Ukraine", "Ukraine")
    many = "Ukraine " * 30
    assert once[0].score < tags_of(many, many)[0].score <= 1.0
    assert once == (TopicTag("entity", "ukraine", "Ukraine", 0.9),)


WORDS = st.sampled_from(
    ["war", "NATO", "the Alliance", "we", "Ukraine", "\n", ".", "both countries", "peace", "talks",
     "Europe must", "EU", "President", "“", "”", "election", "tax", "Bank of X"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=120), st.lists(WORDS, max_size=40).map(" ".join))
SPANS = st.lists(st.tuples(st.integers(-5, 200), st.integers(-5, 200)), max_size=4)


@given(TEXTS, SPANS, st.none() | st.text(max_size=30))
def test_any_spans_of_any_text_give_sorted_tags(text: str, spans: list[tuple[int, int]], title):
    tagger = TopicTagger(text, title)
    tags = tagger.tag(spans)
    assert tags == tagger.tag(spans)
    assert [tag.score for tag in tags] == sorted((tag.score for tag in tags), reverse=True)
    assert len({(tag.scheme, tag.code) for tag in tags}) == len(tags)
    assert sum(tag.scheme == "iptc" for tag in tags) <= MAX_IPTC
    assert sum(tag.scheme == "entity" for tag in tags) <= MAX_ENTITIES
    codes = {concept.code: concept.name for concept in iptc_concepts()}
    for tag in tags:
        assert 0 < tag.score <= 1
        expected = codes.get(tag.code) if tag.scheme == "iptc" else tag.name
        assert tag.name == expected
        assert tag.scheme == "iptc" or tag.code == slugify(tag.name)


def test_what_a_statement_refers_to_is_looked_for_only_nearby():
    """A statement reads a bounded stretch around it, so many in one paragraph stay linear."""
    text = "NATO Secretary-General Lee " + "spoke on and " * 40 + "said: “We wait.”"
    assert names(tags_of(text, "We wait."), "entity") == set()
    text = "France and Spain met. " + "NATO met. " * 40 + "The two countries agreed."
    assert names(tags_of(text, "The two countries agreed"), "entity") == set()

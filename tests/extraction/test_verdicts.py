"""Accusations, denials, warnings and what things are called; and cues that stand apart."""

import pytest

from tests.extraction.reading import read, read_all, said


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Ana Diaz accused the bank of hiding losses.", "the bank of hiding losses"),
        ("Ana Diaz blamed the storm for the delay.", "the storm for the delay"),
        ("Ana Diaz denied taking bribes.", "taking bribes"),
        ("Ana Diaz called for a new inquiry.", "a new inquiry"),
        ("Ana Diaz promised to build a school.", "to build a school"),
        ("Ana Diaz warned against panic buying.", "panic buying"),
        ("Ana Diaz dismissed the claim as “nonsense”.", "the claim as “nonsense”"),
        ("Ana Diaz rejected the charge as “reckless”.", "the charge as “reckless”"),
        ("Ana Diaz described it as “a disgrace”.", "it as “a disgrace”"),
        ("Ana Diaz, a Whig who wrote the bill, called it “a gift”.", "it “a gift”"),
    ],
)
def test_what_was_said_is_the_complement(text: str, content: str) -> None:
    assert said(text) == [("Ana Diaz", (content,))]


@pytest.mark.parametrize(
    "text",
    [
        "Ana Diaz praised the crew for their courage.",
        "Ana Diaz thanked the volunteers for their work.",
        "Ana Diaz denied the allegations.",
        "Ana Diaz declined to name the player.",
        "Ana Diaz heard that the boat had sunk.",
    ],
)
def test_what_says_too_little_is_no_statement(text: str) -> None:
    assert read(text) == []


def test_an_inverted_cue_needs_no_quotation_marks() -> None:
    text = "Prices will rise by a fifth, said farm minister Kofi Mensah, quoted by Reuters."
    [found] = read(text)
    assert (found.content, found.speaker) == (("Prices will rise by a fifth",), "Kofi Mensah")
    assert found.found.via == ("Reuters",)


def test_how_words_came_to_be_known_is_no_part_of_the_mention() -> None:
    [found] = read("Lucy Ho, quoted by the Herald Sun, said the freeze would come too late.")
    assert (found.speaker, found.mention) == ("Lucy Ho", "Lucy Ho")
    assert found.found.via == ("Herald Sun",)


def test_a_quotation_behind_a_semicolon_is_not_lost() -> None:
    text = "“It is safe,” Ana Diaz said. “It is new,” she added; and, later, “We will not go.”"
    assert said(text)[1:] == [
        ("Ana Diaz", ("“It is new,”",)),
        ("Ana Diaz", ("“We will not go.”",)),
    ]


def test_a_semicolon_parts_two_cues() -> None:
    text = "Lucy Ho said it would come too late; “we need help by winter,” she said."
    assert said(text) == [
        ("Lucy Ho", ("it would come too late",)),
        ("Lucy Ho", ("“we need help by winter,”",)),
    ]


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("The brakes had failed twice, a court has heard.", "The brakes had failed twice"),
        ("The inquest heard that the brakes had failed.", "the brakes had failed"),
    ],
)
def test_what_a_court_heard_is_said_by_nobody_named(text: str, content: str) -> None:
    assert said(text) == [(None, (content,))]


def test_a_headline_may_name_a_role_before_its_colon() -> None:
    text = "Flood in the valley, mayor: «Stay at home»\n\nTwo boats sank in the night."
    assert said(text) == [("mayor", ("«Stay at home»",))]


def test_a_sentence_with_an_object_is_about_no_other() -> None:
    assert read("The crew filmed whales for a week.\n\nOther scientists urged caution.") == []


def test_one_mother_is_no_narrator() -> None:
    assert said("“My son reads again,” one mother said.") == [
        ("one mother", ("“My son reads again,”",))
    ]


def test_what_never_ends_is_no_prose() -> None:
    assert read_all("Ana Diaz said she left and " * 200) == []

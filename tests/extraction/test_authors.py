"""Whose documents speak, who holds an office that nobody else has, and what is a firm's name."""

import pytest

from app.extraction.types import Act, Medium, SpeakerKind
from tests.extraction.reading import read

# --- documents ---


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ("The Harbour Commission's annual report said the quay was unsafe.", "Harbour Commission"),
        ("A Meridian Economics survey found that prices had doubled.", "Meridian Economics"),
        (
            "The Harbour Commission has published a report. It cost a million. "
            "The report said the quay was unsafe.",
            "Harbour Commission",
        ),
        (
            "A recent survey says that prices have doubled. "
            "The Meridian Economics survey asked 900 shops.",
            "Meridian Economics",
        ),
        ("Ana Diaz wrote a book. “The quay is unsafe,” her book said.", "Ana Diaz"),
        (
            "The Harbour Commission said in a statement that the quay was safe. "
            "“It will open in May,” the statement added.",
            "Harbour Commission",
        ),
    ],
)
def test_a_document_speaks_for_its_author(text: str, author: str) -> None:
    found = read(text)[-1] if "recent" not in text else read(text)[0]
    assert found.speaker == author
    assert found.found.act is Act.WRITING
    assert found.found.medium in (Medium.DOCUMENT, Medium.STATEMENT)


@pytest.mark.parametrize(
    "text",
    [
        "Official figures showed on Friday that prices had doubled.",
        "Latest estimates suggest that prices have doubled.",
        "A report says the quay is unsafe. Harbour Bank published a survey.",
        "The study found that snails sleep. Ana Diaz, who took no part in the study, was glad.",
    ],
)
def test_a_document_of_nobody_stays_unnamed(text: str) -> None:
    (speaker,) = read(text)[0].found.speakers
    assert speaker.kind is SpeakerKind.UNNAMED


# --- offices ---


def test_an_office_is_the_person_of_the_sentence_before() -> None:
    text = (
        "Oliver Ray, for the opposition, attacked the plan. "
        "The shadow chancellor said the sums did not add up."
    )
    assert read(text)[-1].speaker == "Oliver Ray"


def test_an_office_is_not_that_of_somebody_with_another() -> None:
    text = "Mayor Oliver Ray attacked the plan. The chancellor said the sums added up."
    assert read(text)[-1].found.speakers[0].kind is SpeakerKind.UNNAMED


def test_her_manager_is_somebody_else() -> None:
    text = "Lila Marchetti cancelled the tour. Her manager said that tickets would be refunded."
    assert read(text)[-1].speaker != "Lila Marchetti"


def test_the_minister_and_the_prime_minister_are_two() -> None:
    text = (
        "“No deal was done,” the prime minister said. "
        "Former welfare minister Frank Field MP said that he should resign."
    )
    first, second = read(text)
    assert first.found.speakers[0].kind is SpeakerKind.UNNAMED
    assert second.speaker == "Frank Field"


# --- firms, parties and people ---


def test_a_firm_is_known_by_its_shares() -> None:
    text = (
        "Shares in Krona Kringle fell after the firm revealed that it had lost millions. "
        "Krona Kringle said that errors had been made."
    )
    first, second = read(text)
    assert first.speaker == second.speaker == "Krona Kringle"
    assert second.found.speakers[0].kind is SpeakerKind.ORGANIZATION


def test_a_party_is_not_the_politician_named_before() -> None:
    text = "Ana Diaz visited Leeds. Labour say that a vote for her is wasted."
    assert read(text)[-1].speaker == "Labour"


def test_who_says_i_is_a_person() -> None:
    (found,) = read("“I have surprised myself,” said Sotherton.")
    assert found.found.speakers[0].kind is SpeakerKind.PERSON


def test_a_sentence_ends_behind_a_short_name() -> None:
    text = "“The trend goes up,” said Swiss Re. Tightly packed towns were hit."
    assert read(text)[0].speaker == "Swiss Re"


def test_whom_an_agency_quotes_speaks() -> None:
    text = "The IRNA news agency quoted lawmaker Hossein Mokhtari as saying that talks had failed."
    (found,) = read(text)
    assert found.speaker == "Hossein Mokhtari"
    assert found.found.via == ("Islamic Republic News Agency",)


def test_the_chief_minister_is_another_minister() -> None:
    text = (
        "Agriculture minister Harjot Sidhu said that claims had been checked. "
        "The chief minister said that not a rupee would be held back."
    )
    assert read(text)[1].found.speakers[0].kind is SpeakerKind.UNNAMED

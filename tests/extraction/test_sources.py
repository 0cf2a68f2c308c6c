"""Through whom words came, on what occasion, when, and by whom a text is credited."""

from datetime import UTC, date, datetime

import pytest

from app.extraction.credits import Credits, find_credits, find_title
from app.extraction.types import Act, Medium
from tests.extraction.reading import read

PUBLISHED = datetime(2024, 5, 16, 9, 30, tzinfo=UTC)  # a Thursday


@pytest.mark.parametrize(
    ("text", "via"),
    [
        ("“It is over,” said Ana Diaz, quoted by the Tass agency.", ("TASS",)),
        ("Ana Diaz told AFP that it was over.", ("Agence France-Presse",)),
        ("“It is over,” Ana Diaz wrote on Facebook.", ("Facebook",)),
        ("“It is over,” wrote Ana Diaz on Truth.", ("Truth Social",)),
        (
            "It is over. Ana Diaz stated this in an interview with The Economist, as reported by "
            "Ria Novosti.",
            ("The Economist", "RIA Novosti"),
        ),
        ("Ana Diaz told the Daily Clarion that it was over.", ("Daily Clarion",)),
        ("“It is over,” said Ana Diaz, quoted by the Foo Bar agency.", ("Foo Bar",)),
        ("According to The Guardian, Ana Diaz said it was over.", ("The Guardian",)),
        ("Ana Diaz tweeted that it was over.", ("Twitter",)),
        ("“It is over,” said Ana Diaz, pointing at the sea.", ()),
        ("The New York Times reports that it is all over.", ()),
        ("LIMA (Reuters) - Ana Diaz said it was over.", ("Reuters",)),
        ("Ana Diaz said on Friday it was over.\n\n(dpa)", ("dpa",)),
    ],
)
def test_the_chain(text: str, via: tuple[str, ...]) -> None:
    (found,) = read(text)
    assert found.found.via == via


def test_the_publisher_is_no_link_of_the_chain() -> None:
    text = "LIMA (Reuters) - Ana Diaz told AFP that it was over."
    assert read(text, publisher="Reuters")[0].found.via == ("Agence France-Presse",)
    ansa = "Ana Diaz told Ansa that it was over.\n\nReproduction reserved © Copyright ANSA"
    assert read(ansa)[0].found.via == ()


def test_what_comes_after_the_next_cue_belongs_to_that_one() -> None:
    text = "“It is over,” wrote Ana Diaz on Facebook, confirming that CNN had been right all along."
    assert next(r.found.via for r in read(text)) == ("Facebook",)


@pytest.mark.parametrize(
    ("text", "medium"),
    [
        ("Ana Diaz said in an interview with El País that it was over.", Medium.INTERVIEW),
        ("Ana Diaz told a press conference that it was over.", Medium.PRESS_CONFERENCE),
        ("Ana Diaz said in a speech that it was over.", Medium.SPEECH),
        ("Ana Diaz said in a post on X that it was over.", Medium.POST),
        ("In a statement, Ana Diaz said that it was over.", Medium.STATEMENT),
        ("Ana Diaz said in a letter to staff that it was over.", Medium.LETTER),
        ("Ana Diaz said on television that it was over.", Medium.BROADCAST),
        ("A new report said that it was over.", Medium.DOCUMENT),
        ("Ana Diaz said that it was over.", None),
    ],
)
def test_the_medium(text: str, medium: Medium | None) -> None:
    assert [r.found.medium for r in read(text)] == [medium]


def test_posts_letters_and_reports_are_writing() -> None:
    text = (
        "“We both agreed,” Ana Diaz wrote on Facebook.\n\n"
        "“Millions of us – Diaz continued – will remember.”\n\n"
        "“Nobody will forget,” she told a rally later."
    )
    assert [r.found.act for r in read(text)] == [Act.WRITING, Act.WRITING, Act.SPEECH]
    assert read("A new report said that it was over.")[0].found.act is Act.WRITING


@pytest.mark.parametrize(
    ("when", "day"),
    [
        ("today", date(2024, 5, 16)),
        ("yesterday", date(2024, 5, 15)),
        ("on Monday", date(2024, 5, 13)),
        ("on Thursday", date(2024, 5, 16)),
        ("on May 2", date(2024, 5, 2)),
        ("on 2 May 2023", date(2023, 5, 2)),
        ("on December 3", date(2023, 12, 3)),
        ("on February 31", None),
        ("with a smile", None),
    ],
)
def test_the_day(when: str, day: date | None) -> None:
    text = f"Ana Diaz said {when} that it was over."
    assert read(text, published_at=PUBLISHED)[0].found.said_on == day
    assert read(text)[0].found.said_on is None


def test_a_later_29_february_is_no_day_of_last_year() -> None:
    text = "Ana Diaz said on February 29 that it was over."
    early = datetime(2024, 1, 5, tzinfo=UTC)
    assert read(text, published_at=early)[0].found.said_on is None


@pytest.mark.parametrize(
    ("text", "credits"),
    [
        ("It rained.\nReproduction reserved © Copyright ANSA", Credits("ANSA", None)),
        (
            "It rained.\n\nCopyright 2024 The Associated Press. All rights reserved.",
            Credits("Associated Press", None),
        ),
        ("It rained.\n\n© 2024 Foo Valley Courier", Credits("Foo Valley Courier", None)),
        ("LONDON (Reuters) - It rained.", Credits(None, "Reuters")),
        ("PARIS, March 3 (AFP) It rained.", Credits(None, "Agence France-Presse")),
        ("By Jo Bloggs, Associated Press\n\nIt rained.", Credits(None, "Associated Press")),
        ("It rained all day. (dpa)", Credits(None, "dpa")),
        ("It rained (a lot) on Monday.", Credits(None, None)),
        ("", Credits(None, None)),
    ],
)
def test_credits(text: str, credits: Credits) -> None:
    assert find_credits(text) == credits


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Rain in Lima\nIt rained.", "Rain in Lima"),
        ("Rain in Lima\n\nIt rained.", "Rain in Lima"),
        ("\n\nRain in Lima\n\nIt rained.", "Rain in Lima"),
        ("Rain in Lima\nIt rained.", None),
        ("It rained in Lima.\n\nIt stopped.", None),
        ("Will it rain?\n\nIt stopped.", None),
        ("LIMA (Reuters) - Rain\n\nIt rained.", None),
        ("Rain in Lima", None),
        ("x" * 201 + "\n\nIt rained.", None),
        ("", None),
        ("---\n\nIt rained.", None),
    ],
)
def test_title(text: str, title: str | None) -> None:
    assert find_title(text) == title


def test_what_a_relative_clause_tells_of_the_speaker_is_not_the_occasion():
    (found,) = read("“This changes the field,” said Ana Ruiz, a chemist in Lima who led the study.")
    assert (found.found.medium, found.found.act) == (None, Act.SPEECH)


def test_the_source_of_another_idea_is_not_the_source_of_these_words():
    found = read(
        "Ana Ruiz said that the council rejects the plan, an idea raised on Monday by Luis "
        "Vega in an interview with The Guardian as a way out."
    )
    ruiz = next(one.found for one in found if one.speaker == "Ana Ruiz")
    assert (ruiz.via, ruiz.medium) == ((), None)


def test_a_channel_holds_for_all_that_somebody_says() -> None:
    text = (
        "Ana Diaz has said that the quay is safe. She made her comments on The Early Stuff "
        "programme, shown on Channel Eleven.\n\nDiaz said that it would open in May. "
        "Luis Vega told The Guardian that it would not."
    )
    found = [r.found for r in read(text)]
    assert found[0].via == found[1].via == ("Early Stuff", "Channel Eleven")
    assert found[2].via == ("The Guardian",)


@pytest.mark.parametrize(
    ("text", "speaker", "via", "medium"),
    [
        (
            "The port is closed, according to documents seen by Reuters.",
            "documents",
            ("Reuters",),
            "document",
        ),
        (
            "An internal memo obtained by the Financial Times said the port was closed.",
            "internal memo",
            ("Financial Times",),
            "document",
        ),
        (
            "Ana Diaz was quoted by local newspaper El Faro as saying the port was closed.",
            "Ana Diaz",
            ("El Faro",),
            None,
        ),
        (
            "In an interview with Wave 97 on Saturday, Ana Diaz said the port was closed.",
            "Ana Diaz",
            ("Wave 97",),
            "interview",
        ),
        ("Ana Diaz said on March 5 that the port was closed.", "Ana Diaz", (), None),
        (
            "Ana Diaz told Meridian on condition of anonymity that the port was closed.",
            "Ana Diaz",
            ("Meridian",),
            None,
        ),
        (
            "Ana Diaz told the Oslo-based daily Vakten that the port was closed.",
            "Ana Diaz",
            ("Vakten",),
            None,
        ),
        (
            "In an op-ed in the Washington Post, Ana Diaz argued that the port was closed.",
            "Ana Diaz",
            ("The Washington Post",),
            "document",
        ),
        (
            "“The port is closed,” Ana Diaz said on the club’s official website.",
            "Ana Diaz",
            (),
            "statement",
        ),
        (
            "Ana Diaz wrote on her Facebook page that the port was closed.",
            "Ana Diaz",
            ("Facebook",),
            "post",
        ),
        (
            "The survey, published in the Medical Journal of Peru this week, revealed that "
            "children were tired.",
            "survey",
            ("Medical Journal of Peru",),
            "document",
        ),
    ],
)
def test_chains_as_agencies_write_them(
    text: str, speaker: str, via: tuple[str, ...], medium: str | None
) -> None:
    (found,) = read(text)
    assert (found.speaker, found.found.via, found.found.medium) == (speaker, via, medium)


def test_whoever_goes_on_speaks_to_the_same_outlet() -> None:
    found = read(
        "The port is shut. “It is over,” Ana Diaz told Reuters. She added that the sea was calm. "
        "Diaz said two boats were lost. “We told Reuters,” said Tom Lee. He said it was late."
    )
    assert [r.found.via for r in found] == [("Reuters",), ("Reuters",), (), (), ()]


def test_another_time_is_another_occasion() -> None:
    found = read(
        "The port is shut. “It is over,” Ana Diaz told Reuters. Last week she said it was calm."
    )
    assert [r.found.via for r in found] == [("Reuters",), ()]


def test_a_written_statement_goes_on() -> None:
    found = read("Ana Diaz said in a statement that she had left. “I am tired,” she said.")
    assert [r.found.act for r in found] == ["writing", "writing"]


def test_a_newspaper_that_comments_writes() -> None:
    found = read(
        "The Deseret News observed that the tag had spread. Sky News noted that the road was shut. "
        "The diplomat noted that the sea was calm."
    )
    assert [r.found.act for r in found] == ["writing", "speech", "speech"]


@pytest.mark.parametrize(
    ("text", "via"),
    [
        ("Ana Diaz wrote on Twitter that it was over.", ("Twitter",)),
        ("In a post on X, formerly Twitter, Ana Diaz said it was over.", ("X",)),
        ("“It is over,” Ana Diaz told local station KCLR.", ("KCLR",)),
        ("According to documents seen by Der Anzeiger, it was over.", ("Der Anzeiger",)),
    ],
)
def test_names_as_the_text_has_them(text: str, via: tuple[str, ...]) -> None:
    (found,) = read(text)
    assert found.found.via == via


def test_an_agency_that_cites_somebody() -> None:
    (found,) = read(
        "Kyodo News, citing an unnamed investigator, reported that the ship was intact."
    )
    assert (found.speaker, found.found.via) == ("unnamed investigator", ("Kyodo News",))

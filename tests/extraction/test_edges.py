"""Rarer shapes of the constructions, and what must not be taken for them."""

import pytest

from app.extraction.types import Kind
from tests.extraction.reading import read, read_all, said


@pytest.mark.parametrize(
    ("text", "speaker", "content"),
    [
        (
            "According to Yonhap, quoting Jeju Fire Station (JFS), two boats sank off Jeju.",
            "Jeju Fire Station",
            ("two boats sank off Jeju",),
        ),
        (
            "According to the team’s coach, Ana Diaz, the robot scored twice.",
            "Ana Diaz",
            ("the robot scored twice",),
        ),
        (
            "The boats sank, according to Ana Diaz on Monday.",
            "Ana Diaz",
            ("The boats sank",),
        ),
        (
            "In the words of Ana Diaz, the boats were old.",
            "Ana Diaz",
            ("the boats were old",),
        ),
        ("The harbour master (HM) said boats had sunk.", "harbour master", ("boats had sunk",)),
        ("Ana Diaz (left) says boats sank.", "Ana Diaz", ("boats sank",)),
        ("She’s Ana Diaz, who also said that boats sank.", "Ana Diaz", ("boats sank",)),
        (
            "Ana Diaz, head of the Callao Port Authority said boats had sunk.",
            "Ana Diaz",
            ("boats had sunk",),
        ),
        (
            "A spokeswoman for the port in Callao, says boats have sunk.",
            "spokeswoman for the port in Callao",
            ("boats have sunk",),
        ),
        ("Ana Diaz, 54, a pilot, said boats had sunk.", "Ana Diaz", ("boats had sunk",)),
        ("Ana Diaz – a pilot – said boats had sunk.", "Ana Diaz", ("boats had sunk",)),
        ("In Callao harbour officials said boats had sunk.", None, ("boats had sunk",)),
        ("However, Ana Diaz last week said boats had sunk.", "Ana Diaz", ("boats had sunk",)),
        (
            "Those close to Ana Diaz say that boats sank.",
            "Those close to Ana Diaz",
            ("boats sank",),
        ),
        ("Some say that the boats were sunk.", "Some", ("the boats were sunk",)),
        (
            "Ana Diaz told the port’s morning radio show that boats sank.",
            "Ana Diaz",
            ("boats sank",),
        ),
        ("Ana Diaz told her to leave the quay.", "Ana Diaz", ("her to leave the quay",)),
        ("Ana Diaz said in the early morning that boats sank.", "Ana Diaz", ("boats sank",)),
        ("Ana Diaz said late on Monday that boats sank.", "Ana Diaz", ("boats sank",)),
        ("Ana Diaz said bluntly that boats sank.", "Ana Diaz", ("boats sank",)),
        ("Ana Diaz said in a statement boats had sunk.", "Ana Diaz", None),
        (
            "Ana Diaz found a third of boats lacked radios.",
            "Ana Diaz",
            ("a third of boats lacked radios",),
        ),
        (
            "Ana Diaz announced there would be a new quay.",
            "Ana Diaz",
            ("there would be a new quay",),
        ),
        ("Ana Diaz called for a new quay to be built.", "Ana Diaz", ("a new quay to be built",)),
        (
            "Ana Diaz called the quay “a disgrace to us all”.",
            "Ana Diaz",
            ("the quay “a disgrace to us all”",),
        ),
        (
            "His claim that boats sank is wrong, said Ana Diaz.",
            "Ana Diaz",
            ("His claim that boats sank is wrong",),
        ),
        (
            "A warning from police that boats may sink was issued.",
            "police",
            ("boats may sink was issued",),
        ),
        (
            "Ana Diaz rejected and then repeated the claim that boats had sunk.",
            "Ana Diaz",
            ("boats had sunk",),
        ),
        (
            "Ana Diaz issued a warning that boats may sink, adding that she was sorry.",
            "Ana Diaz",
            ("boats may sink",),
        ),
        (
            "“Boats – he went on to say – have sunk here.” So said the port.",
            None,
            ("“Boats", "have sunk here.”"),
        ),
        (
            "“Boats have sunk,” Ana Diaz said, and later, “The quay is next.”",
            "Ana Diaz",
            ("“Boats have sunk,”", "“The quay is next.”"),
        ),
        (
            "“Boats have sunk,” Ana Diaz said, “and more will follow.”",
            "Ana Diaz",
            ("“Boats have sunk,”", "“and more will follow.”"),
        ),
        (
            "During the inquiry, Ana Diaz said, three boats had been sold.",
            "Ana Diaz",
            ("During the inquiry", "three boats had been sold"),
        ),
        (
            "Ana Diaz said “three boats” and “two crews” were lost.",
            "Ana Diaz",
            ("“three boats” and “two crews” were lost",),
        ),
        (
            "Ana Diaz said “three boats had been lost” in a speech.",
            "Ana Diaz",
            ("“three boats had been lost”",),
        ),
        (
            "Ana Diaz said “three boats had been lost that year” were hers.",
            "Ana Diaz",
            ("“three boats had been lost that year” were hers",),
        ),
        ("It is late, but “the boats are safe now,” said Ana Diaz.", "Ana Diaz", None),
        ("“The boats,” “the crews,” and more, said Ana Diaz.", "Ana Diaz", None),
        (
            "The boats are safe, the harbour master Ana Diaz said on Monday.",
            "Ana Diaz",
            ("The boats are safe",),
        ),
        (
            "On his part, the pilot was absent, as confirmed by Ana Diaz.",
            "Ana Diaz",
            ("the pilot was absent",),
        ),
    ],
)
def test_shapes(text: str, speaker: str | None, content: tuple[str, ...] | None) -> None:
    found = read(text)
    assert found, "nothing found"
    if content is not None:
        assert any(r.content == content for r in found), found
        found = [r for r in found if r.content == content]
    assert speaker is None or found[0].speaker == speaker


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        ":",
        "“”",
        "Smith: .",
        "Smith:",
        "’s said.",
        "said",
        "He said.",
        "According to",
        "According to , it rained.",
        "as confirmed by",
        "This was said by",
        "This was said by Ana Diaz.",
        "The boats sank. This was built by Ana Diaz.",
        "Dubbed “the quay”, it stands by the sea.",
        "It was said to be old.",
        "The port was told to close.",
        "Ana Diaz said goodbye to the crew.",
        "Ana Diaz said so.",
        "She has the final say.",
        "Boats sank without saying a word.",
        "The text messages and the answers that came were long.",
        "“The Long Sea”: a novel",
        "Having said it, he left the room.",
        "The report that was published said nothing.",
    ],
)
def test_nothing_is_said(text: str) -> None:
    assert [r for r in read(text) if r.content and r.speaker] == []


def test_the_narrator_is_no_speaker() -> None:
    assert read("I think that the quay is lovely, and we believe it is old.") == []


def test_a_quotation_taken_up_again_without_a_closing_mark_is_one() -> None:
    text = 'Ana Diaz said: "The sea took it all. We had nothing. "Now we build again." Crowds came.'
    assert said(text) == [
        ("Ana Diaz", ('"The sea took it all. We had nothing. "Now we build again."',))
    ]


def test_a_forgotten_closing_mark_does_not_swallow_the_next_speaker() -> None:
    text = '"The sea took it, said Ana Diaz. "Now we build," said Tomás Rojas.'
    assert ("Tomás Rojas", ('"Now we build,"',)) in said(text)


def test_an_opening_mark_that_is_turned_the_wrong_way() -> None:
    text = 'He wrote "no". Ana Diaz said boats sank," For example, the old one in May". It rained.'
    assert any('" For example' in "".join(r.content) for r in read(text))


def test_german_and_turned_guillemets() -> None:
    assert read("»Die boats sank«, said Ana Diaz.")[0].found.kind is Kind.DIRECT


def test_single_marks_and_plural_possessives() -> None:
    text = "‘The players’ boats are safe,’ said Ana Diaz. ‘We left at noon in the ’90s.’"
    assert said(text)[0][1][0] == "‘The players’ boats are safe,’"


def test_a_dateline_and_initials_do_not_break_sentences() -> None:
    text = "Ana M. Diaz of Washington D.C. said that the U.S. Senate and Mr. Lee were late."
    (found,) = read(text)
    assert found.content == ("the U.S. Senate and Mr. Lee were late",)
    assert found.speaker == "Ana M. Diaz"


def test_a_sentence_ends_after_initials_before_a_new_one() -> None:
    text = "Ana Diaz said it rained in Washington D.C. The boats sank."
    assert said(text) == [("Ana Diaz", ("it rained in Washington D.C.",))]


def test_carriage_returns_are_line_breaks() -> None:
    assert said("Ana Diaz said boats sank.\r\n\r\n“It rained,” she added.") == [
        ("Ana Diaz", ("boats sank",)),
        ("Ana Diaz", ("“It rained,”",)),
    ]


def test_long_texts_without_a_full_stop() -> None:
    assert isinstance(read_all("boat " * 5000 + "said " * 500), list)


@pytest.mark.parametrize(
    ("mention", "names"),
    [
        ("Both the Callao Port Board and the Lima Fire Department", 2),
        ("Ana Diaz and her brother", 1),
        ("the boats of Ana Diaz", 1),
        ("The secretary general of the pilots’ union (PU), Ana Diaz,", 1),
        ("Lord Diaz of Callao", 1),
        ("Port workers’ group Harbour Watch", 1),
        ("Callao Port Board chairman at Acme Holdings", 1),
    ],
)
def test_mentions_with_several_names(mention: str, names: int) -> None:
    found = read(f"Ana Diaz came. {mention} said that boats had sunk.")
    assert len(found[0].found.speakers) == names


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("Ana Diaz left. The ministry said boats sank.", ["ministry"]),
        (
            "The Ministry of Fish said boats sank. The ministry said more boats would sink.",
            ["Ministry of Fish"] * 2,
        ),
        (
            "A new study said boats sank. It said more boats would sink.",
            ["new study"] * 2,
        ),
        ("Officials said boats sank. He said more would sink.", ["Officials", None]),
        (
            "Spokeswoman Ana Diaz met spokesman Leo Barros. The spokeswoman said boats sank.",
            ["Ana Diaz"],
        ),
        ("Ana Diaz said boats sank to the people who say that it rained.", ["Ana Diaz"]),
        ("It rained on the pilots, who said that boats sank.", ["pilots"]),
        ("It rained. They, who said that boats sank, left.", [None]),
        ("“Boats sank in the storm,” they said.", [None]),
    ],
)
def test_who_is_meant(text: str, speakers: list[str | None]) -> None:
    assert [r.speaker for r in read(text)][: len(speakers)] == speakers

"""What is one statement and where it ends, beside the cue that gives it."""

import pytest

from tests.extraction.reading import said


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("For the Greens David Laws said: “It looks well,” he said. “It is debt.”", "David Laws"),
        ("Joan Marsh told Today: “It looks well,” she said. “It is debt.”", "Joan Marsh"),
    ],
)
def test_a_second_cue_only_interrupts(text: str, speaker: str) -> None:
    assert said(text) == [(speaker, ("“It looks well,”", "“It is debt.”"))]


def test_another_speaker_does_not_interrupt() -> None:
    text = "Joan Marsh told Today: “It looks well,” said Tom Lee. “It is debt.”"
    assert all(speaker != "Joan Marsh" or len(content) == 1 for speaker, content in said(text))


def test_a_quotation_that_has_ended_is_not_taken_up() -> None:
    text = "Joan Marsh said: “It looks well.” She said: “It is debt.”"
    assert [content for _, content in said(text)] == [("“It looks well.”",), ("“It is debt.”",)]


@pytest.mark.parametrize(
    "silence",
    [
        "while BP, a big investor, declined to comment",
        "but the ministry did not respond to questions",
        "and the mayor could not be reached",
    ],
)
def test_silence_is_not_said(silence: str) -> None:
    text = f"The miner Acme Gold said it regretted any limit on sales {silence}."
    assert ("Acme Gold", ("it regretted any limit on sales",)) in said(text)

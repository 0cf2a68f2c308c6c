"""Transcripts: every answer goes to its speaker."""

from app.extraction.types import SpeakerKind
from tests.extraction.reading import read, read_all, said

INTERVIEW = """Pia Moreau keeps bees on a roof in Lille.

Q: Why bees?

A: They were there first.

I only moved in.

Q: Do they sting?

A: Every day.
"""


def test_answers_go_to_the_person_whom_the_article_is_about() -> None:
    assert said(INTERVIEW) == [
        ("Pia Moreau", ("They were there first.\n\nI only moved in.",)),
        ("Pia Moreau", ("Every day.",)),
    ]


def test_labels_are_names() -> None:
    text = "BBC: When was it?\nRenzo: In March, at night.\nBBC: Where?\nRenzo: In my own garden."
    found = read(text)
    assert [r.content for r in found] == [("In March, at night.",), ("In my own garden.",)]
    assert [r.found.speakers[0].kind for r in found] == [SpeakerKind.PERSON] * 2
    assert {r.speaker for r in read_all(text)} == {"BBC", "Renzo"}


def test_a_list_of_facts_is_no_transcript() -> None:
    assert read("Time: 5 in the evening\nPlace: Town hall\nPrice: free for all\nFood: none") == []

"""A statement's text: its spans, without the outer marks of direct speech."""

import pytest

from app.extraction.types import Kind
from app.extraction.wording import statement_text
from app.ingestion.drafts import hash_text, make_selectors


@pytest.mark.parametrize(
    ("exacts", "kind", "text"),
    [
        (["“We will win,”"], Kind.DIRECT, "We will win"),
        (["“We will win,", "and soon.”"], Kind.DIRECT, "We will win, and soon."),
        (["“We will win,”", "“and soon.”"], Kind.DIRECT, "We will win, and soon."),
        (["“He called it ‘nonsense’”"], Kind.DIRECT, "He called it ‘nonsense’"),
        (["“‘Nonsense’ is what it is,”"], Kind.DIRECT, "‘Nonsense’ is what it is"),
        (['"Yes,"'], Kind.DIRECT, "Yes"),
        (["«Oui»"], Kind.DIRECT, "Oui"),
        (["„Ja“"], Kind.DIRECT, "Ja"),
        (["''Yes''"], Kind.DIRECT, "Yes"),
        (["“One\n\n“Two”"], Kind.DIRECT, "One “Two"),
        (["rain was likely,"], Kind.INDIRECT, "rain was likely,"),
        (["it was “mad”"], Kind.MIXED, "it was “mad”"),
    ],
)
def test_statement_text(exacts: list[str], kind: Kind, text: str):
    assert statement_text(exacts, kind) == text


def test_the_hash_is_blind_to_case_accents_and_marks():
    assert hash_text("“Größe, no.”") == hash_text("grosse NO")
    assert hash_text("we’re") == hash_text("WE'RE")
    assert hash_text("yes") != hash_text("no")


def test_selectors_at_the_ends_of_a_text():
    (only,) = make_selectors("abc", [(0, 3)])
    assert only == {"exact": "abc", "prefix": "", "suffix": "", "start": 0, "end": 3}

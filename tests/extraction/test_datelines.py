"""A dateline is no part of what is said."""

import pytest

from tests.extraction.reading import read, said


@pytest.mark.parametrize(
    "dateline",
    [
        "ACCRA (Reuters) - ",
        "OSLO, March 3 (AFP) – ",
        "DUBLIN — ",
        "MINSK. Interfax - ",
        "ST. PAUL, Minn. (AP) _ ",
        "NEW DELHI, 4 May 2023 (PTI) -- ",
        "Lagos, May 3 - ",
        "Accra (AFP) – ",
        "(Reuters) - ",
    ],
)
def test_content_begins_behind_the_dateline(dateline: str) -> None:
    [found] = read(dateline + "Two ferries collided in the fog, Ana Diaz said.")
    assert found.content == ("Two ferries collided in the fog",)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("NATO – an alliance of many states – said it was ready.", "it was ready"),
        ("Ana Diaz - the mayor - said it was over.", "it was over"),
        ("Boats sank, Ana Diaz said - Two of them were old.", "Boats sank"),
    ],
)
def test_a_dash_alone_makes_no_dateline(text: str, content: str) -> None:
    assert read(text)[0].content == (content,)


@pytest.mark.parametrize(
    ("dateline", "agency"),
    [("OSLO, March 3 (AFP) – ", "Agence France-Presse"), ("MINSK. Interfax - ", "Interfax")],
)
def test_the_agency_of_a_dateline_is_in_the_chain(dateline: str, agency: str) -> None:
    assert read(dateline + "Boats sank, Ana Diaz said.")[0].found.via == (agency,)


def test_a_quotation_may_follow_a_dateline() -> None:
    text = "DUBLIN — “The boats are safe,” Ana Diaz said."
    assert said(text) == [("Ana Diaz", ("“The boats are safe,”",))]

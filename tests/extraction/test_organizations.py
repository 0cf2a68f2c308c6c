""" "The airline", "the union", "the report": which organisation of the article is meant."""

import pytest

from app.extraction.types import Act, SpeakerKind
from tests.extraction.reading import read, said


def names(text: str) -> list[tuple[str | None, SpeakerKind]]:
    return [(r.speaker, r.found.speakers[0].kind) for r in read(text)]


ORGANIZATION = SpeakerKind.ORGANIZATION


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Tarn Airways cut flights. The airline said fuel was dear.", "Tarn Airways"),
        ("Tarn Airways cut flights, the airline said on Monday.", "Tarn Airways"),
        ("Ryvex, a Belgian lender, cut jobs. The bank said costs rose.", "Ryvex"),
        ("The lender Ryvex cut jobs. The bank said costs rose.", "Ryvex"),
        ("The Nurses Union of Malta met. The union said pay was low.", "Nurses Union of Malta"),
        ("Ryvex opened a plant. The company said it would hire.", "Ryvex"),
        ("Norda Oil and Velta Bank merged. The bank said it would pay.", "Velta Bank"),
        ("Norda Oil and Velta Bank merged. The firm said it would pay.", "Norda Oil"),
        ("The Supreme Court ruled late. The court said the law was void.", "Supreme Court"),
        ("Tarn Airways cut flights. The Irish airline said fuel was dear.", "Tarn Airways"),
        ("Tarn Airways cut flights. Tarn, the carrier, said fuel was dear.", "Tarn Airways"),
        ("Tarn Airways said no. Velta, the airline, said fuel was dear.", "Velta"),
        ("The Reform Party met in Lyon. The party said it would vote no.", "Reform Party"),
    ],
)
def test_a_definite_noun_is_the_organization_that_fits(text: str, name: str) -> None:
    assert names(text)[-1] == (name, ORGANIZATION)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The union that represents nurses said pay was low.", "union"),
        ("Passengers waited. The airline said fuel was dear.", "airline"),
        ("Ana Diaz left. The energy ministry said gas was cheap.", "energy ministry"),
        ("The Reform Party met. The airline said fuel was dear.", "airline"),
        ("Two boats sank, police said.", "police"),
        ("Police said two boats sank.", "Police"),
        ("Boats sank in Kenya. The government said it would help.", "government"),
    ],
)
def test_a_bare_noun_is_never_the_name_of_an_organization(text: str, name: str) -> None:
    assert names(text) == [(name, SpeakerKind.GROUP)]


def test_it_is_an_organization_without_a_name_too() -> None:
    text = "The agency said roads were closed. “Stay at home,” it added."
    assert [speaker for speaker, _ in said(text)] == ["agency", "agency"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "Velta Bank said rates rose. Analysts at Norda Capital estimate that prices will fall. "
            "In a note to clients they wrote: “Sell now.”",
            "Analysts at Norda Capital",
        ),
        (
            "Velta Bank said rates rose. Residents of the valley met. They said they were angry.",
            "Residents of the valley",
        ),
    ],
)
def test_they_are_the_group_that_was_the_subject(text: str, name: str) -> None:
    assert names(text)[-1] == (name, SpeakerKind.GROUP)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Birds are fewer, according to a study published in the journal Nature.", "study"),
        ("A poll conducted by the paper found that voters were angry.", "poll"),
        ("A survey done for the union found that pay was low.", "survey"),
        ("People living near the plant said they smelled gas.", "People"),
        (
            "A senior port official, who asked not to be named, said so then.",
            "senior port official",
        ),
    ],
)
def test_participles_and_clauses_are_no_part_of_a_description(text: str, name: str) -> None:
    assert read(text)[0].speaker == name


def test_a_study_goes_by_its_title() -> None:
    text = "The National Sleep Survey came out on Monday. The survey found that one in five slept."
    [found] = read(text)
    assert found.speaker == "National Sleep Survey"
    assert found.found.act is Act.WRITING


def test_the_brazilian_is_the_person_who_spoke() -> None:
    text = "“I am glad,” said Marco Viale. The Brazilian added that he would stay."
    assert [speaker for speaker, _ in said(text)] == ["Marco Viale", "Marco Viale"]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The Editors Guild of Ghana said the ban was wrong.", "Editors Guild of Ghana"),
        ("The editor of a Lagos daily said the ban was wrong.", "editor of a Lagos daily"),
        ("The head of the family said the ban was wrong.", "head of the family"),
    ],
)
def test_names_are_not_cut_short(text: str, speaker: str):
    (found,) = read(text)
    assert found.speaker == speaker

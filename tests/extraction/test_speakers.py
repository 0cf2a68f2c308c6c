"""Who a mention means."""

import pytest

from app.extraction.types import SpeakerKind
from tests.extraction.reading import read, said


def speakers(text: str) -> list[str | None]:
    return [r.speaker for r in read(text)]


def test_surname_title_and_full_name_are_one_person() -> None:
    text = (
        "Transport spokesman Iván Morales said roads were open. Morales said buses ran. "
        "Mr Morales added that trains ran too. “All is well,” the spokesman said."
    )
    found = read(text)
    assert [r.speaker for r in found] == ["Iván Morales"] * 4
    speaker = found[0].found.speakers[0]
    assert speaker.kind is SpeakerKind.PERSON
    assert speaker.description == "Transport spokesman"
    assert set(speaker.aliases) == {"Iván Morales", "Morales"}


@pytest.mark.parametrize(
    ("mention", "name", "description"),
    [
        ("President Amina Yusuf", "Amina Yusuf", "President"),
        ("Nigerian President Amina Yusuf", "Amina Yusuf", "Nigerian President"),
        ("the new finance chief Amina Yusuf", "Amina Yusuf", "new finance chief"),
        ("Amina Yusuf, a doctor in Kano,", "Amina Yusuf", "doctor in Kano"),
        ("the club’s coach, Amina Yusuf,", "Amina Yusuf", "club’s coach"),
        ("Amina Yusuf, 41,", "Amina Yusuf", None),
        ("Dr Amina Yusuf", "Amina Yusuf", None),
        ("His sister Amina Yusuf", "Amina Yusuf", "sister"),
        ("Amina Yusuf of the Kano Water Board", "Amina Yusuf", None),
        ("Ambassador to the United States Amina Yusuf", "Amina Yusuf", None),
    ],
)
def test_titles_and_roles_are_no_part_of_a_name(
    mention: str, name: str, description: str | None
) -> None:
    (found,) = read(f"{mention} said the wells were dry.")
    assert found.speaker == name
    if description:
        assert found.found.speakers[0].description == description


@pytest.mark.parametrize(
    ("mention", "name", "kind"),
    [
        ("The Kano Water Board", "Kano Water Board", SpeakerKind.ORGANIZATION),
        (
            "The Ministry of Trade and Industry",
            "Ministry of Trade and Industry",
            SpeakerKind.ORGANIZATION,
        ),
        ("South Korea", "South Korea", SpeakerKind.ORGANIZATION),
        ("The Norwegian government", "Norwegian government", SpeakerKind.ORGANIZATION),
        ("Officials", "Officials", SpeakerKind.GROUP),
        ("Residents of the valley", "Residents of the valley", SpeakerKind.GROUP),
        ("A senior official, who asked not to be named,", "senior official", SpeakerKind.UNNAMED),
        ("A recent study", "recent study", SpeakerKind.UNNAMED),
        ("The New York Times", "The New York Times", SpeakerKind.ORGANIZATION),
    ],
)
def test_those_who_are_no_persons(mention: str, name: str, kind: SpeakerKind) -> None:
    found = list(read(f"{mention} said the wells were dry."))
    assert [(r.speaker, r.found.speakers[0].kind) for r in found] == [(name, kind)]


def test_pronouns_follow_speaker_and_subject() -> None:
    text = (
        "Sarah Okello opened the clinic. She said it had cost little. Her deputy, David Mutua, "
        "said it was full. “We need beds,” he said. “And nurses,” she added."
    )
    assert (
        speakers(text)
        == [
            "Sarah Okello",
            "Sarah Okello",
            "David Mutua",
            "David Mutua",
            "Sarah Okello",
        ][1:]
    )


def test_a_pronoun_that_fits_nobody_names_nobody() -> None:
    assert speakers("David Mutua said it was full. “We need beds,” she said.") == [
        "David Mutua",
        None,
    ]


def test_they_is_the_group_and_it_is_the_organisation() -> None:
    text = (
        "Farmers said prices had collapsed. They said they would strike. "
        "The Kano Water Board said it was sorry. It said pumps had failed."
    )
    assert speakers(text) == ["Farmers", "Farmers", "Kano Water Board", "Kano Water Board"]


def test_the_company_is_the_organisation_that_spoke() -> None:
    text = "Rheinwerk Holdings said it would close a mill. The company said no jobs would go."
    assert speakers(text) == ["Rheinwerk Holdings", "Rheinwerk Holdings"]


def test_roles_go_to_whoever_was_described_so() -> None:
    text = (
        "Radio host Leo Barros met Finance Minister Ingrid Dahl on Monday. "
        "“Taxes will fall,” the minister said. The Brazilian host said he was glad."
    )
    assert speakers(text) == ["Ingrid Dahl", "Leo Barros"]


def test_a_role_of_nobody_known_stays_a_description() -> None:
    (found,) = read("The coroner said the cause was unknown.")
    assert found.found.speakers[0].kind is SpeakerKind.UNNAMED
    assert found.speaker == "coroner"


def test_two_speakers_are_two() -> None:
    text = "Leo Barros and Ingrid Dahl said that talks had begun."
    assert [s.name for s in read(text)[0].found.speakers] == ["Leo Barros", "Ingrid Dahl"]


def test_who_is_the_one_before_it() -> None:
    text = "The report pleased Ingrid Dahl, who said that it was overdue."
    assert said(text) == [("Ingrid Dahl", ("it was overdue",))]


def test_king_may_be_a_surname() -> None:
    assert speakers("Mr King said the fair would open.") == ["King"]


def test_acronyms_stand_for_what_the_article_says() -> None:
    text = "The Lake Victoria Fisheries Council (LVFC) met on Monday. LVFC said stocks had halved."
    assert speakers(text) == ["Lake Victoria Fisheries Council"]


def test_namesakes_go_by_who_was_named_last() -> None:
    text = (
        "Anna Berg said she would run. Berg said taxes would fall. "
        "Peter Berg said he would not. Berg said he was tired."
    )
    assert speakers(text) == ["Anna Berg", "Anna Berg", "Peter Berg", "Peter Berg"]


def test_a_name_never_carries_a_possessive() -> None:
    text = "Ingrid Dahl spoke. Ingrid Dahl’s warning that banks could fail was ignored."
    assert said(text) == [("Ingrid Dahl", ("banks could fail was ignored",))]

"""Who a mention means where the text has to be read around it."""

from datetime import UTC, date, datetime

import pytest

from app.extraction.types import SpeakerKind
from tests.extraction.reading import read


def speakers(text: str) -> list[str | None]:
    return [r.speaker for r in read(text)]


def kinds(text: str) -> list[SpeakerKind]:
    return [s.kind for r in read(text) for s in r.found.speakers]


def confidence(text: str) -> list[float]:
    return [r.found.confidence for r in read(text)]


# --- mentions ---


@pytest.mark.parametrize(
    ("mention", "name"),
    [
        ("One of the drivers, Amina Yusuf, 34, from Kano, Kano State,", "Amina Yusuf"),
        ("Amina Yusuf - then an adviser to President Musa Bello -", "Amina Yusuf"),
        ("Ahmed al-Khatib, an engineer,", "Ahmed al-Khatib"),
        ("Willem van der Meer Jr", "Willem van der Meer Jr"),
        ("The operator, Lagos Rail,", "Lagos Rail"),
        ("The British Water Association", "British Water Association"),
        ("Labour peer Lord Haverley", "Lord Haverley"),
        ("The 34-year-old", None),
    ],
)
def test_the_name_in_a_mention(mention: str, name: str | None) -> None:
    (found,) = read(f"{mention} said the wells were dry.")
    if name is None:
        assert found.found.speakers[0].kind is SpeakerKind.UNNAMED
    else:
        assert found.speaker == name


def test_a_surname_shared_by_two() -> None:
    text = "Declan and Fintan Moriarty said the paint was theirs. “It was old,” his brother said."
    assert speakers(text)[0] == "Declan Moriarty and Fintan Moriarty"


def test_the_pair_are_both_and_the_brother_is_the_other() -> None:
    text = (
        "Declan and Fintan Moriarty painted the bench. The pair said it was rotten. "
        "“It was old,” Declan Moriarty said. “And grey,” his brother added."
    )
    both = "Declan Moriarty and Fintan Moriarty"
    assert speakers(text) == [both, "Declan Moriarty", "Fintan Moriarty"]


def test_a_slip_in_a_surname_is_the_same_person() -> None:
    text = "Greta Buchtmann said salt was cheap. Ms Bauchtman said it would take time."
    assert speakers(text) == ["Greta Buchtmann"] * 2


def test_a_family_name_may_come_first() -> None:
    text = "Zhang Weimin, a baker, said sales fell. Mr Zhang said ovens were cold."
    assert speakers(text) == ["Zhang Weimin"] * 2


def test_a_clause_in_front_has_the_subject_of_the_main_clause() -> None:
    text = (
        "Claudia Pino spoke in Talca. While accepting that the contract was “generous”, Ms Pino "
        "said it could not be torn up."
    )
    assert speakers(text)[0] == "Claudia Pino"


# --- pronouns ---


def test_a_pronoun_that_is_the_subject_keeps_its_own_antecedent() -> None:
    text = (
        "Sarah Okello opened the clinic. Critics of Grace Mutua were silent. She closed the "
        "school in March. “It was empty,” she said."
    )
    assert len(set(speakers(text))) == 1


def test_the_pronouns_beside_a_name_show_a_gender() -> None:
    text = (
        "Zirka Ovante had read from her novel. Tobren Askil rose from his chair. "
        "“I wrote it,” he said. “You did not,” she said."
    )
    assert speakers(text) == ["Tobren Askil", "Zirka Ovante"]


def test_it_shows_that_a_name_is_an_organisation() -> None:
    text = "Standard Harvest opposes the deal. It said the price was low."
    assert speakers(text) == ["Standard Harvest"]
    assert kinds(text) == [SpeakerKind.ORGANIZATION]


def test_he_shows_that_a_name_of_one_word_is_a_person() -> None:
    text = "But Parrow also spoke of the stadium. He said the club could not wait."
    assert speakers(text) == ["Parrow"]
    assert kinds(text) == [SpeakerKind.PERSON]


def test_he_is_no_document_and_no_storm() -> None:
    assert speakers("The report shook the town. “It is over,” he said.") == [None]


# --- roles and epithets ---


def test_the_singer_is_the_person_spoken_of_and_that_is_less_sure() -> None:
    text = "Lila Marchetti said doctors were strict. “I lost my voice,” the singer said."
    assert speakers(text) == ["Lila Marchetti"] * 2
    named, salient = confidence(text)
    assert salient < named


def test_the_judge_is_not_whoever_was_spoken_of() -> None:
    text = "Lila Marchetti said doctors were strict. The judge said she was right."
    assert speakers(text) == ["Lila Marchetti", "judge"]


def test_a_wider_word_goes_to_whoever_has_the_role() -> None:
    text = (
        "The porters' union secretary, Rui Falcão, said jackets were small. The operator was "
        "silent. The union leader said they pinched."
    )
    assert speakers(text) == ["Rui Falcão"] * 2


def test_the_deputy_minister_is_not_the_minister() -> None:
    text = "Deputy minister Efua Quartey said sand was dear. The minister said it was not."
    assert speakers(text) == ["Efua Quartey", "minister"]


def test_the_brother_of_another_paragraph_is_another_brother() -> None:
    far = "The road was closed for days while crews cleared the mud from the valley. " * 12
    text = f"Her brother, Luca Neri, said it was late. {far}Her brother said it was early."
    assert speakers(text) == ["Luca Neri", "brother"]


def test_a_role_that_repeats_an_unnamed_speaker_is_the_same_one() -> None:
    text = "A union spokesman said the buttons were weak. The spokesman said they fell off."
    assert speakers(text) == ["union spokesman"] * 2


# --- names given afterwards ---


@pytest.mark.parametrize(
    ("lead", "behind"),
    [
        ("a senior minister has warned", "Energy Minister Ana Ruiz told reporters that it rained."),
        ("a senior banker has warned", "Ana Ruiz, the deputy governor, said that it rained."),
        ("its chief executive said", "The plant is old. “We tried,” Ana Ruiz told staff."),
        ("her manager said", "“She cried,” Ana Ruiz said."),
    ],
)
def test_a_lead_may_withhold_the_name(lead: str, behind: str) -> None:
    text = f"Firms should prepare for a hard year, {lead}.\n\n{behind}"
    assert speakers(text) == ["Ana Ruiz"] * 2
    withheld, named = confidence(text)
    assert withheld < named


@pytest.mark.parametrize(
    ("first", "behind"),
    [
        ("A source, who asked not to be named, said the deal was off.", "“No,” Ana Ruiz said."),
        ("The Archbishop of Lund said the bells were silent.", "“No,” Ana Ruiz said."),
        ("The prosecutor said it was mild.", "“No,” Ana Ruiz, a lawyer in Oslo, said."),
        ("A retired teacher said it was mild.", "A lawyer, Ana Ruiz, said it was not."),
    ],
)
def test_who_is_introduced_otherwise_is_somebody_else(first: str, behind: str) -> None:
    found = read(f"It was a long day in the town of Lund.\n\nRain fell.\n\n{first} {behind}")
    assert found[0].found.speakers[0].kind is SpeakerKind.UNNAMED
    assert found[1].speaker == "Ana Ruiz"


# --- organisations ---


@pytest.mark.parametrize(
    "document",
    [
        "new figures released on Tuesday by the Austrian Cycle Federation",
        "data from the Austrian Cycle Federation",
    ],
)
def test_figures_are_those_of_whoever_released_them(document: str) -> None:
    (found,) = read(f"Sales of bicycles fell by a fifth, according to {document}.")
    assert found.speaker == "Austrian Cycle Federation"
    assert found.found.medium == "document"
    assert found.found.act == "writing"


def test_the_company_is_no_phrase_that_ends_otherwise() -> None:
    text = (
        "Rheinwerk Holdings sued. The company and its owners said it was wrong. "
        "The company said it would win."
    )
    assert speakers(text)[-1] == "Rheinwerk Holdings"


def test_the_venue_is_the_arena() -> None:
    text = "The Turin Arena said it was sorry. The venue said it had sold all tickets."
    assert speakers(text) == ["Turin Arena"] * 2


# --- days and chains ---

PUBLISHED = datetime(2024, 2, 14, 9, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Last Thursday the line said it would pay.", [date(2024, 2, 8)]),
        ("Three days ago Karsten Bay said that it would pay.", [date(2024, 2, 11)]),
        (
            "Karsten Bay said on 3 Feb that it was broken. Two days later he said it was mended.",
            [date(2024, 2, 3), date(2024, 2, 5)],
        ),
        ("Two days later Karsten Bay said it was mended.", [None]),
    ],
)
def test_days(text: str, days: list[date | None]) -> None:
    assert [r.found.said_on for r in read(text, published_at=PUBLISHED)] == days


@pytest.mark.parametrize(
    ("text", "via"),
    [
        ("Ana Diaz told the newspaper Fjordavisen that it was over.", ("Fjordavisen",)),
        ("Ana Diaz told the Hungarian newspaper Napkelte that it was over.", ("Napkelte",)),
        ("Ana Diaz told ITV1's Harbour Nights programme that it was over.", ("ITV News",)),
        ("Ana Diaz told the Star-Gazer that it was over.", ()),
    ],
)
def test_the_chain(text: str, via: tuple[str, ...]) -> None:
    (found,) = read(text)
    assert found.found.via == via


def test_a_lead_may_withhold_the_name_of_a_body() -> None:
    text = (
        "Limits should wait, the energy watchdog has said.\n\nBills rose. The Grid Commission "
        "spoke on Monday. Limits should be low, says the watchdog."
    )
    assert speakers(text) == ["Grid Commission"] * 2


def test_a_plain_noun_that_opens_a_sentence_is_no_organisation() -> None:
    text = "Fears that donors can buy votes are old. The firm said it had no donors."
    assert speakers(text) == ["firm"]


def test_an_epithet_keeps_the_person_in_the_centre() -> None:
    text = "Phil Vardy broke an arm. The 28-year-old will rest. He said he was sad."
    assert speakers(text) == ["Phil Vardy"]

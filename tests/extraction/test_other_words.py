"""The same one in other words: offices, ranks, nations, acronyms, and who is not meant."""

import pytest

from tests.extraction.reading import read


def speakers(text: str) -> list[str | None]:
    return [r.speaker for r in read(text)]


def test_the_minister_is_the_secretary_of_the_lead() -> None:
    text = (
        "Rents will fall within a year, the Housing and Works Secretary has said.\n\n"
        "Joan Hartley said 400 homes were planned.\n\n"
        "The minister told delegates that councils were too slow. “They must hurry,” she said."
    )
    assert speakers(text) == ["Joan Hartley"] * 4


def test_a_spokeswoman_whom_the_text_names_late() -> None:
    text = (
        "Campaigners said it was sleaze. But a spokeswoman for KVTV said it was unfair.\n\n"
        "The group watched for weeks. It saw much. It wrote little down. Nothing changed. "
        "The list grew long. It was sent to parents.\n\n"
        "KVTV spokeswoman Jean Kedar said the shows were fine."
    )
    assert speakers(text) == ["Campaigners", "Jean Kedar", "Jean Kedar"]


def test_a_spokesman_of_another_body_stays_unnamed() -> None:
    text = (
        "A spokeswoman for KVTV said it was unfair. The group watched for weeks.\n\n"
        "Police spokeswoman Jean Kedar said the streets were quiet."
    )
    assert speakers(text) == ["spokeswoman for KVTV", "Jean Kedar"]


def test_nobody_speaks_of_themselves_by_name() -> None:
    text = (
        "Milan Brown was shocked. According to Brown, Tom Clark vowed he would stay. "
        "“I asked Tom to stay and he nodded,” he said."
    )
    assert speakers(text)[-1] == "Milan Brown"


def test_the_company_is_not_a_part_of_it() -> None:
    text = (
        "The firm Acmesoft makes games. Acmesoft said sales rose. “They grew,” said Lee Ray, "
        "head of Acmesoft’s Digital Media Group. Profits will rise, the company said."
    )
    assert speakers(text) == ["Acmesoft", "Lee Ray", "Acmesoft"]


def test_the_company_is_the_one_that_spoke_and_no_product() -> None:
    text = (
        "Zenotech makes locks. Zenotech said its sales had doubled. Ripguard is a new lock. "
        "Ripguard works on any door. It will be out in May, the company said."
    )
    assert speakers(text) == ["Zenotech", "Zenotech"]


def test_where_a_company_sits_is_no_name() -> None:
    text = "Zenotech makes games. The Norway-based company says it is looking for actors."
    assert speakers(text) == ["Zenotech"]


def test_police_are_no_team() -> None:
    assert speakers("Tigers are rare. Police say some fans broke windows.") == ["Police"]


def test_an_acronym_by_the_letters_of_a_name() -> None:
    text = (
        "Shops had a bad year, according to the National Retail Forum Council. "
        "The NRFC said sales had fallen by 4%."
    )
    assert speakers(text) == ["National Retail Forum Council"] * 2


def test_whose_a_review_is() -> None:
    (found,) = read("The bank is old. A review by the ONS found it had lost two ledgers.")
    assert found.speaker == "ONS"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "Toyoda has recalled cars. The Japanese carmaker said brakes could fail.",
            ["Toyoda"],
        ),
        (
            "Amnesty said the trial was unfair. The rights group called for a retrial.",
            ["Amnesty", "Amnesty"],
        ),
        (
            "Acmesoft said it would appeal. Zenotech said it was glad. "
            "The Norwegian company said it had waited.",
            ["Acmesoft", "Zenotech", "Norwegian company"],
        ),
    ],
)
def test_which_body_a_nation_or_a_cause_tells(text: str, names: list[str]) -> None:
    assert speakers(text) == names


def test_a_rank_is_a_role_beside_the_office() -> None:
    text = (
        "Army spokesman Col. Win Tharee said rebels were to blame. The colonel said nobody had "
        "called. The spokesman said the road was shut."
    )
    assert speakers(text) == ["Win Tharee"] * 3


@pytest.mark.parametrize("name", ["Jan Blatter", "Will Blatter", "Per Blatter"])
def test_given_names_with_another_sense(name: str) -> None:
    text = f"The federation has banned a player. “He bit a man,” said its president, {name}."
    assert speakers(text) == [name]


def test_a_pronoun_that_tells_the_gender_the_text_hid() -> None:
    text = (
        "Police in Oslo said a man was held. Inspector Kari Foss said he was known to them. "
        "“We know him,” she said."
    )
    assert speakers(text)[-1] == "Kari Foss"


def test_a_title_shows_that_a_pronoun_is_somebody_else() -> None:
    text = "Mr Foss said the tide was high. “We know it,” she said."
    assert speakers(text) == ["Foss", None]


def test_a_statement_that_a_body_issued() -> None:
    text = (
        "Prime Minister Benny Natan met troops. Natan’s office said in a statement that the "
        "visit was short. The statement said he was safe."
    )
    assert speakers(text) == ["Natan’s office"] * 2


def test_whose_report_it_is_behind_a_comma() -> None:
    text = "The report, by the Health Foundation, found that one in five was hungry."
    assert speakers(text) == ["Health Foundation"]


def test_the_body_is_the_one_that_acted() -> None:
    text = "The Football Union has banned Tom Lee for a year, the body announced on Monday."
    assert speakers(text) == ["Football Union"]


def test_who_goes_on_in_the_same_sentence_is_the_same() -> None:
    text = (
        "Tony Clare has failed, Ian Howell claimed. Mr Clare has failed to tackle these problems, "
        "he claimed, saying he has the “wrong solution” to them."
    )
    assert speakers(text) == ["Ian Howell"] * 3


def test_whose_report_a_fronted_phrase_names() -> None:
    text = (
        "The OECF is worried. In its latest yearly report, the OECF cut its forecasts. "
        "Overall, the report said growth would reach 3.6% next year."
    )
    assert speakers(text) == ["OECF"]


@pytest.mark.parametrize(
    "words",
    [
        "The United Nations is, however, asking",
        "The United Nations has, for its part, said",
    ],
)
def test_an_auxiliary_before_an_inserted_word_is_no_part_of_the_name(words: str) -> None:
    assert speakers(f"Snow fell in Oslo. {words} “how many are left”.") == ["United Nations"]

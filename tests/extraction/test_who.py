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


# --- the same one in other words ---


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

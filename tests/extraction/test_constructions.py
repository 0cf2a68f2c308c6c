"""Who said what, construction by construction."""

import pytest

from app.extraction.types import Act, Kind
from tests.extraction.reading import read, read_all, said

INTRO = "Marta Lindqvist, the mayor of Uppsala, opened the bridge. "


@pytest.mark.parametrize(
    ("sentence", "content", "mention", "kind"),
    [
        ("“The bridge is safe,” Lindqvist said.", ["“The bridge is safe,”"], "Lindqvist", "direct"),
        ("“The bridge is safe,” said Lindqvist.", ["“The bridge is safe,”"], "Lindqvist", "direct"),
        ('"The bridge is safe", said Lindqvist.', ['"The bridge is safe"'], "Lindqvist", "direct"),
        ("Lindqvist said: “The bridge is safe.”", ["“The bridge is safe.”"], "Lindqvist", "direct"),
        ("Lindqvist said, “It is safe now.”", ["“It is safe now.”"], "Lindqvist", "direct"),
        ("«The bridge is safe», said Lindqvist.", ["«The bridge is safe»"], "Lindqvist", "direct"),
        ("„The bridge is safe,“ said Lindqvist.", ["„The bridge is safe,“"], "Lindqvist", "direct"),
        (
            "''The bridge is safe,'' Lindqvist said.",
            ["''The bridge is safe,''"],
            "Lindqvist",
            "direct",
        ),
        (
            "``The bridge is safe,'' Lindqvist said.",
            ["``The bridge is safe,''"],
            "Lindqvist",
            "direct",
        ),
        ("‘The bridge is safe,’ said Lindqvist.", ["‘The bridge is safe,’"], "Lindqvist", "direct"),
        ("“Is it safe?” Lindqvist asked.", ["“Is it safe?”"], "Lindqvist", "direct"),
        (
            "Lindqvist said that the bridge was safe.",
            ["the bridge was safe"],
            "Lindqvist",
            "indirect",
        ),
        ("Lindqvist said the bridge was safe.", ["the bridge was safe"], "Lindqvist", "indirect"),
        ("Lindqvist told reporters that it was safe.", ["it was safe"], "Lindqvist", "indirect"),
        ("Lindqvist told reporters it was safe.", ["it was safe"], "Lindqvist", "indirect"),
        ("On Friday Lindqvist said it was safe.", ["it was safe"], "Lindqvist", "indirect"),
        ("Lindqvist on Friday said it was safe.", ["it was safe"], "Lindqvist", "indirect"),
        (
            "Lindqvist said in a speech in Lund that it was safe.",
            ["it was safe"],
            "Lindqvist",
            "indirect",
        ),
        (
            "Lindqvist emphasised, however, that it was safe.",
            ["it was safe"],
            "Lindqvist",
            "indirect",
        ),
        ("The bridge is safe, Lindqvist said.", ["The bridge is safe"], "Lindqvist", "indirect"),
        ("The bridge is safe, said Lindqvist.", ["The bridge is safe"], "Lindqvist", "indirect"),
        (
            "The bridge, Lindqvist said, would open in May.",
            ["The bridge", "would open in May"],
            "Lindqvist",
            "indirect",
        ),
        (
            "According to Lindqvist, the bridge is safe.",
            ["the bridge is safe"],
            "Lindqvist",
            "indirect",
        ),
        (
            "The bridge is safe, according to Lindqvist.",
            ["The bridge is safe"],
            "Lindqvist",
            "indirect",
        ),
        (
            "The bridge, according to Lindqvist, is safe.",
            ["The bridge", "is safe"],
            "Lindqvist",
            "indirect",
        ),
        (
            "The toll will fall, as confirmed by Lindqvist.",
            ["The toll will fall"],
            "Lindqvist",
            "indirect",
        ),
        (
            "Lindqvist said the bridge was “safer than ever”.",
            ["the bridge was “safer than ever”"],
            "Lindqvist",
            "mixed",
        ),
        (
            "The bridge must be “safer than ever,” said Lindqvist.",
            ["The bridge must be “safer than ever,”"],
            "Lindqvist",
            "mixed",
        ),
        (
            "“The bridge,” Lindqvist said, “is safe.”",
            ["“The bridge,”", "“is safe.”"],
            "Lindqvist",
            "direct",
        ),
        (
            "“The bridge is safe,” Lindqvist said. “Nobody need worry.”",
            ["“The bridge is safe,”", "“Nobody need worry.”"],
            "Lindqvist",
            "direct",
        ),
        (
            "“The bridge – Lindqvist said – is safe.”",
            ["“The bridge", "is safe.”"],
            "Lindqvist",
            "direct",
        ),
        (
            "“The bridge – said Lindqvist – is safe.”",
            ["“The bridge", "is safe.”"],
            "Lindqvist",
            "direct",
        ),
        ("“The bridge is safe.” Lindqvist said.", ["“The bridge is safe.”"], "Lindqvist", "direct"),
        (
            "“The bridge is safe.” This was said by Lindqvist at the opening.",
            ["“The bridge is safe.”"],
            "Lindqvist",
            "direct",
        ),
        (
            "The bridge will open in May. Lindqvist stated this in a speech.",
            ["The bridge will open in May."],
            "Lindqvist",
            "indirect",
        ),
        ("Lindqvist: “The bridge is safe”", ["“The bridge is safe”"], "Lindqvist", "direct"),
        (
            "“The bridge is safe for all of us.” – Lindqvist",
            ["“The bridge is safe for all of us.”"],
            "Lindqvist",
            "direct",
        ),
        ("Lindqvist’s claim that the bridge is safe angered many.", None, "Lindqvist", "indirect"),
        (
            "Lindqvist made an announcement that tolls would end.",
            ["tolls would end"],
            "Lindqvist",
            "indirect",
        ),
        (
            "Lindqvist asked drivers to slow down there.",
            ["drivers to slow down there"],
            "Lindqvist",
            "indirect",
        ),
        (
            "Lindqvist called on drivers to slow down.",
            ["drivers to slow down"],
            "Lindqvist",
            "indirect",
        ),
        ("Lindqvist has promised to end the tolls.", ["to end the tolls"], "Lindqvist", "indirect"),
        (
            "Lindqvist went on to say that tolls would end.",
            ["tolls would end"],
            "Lindqvist",
            "indirect",
        ),
        (
            "Lindqvist pointed out that tolls would end.",
            ["tolls would end"],
            "Lindqvist",
            "indirect",
        ),
    ],
)
def test_one_sentence(sentence: str, content: list[str] | None, mention: str, kind: str) -> None:
    found = [r for r in read(INTRO + "\n\n" + sentence) if r.mention == mention]
    assert len(found) == 1, found
    assert content is None or list(found[0].content) == content
    assert found[0].speaker == "Marta Lindqvist"
    assert found[0].found.kind == Kind(kind)


def test_participles_share_the_subject_of_the_main_clause() -> None:
    text = (
        "Kenji Mori said the plant would close, adding that no jobs would be lost and "
        "stressing that “every worker” would be retrained."
    )
    assert said(text) == [
        ("Kenji Mori", ("the plant would close",)),
        ("Kenji Mori", ("no jobs would be lost",)),
        ("Kenji Mori", ("“every worker” would be retrained",)),
    ]


def test_a_second_verb_shares_the_subject() -> None:
    text = "Kenji Mori denied the report and said that the plant would stay open."
    assert ("Kenji Mori", ("the plant would stay open",)) in said(text)


def test_a_comment_at_the_end_takes_the_sentence_and_not_the_cue_inside_it() -> None:
    text = (
        "“We are close,” said Kenji Mori. The two firms have agreed that a “fair price” can be "
        "found, he added."
    )
    assert said(text)[1] == (
        "Kenji Mori",
        ("The two firms have agreed that a “fair price” can be found",),
    )


def test_a_quotation_goes_on_over_paragraphs_that_reopen_it() -> None:
    text = (
        "“We planted maize in March,” said Wanjiru Kamau. “Then the rains failed.\n\n"
        "“Now we buy our food.”\n\nThe county has sent trucks."
    )
    assert said(text) == [
        (
            "Wanjiru Kamau",
            (
                "“We planted maize in March,”",
                "“Then the rains failed.\n\n“Now we buy our food.”",
            ),
        )
    ]


def test_a_quotation_goes_on_over_a_paragraph_that_only_closes_it() -> None:
    text = 'Wanjiru Kamau said, "We planted maize in March.\n\nThe rains failed in May."'
    assert said(text) == [
        ("Wanjiru Kamau", ('"We planted maize in March.\n\nThe rains failed in May."',))
    ]


def test_a_quoted_paragraph_after_a_quoted_paragraph_is_by_the_same_speaker() -> None:
    text = (
        "“The glacier lost two metres,” said Ana Quispe, a geologist.\n\n"
        "“It will be gone in ten years.”\n\nThe lake below it has doubled in size."
    )
    found = read(text)
    assert [(r.speaker, r.cue) for r in found] == [("Ana Quispe", "said"), ("Ana Quispe", None)]


def test_a_paragraph_may_announce_the_quotation_of_the_next_one() -> None:
    text = "Ana Quispe wrote on her account:\n\n“It will be gone in ten years.”"
    assert said(text) == [("Ana Quispe", ("“It will be gone in ten years.”",))]


def test_an_unclosed_mark_costs_only_that_quotation() -> None:
    text = (
        "“The glacier lost two metres, said Ana Quispe.\n\n"
        "“It is sad,” said Tomás Rojas.\n\n“We must act,” Quispe said."
    )
    assert ("Tomás Rojas", ("“It is sad,”",)) in said(text)
    assert ("Ana Quispe", ("“We must act,”",)) in said(text)


def test_apostrophes_are_no_quotation_marks() -> None:
    text = (
        "The players' union said it wouldn't accept the clubs' offer, Piet Visser's lawyers said."
    )
    assert all(r.found.kind is Kind.INDIRECT for r in read_all(text))


def test_marks_inside_marks_stay_inside() -> None:
    text = "“He told me ‘go home’ and I went,” said Piet Visser."
    assert said(text) == [("Piet Visser", ("“He told me ‘go home’ and I went,”",))]


def test_scare_quotes_and_titles_are_no_statements() -> None:
    text = "The “ghost ship” docked in Izmir on Monday. Her novel “The Long Sea” sold well."
    assert read_all(text) == []


def test_wishes_plans_and_bare_noun_phrases_are_no_statements() -> None:
    text = "The club wants to sell its stadium. Piet Visser praised the plan. He plans to bid."
    assert read(text) == []
    assert any(r.found.act is Act.THOUGHT for r in read_all(text))


def test_what_was_not_said_is_no_statement() -> None:
    assert read("Piet Visser did not say whether he would bid.") == []
    assert read("Piet Visser may say that he will bid.") == []


def test_thought_is_marked_as_such() -> None:
    found = read("Piet Visser believes that the club is worth more.")
    assert [r.found.act for r in found] == [Act.THOUGHT]


def test_laws_and_plans_do_not_speak() -> None:
    text = "According to the law, dogs must be kept on a lead. All went according to plan."
    assert read(text) == []


def test_whom_after_according_to_speaks_of_what_follows() -> None:
    text = "“We see them,” said Olga Brandt, according to whom the wolves number twenty."
    assert said(text) == [
        ("Olga Brandt", ("“We see them,”",)),
        ("Olga Brandt", ("the wolves number twenty",)),
    ]


def test_nobody_is_made_up_where_nobody_is_named() -> None:
    assert [r.speaker for r in read("She said that the wolves number twenty.")] == [None]


@pytest.mark.parametrize(
    "line",
    [
        "Minister says tax will fall – Economy – Gazette.it",
        "Image: Piet Visser, who said he would bid, in Delft.",
        "Piet Visser said he would bid (Photo: Anna Smit)",
        "Read more: Piet Visser says he will bid",
        "Sign up for our newsletter, editor Ann Lee said.",
        "© Copyright 2023 Gazette, which says all rights reserved",
    ],
)
def test_what_belongs_to_the_page_says_nothing(line: str) -> None:
    assert read_all(f"The club met on Monday in Delft.\n\n{line}\n\nIt rained all day long.") == []


def test_the_teaser_beside_a_link_says_nothing() -> None:
    text = (
        "The club met in Delft.\n\nVisser offers a price – Sport – Gazette.it\n"
        "Visser: ‘We will bid again’ (ANSA)\nThe coach was there too."
    )
    assert read_all(text) == []


def test_a_heading_that_quotes_counts_and_one_that_tells_does_not() -> None:
    text = (
        "Visser: ‘We will bid again’\n\nPiet Visser spoke in Delft on Monday evening.\n\n"
        "Visser says club will bid\n\nThe crowd left early."
    )
    assert said(text) == [("Piet Visser", ("‘We will bid again’",))]
    assert any(not r.found.statement for r in read_all(text))


def test_hard_wrapped_text_is_read_by_paragraphs() -> None:
    text = (
        "The harbour master of Tromsø said on Wednesday morning that\n"
        "the ferry would not sail before the weekend because of the\n"
        "storm, and that passengers should not travel to the quay at\n"
        "all before then.\n"
    )
    (found,) = read(text)
    assert found.content[0].startswith("the ferry would not sail")
    assert found.content[0].endswith("before then")


def test_british_and_american_spellings() -> None:
    for verb in ("emphasised", "emphasized", "emphasises", "recognised"):
        assert read(f"Olga Brandt {verb} that the wolves had gone."), verb


def test_ambiguous_words_are_verbs_only_where_they_can_be() -> None:
    text = (
        "The report on the state of the claims desk was long. Olga Brandt claims that it is wrong."
    )
    assert said(text) == [("Olga Brandt", ("it is wrong",))]

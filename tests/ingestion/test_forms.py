"""Names in parts, and whether two can be one person's."""

import pytest

from app.ingestion.forms import Likeness, compare, form_of


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("Donald Trump", "Donald J. Trump", Likeness.SAME),
        ("Donald Trump", "Mr Donald Trump", Likeness.SAME),
        ("Donald Trump", "Donald Trump's", Likeness.SAME),
        ("Donald J. Trump", "Donald John Trump", Likeness.SAME),
        ("J. D. Vance", "JD Vance", Likeness.SAME),
        ("J.D. Vance", "JD Vance", Likeness.SAME),
        ("José Álvarez", "Jose Alvarez", Likeness.SAME),
        ("Ann Lee KC", "Ann Lee", Likeness.SAME),
        ("Donald Trump", "Donald John Trump", Likeness.VARIANT),
        ("Kim Jong Un", "Kim Un", Likeness.VARIANT),
        ("Donald Trump", "D. Trump", Likeness.VARIANT),
        ("Volodymyr Zelenskyy", "Volodymyr Zelensky", Likeness.VARIANT),
        ("Volodymyr Zelenskiy", "Volodymyr Zelensky", Likeness.VARIANT),
        ("Dmitri Peskov", "Dmitry Peskov", Likeness.VARIANT),
        ("Donald Trump", "Donald Trump Jr.", Likeness.OTHER),
        ("Donald Trump Jr", "Donald Trump III", Likeness.OTHER),
        ("Donald Trump", "Ivana Trump", Likeness.OTHER),
        ("George W. Bush", "George H. W. Bush", Likeness.OTHER),
        ("John A. Smith", "John B. Smith", Likeness.OTHER),
        ("Tony Lee", "Toni Lee", Likeness.OTHER),
        ("Kim Jong Un", "Kim Yo Jong", Likeness.OTHER),
    ],
)
def test_two_names(one: str, other: str, likeness: Likeness):
    assert compare(form_of(one), form_of(other)) is likeness
    assert compare(form_of(other), form_of(one)) is likeness


@pytest.mark.parametrize("name", ["Trump", "Mr Trump", "Mr. Trump", "Trump's", "Trump’s", "TRUMP"])
def test_a_surname_is_bare_whatever_stands_around_it(name: str):
    assert form_of(name).is_bare
    assert form_of(name).family == "trump"


@pytest.mark.parametrize("name", ["", "…", "Mr", "Jr.", "'s"])
def test_what_is_hardly_a_name(name: str):
    assert compare(form_of(name), form_of(name)) in Likeness

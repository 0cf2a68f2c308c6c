"""Outlets that pass on what somebody else says."""

import pytest

from tests.extraction.reading import read


@pytest.mark.parametrize(
    ("text", "speaker", "via"),
    [
        (
            "A third man, Omar Rutter, was cleared. Prosecutors said Jansen was “a thief in a "
            "good suit”, using the lottery to sell tickets twice, news agency Reuters reported.",
            "Prosecutors",
            ("Reuters",),
        ),
        ("The Guardian reported that Ana Diaz said it was over.", "Ana Diaz", ("The Guardian",)),
        ("According to The Guardian, Ana Diaz said it was over.", "Ana Diaz", ("The Guardian",)),
    ],
)
def test_who_speaks_and_who_passes_it_on(text: str, speaker: str, via: tuple[str, ...]) -> None:
    (found,) = read(text)
    assert (found.speaker, found.found.via) == (speaker, via)


def test_an_outlet_speaks_where_nobody_does_in_its_report() -> None:
    (found,) = read("The Guardian reported on Monday that the harbour would be closed in May.")
    assert (found.speaker, found.found.via) == ("The Guardian", ())


def test_an_outlet_that_tells_of_a_plan_speaks_itself() -> None:
    text = "Reuters reported that the ministry planned to send two ships to the gulf in May."
    assert [r.speaker for r in read(text)] == ["Reuters"]

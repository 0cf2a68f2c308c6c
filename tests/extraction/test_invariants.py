"""What holds for any text."""

import itertools
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.extraction import extract
from app.extraction.document import parse_document
from app.extraction.quotes import find_quotes

PIECES = [
    *("“", "”", '"', "'", "‘", "’", "«", "»", "„", "``", "''", " – ", ": ", ", ", ". ", "? ", "; "),
    *("\n", "\n\n", "\r\n", "\x00", "\ud800", "\u2028", " ", "(", ")", "[", "…"),
    *(" said ", " he ", " who ", " whom ", " told ", " that ", " and ", " adding ", " by ", " to "),
    *("Ann Lee", "Mr King", "the mayor", "officials", "It", "She", "’s", "'s", "reporters", "WHO"),
    *("according to ", "as confirmed by ", "This was said by ", "statements", " is sure that "),
    *(" in an interview with The Economist", " on Monday", "(Reuters)", " – Ansa.it", "# ", "©"),
]
ANY_TEXT = st.one_of(
    st.text(st.characters(), max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_TEXT)
def test_spans_lie_in_the_text_and_in_order(text: str) -> None:
    for found in extract(text):
        assert found.content
        for spans in (found.content, found.cue, found.mention):
            edges = [edge for span in spans for edge in span]
            assert edges == sorted(edges)
            assert all(start < end for start, end in spans)
            assert not edges or (edges[0] >= 0 and edges[-1] <= len(text))
        assert len(found.mention) <= 1
        assert 0 <= found.confidence <= 1
        assert all(speaker.name for speaker in found.speakers)


@settings(max_examples=50, deadline=None)
@given(ANY_TEXT)
def test_extraction_gives_the_same_twice(text: str) -> None:
    assert extract(text) == extract(text)


@settings(max_examples=100, deadline=None)
@given(ANY_TEXT)
def test_quotes_do_not_overlap(text: str) -> None:
    quotes = find_quotes(text, [(0, len(text))])
    assert all(a.end <= b.start for a, b in itertools.pairwise(quotes))
    assert all(q.start < q.end for q in quotes)


@settings(max_examples=100, deadline=None)
@given(ANY_TEXT)
def test_sentences_cover_their_items(text: str) -> None:
    for sentence in parse_document(text).sentences:
        assert sentence.items[0].start == sentence.start
        assert sentence.items[-1].end == sentence.end
        starts = [item.start for item in sentence.items]
        assert starts == sorted(starts)


@pytest.mark.parametrize(
    "unit",
    [
        "word ",
        "“",
        '"a ',
        "“a. ",
        '"a. ',
        "he said ",
        "Smith ",
        "A and ",
        "x, said ",
        "according to ",
        "“a – he said – b ",
        "“a b c d\n\n",
        "Ann Lee said x. She said y. ",
        "a" * 50,
        "Ann Lee said that. ",
        "X said ",
        "who said ",
        "a, ",
        "“a” he said ",
        "The bank said x. ",
        "Acme Bank said x. The company said y. ",
        "quoted by A",
    ],
)
def test_time_is_linear(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        start = time.perf_counter()
        extract(text)
        return time.perf_counter() - start

    seconds(2_000)
    allowed = 3 * 5 * min(seconds(5_000) for _ in range(2)) + 0.2
    assert any(seconds(25_000) < allowed for _ in range(2))  # again if unlucky

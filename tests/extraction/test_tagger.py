"""The trained tagger as it ships: words, windows, tags, links, and any text at all."""

import threading
from itertools import pairwise

import numpy as np
import pytest

from app.extraction import tagger as tagger_module
from app.extraction.decoding import allowed, spans, viterbi
from app.extraction.document import parse_document
from app.extraction.pieces import PARAGRAPH, encode, pair_quotes, windows
from app.extraction.rules import find_attributions
from app.extraction.tagger import Tagger, as_json, blocks, load_tagger, use_threads
from tests.extraction.reading import read, said

SENTENCE = "Ingrid Solberg said the bridge would open in May."


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return load_tagger()


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("He said “we won” and left.", ["“we won”"]),
        ('He said "we won" and left.', ['"we won"']),
        ("He said ''we won'' and left.", ["''we won''"]),
        ("Er sagte „so“ und ging.", ["„so“"]),
        ("Il dit « oui » hier.", ["« oui »"]),
        ("‘It’s ours,’ she said.", ["‘It’s ours,’"]),
        ("the boys’ club, don't", []),
        ("“One.\n“Two,” he said.", ["“One.", "“Two,”"]),
        ("“She said ‘no’ to me,” he said.", ["“She said ‘no’ to me,”"]),
    ],
)
def test_quotations_are_paired_in_every_style(text: str, quoted: list[str]) -> None:
    assert [text[q[0] : q[3]] for q in pair_quotes(text)] == quoted


@pytest.mark.parametrize(
    "text", ["", "\n \n", "a", "A b\nC d", "x\U0001f600y \u0000 z", "é" * 9, "a \ud800 b", "שלום"]
)
def test_words_lie_in_the_text_in_order(tagger: Tagger, text: str) -> None:
    encoded = encode(tagger.tokenizer, text)
    assert len(encoded.ids) == len(encoded.features)
    assert all(0 <= s < e <= len(text) for s, e in zip(encoded.starts, encoded.ends, strict=True))
    assert all(a <= b for a, b in pairwise(encoded.starts))
    assert not np.any(encoded.ids[encoded.first] == PARAGRAPH)


def test_windows_cover_every_piece_and_start_at_words() -> None:
    first = np.arange(0, 1000, 3)
    for offset in (0, 40):
        found = windows(first, 1000, 100, 70, offset)
        assert found[0][0] == 0
        assert found[-1][1] == 1000
        assert all(b[0] < a[1] for a, b in pairwise(found))
        assert all(e - s <= 100 for s, e in found)
        assert all(s in first for s, _ in found)


@pytest.mark.parametrize("text", ["word " * 20_000, "x" * 90_000, "line\n" * 20_000, ""])
def test_blocks_cover_the_text(text: str) -> None:
    found = list(blocks(text))
    assert "".join(text[s:e] for s, e in found) == text
    assert all(e - s <= 40_000 for s, e in found)


def test_inside_follows_only_its_begin() -> None:
    rng = np.random.default_rng(1)
    tags = np.log(rng.dirichlet(np.ones(7), 300)).astype(np.float32)
    path = viterbi(tags, np.zeros((2, 6, 7, 7), np.float32), np.zeros(300, dtype=np.int64))
    assert all(allowed()[a, b] == 0 for a, b in pairwise(path))
    covered = {i for begin in (1, 3, 5) for s, e in spans(path, begin) for i in range(s, e)}
    assert covered == set(np.flatnonzero(path))


def test_the_shipped_model_finds_content_cue_and_source(tagger: Tagger) -> None:
    (found,) = tagger.read(SENTENCE).tagged
    assert [SENTENCE[s:e] for s, e in found.content] == ["the bridge would open in May"]
    assert found.cue is not None
    assert found.mention is not None
    assert SENTENCE[slice(*found.cue)] == "said"
    assert SENTENCE[slice(*found.mention)] == "Ingrid Solberg"
    assert min(found.p_content, found.p_cue, found.p_link, found.p_source) > 0.5
    assert as_json(found)["cue"] == [list(found.cue)]


def test_what_is_said_is_likelier_content_than_who_says_it(tagger: Tagger) -> None:
    reading = tagger.read(SENTENCE)
    content = (SENTENCE.index("the bridge"), len(SENTENCE) - 1)
    assert reading.content_chance(content) > 0.8
    assert reading.content_chance((0, SENTENCE.index(" said"))) < 0.2
    assert reading.content_chance((3, 3)) == 0.0


def test_a_text_longer_than_a_block_is_read_as_its_parts_are(tagger: Tagger) -> None:
    line = SENTENCE + "\n"
    copies = 40_000 // len(line) + 20
    found = tagger.read(line * copies).tagged
    starts = {item.content[0][0] % len(line) for item in found}
    assert len(found) >= 0.98 * copies
    assert SENTENCE.index("the bridge") in starts


def test_what_holds_no_words_is_not_read(tagger: Tagger) -> None:
    marks = "“" * 200_000
    assert tagger.read(marks).tagged == ()
    assert tagger.read(marks + "\n" + SENTENCE).tagged[-1].mention is not None


def test_threads_share_one_model_and_agree(tagger: Tagger) -> None:
    wanted = tagger.read(SENTENCE).tagged
    found: list[object] = []

    def work() -> None:
        found.append(load_tagger().read(SENTENCE).tagged)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 4


def test_more_threads_give_the_same(tagger: Tagger) -> None:
    try:
        use_threads(2)
        assert load_tagger() is not tagger
        assert load_tagger().read(SENTENCE).tagged == tagger.read(SENTENCE).tagged
    finally:
        use_threads(1)
    assert load_tagger() is tagger


def test_a_table_that_is_not_there_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="nothing"):
        tagger_module.tagger_file("nothing")


# --- what the tagger adds to the rules ---


def test_a_verb_that_no_list_has_reports_all_the_same() -> None:
    text = "“We lost the road and the school,” Ingrid Solberg hollered."
    assert find_attributions(parse_document(text)) == []
    assert said(text) == [("Ingrid Solberg", ("“We lost the road and the school,”",))]


def test_a_that_which_leads_content_in_is_kept_apart() -> None:
    text = "Ingrid Solberg said that the bridge would open in May."
    (only,) = read(text)
    assert only.content == ("the bridge would open in May",)
    assert only.found.conjunction is not None
    assert text[slice(*only.found.conjunction)] == "that"


def test_confidence_falls_where_nobody_is_named() -> None:
    (named,) = read(SENTENCE)
    (nobody,) = read("“It will open in May,” she said.")
    assert nobody.found.confidence < named.found.confidence

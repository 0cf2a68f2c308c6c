"""The text layer: words, features, quotation marks, windows.  No model needed but a tokenizer."""

import random
from itertools import pairwise

import numpy as np
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from training.decode import allowed, blocks, spans, viterbi
from training.text import PARAGRAPH, encode, pair_quotes, windows

from training.augment import STEPS, apply, augment
from training.prepare import merged


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    letters = [chr(c) for c in range(33, 127)] + ["“", "”", "é"]
    vocabulary = {"[PAD]": 0, "[unused0]": 1, "[UNK]": 2}
    for piece in [*letters, *(f"##{c}" for c in letters)]:
        vocabulary[piece] = len(vocabulary)
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return made


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


@pytest.mark.parametrize("text", ["", "\n \n", "a", "A b\nC d", "x\U0001f600y \u0000 z", "é" * 9])
def test_words_slice_to_text(tokenizer: Tokenizer, text: str) -> None:
    encoded = encode(tokenizer, text)
    assert len(encoded.ids) == len(encoded.features)
    assert all(e > s for s, e in zip(encoded.starts, encoded.ends, strict=True))
    assert not np.any(encoded.ids[encoded.first] == PARAGRAPH)


def test_windows_cover_every_piece() -> None:
    first = np.arange(0, 1000, 3)
    for offset in (0, 40):
        found = windows(first, 1000, 100, 70, offset)
        assert found[0][0] == 0
        assert found[-1][1] == 1000
        assert all(b[0] < a[1] for a, b in pairwise(found))
        assert all(e - s <= 100 for s, e in found)


def test_blocks_cover_the_text() -> None:
    for text in ("word " * 5000, "x" * 9000, "line\n" * 4000, ""):
        found = blocks(text, 1000)
        assert "".join(text[s:e] for s, e in found) == text
        assert all(e - s <= 1000 for s, e in found)


def test_inside_follows_only_its_begin() -> None:
    rng = np.random.default_rng(1)
    tags = np.log(rng.dirichlet(np.ones(7), 300)).astype(np.float32)
    steps = np.zeros((2, 6, 7, 7), np.float32)
    path = viterbi(tags, steps, np.zeros(300, dtype=np.int64))
    assert all(allowed()[a, b] == 0 for a, b in pairwise(path))
    covered = {i for begin in (1, 3, 5) for s, e in spans(path, begin) for i in range(s, e)}
    assert covered == set(np.flatnonzero(path))


DOCUMENT = {
    "doc_id": "made-up",
    "text": "“We won,” Ann Lee said. “It is ours.”\n\nThe FBI told CNN that it's “done.”",
    "attributions": [
        {"content": [[0, 9], [24, 37]], "cue": [[18, 22]], "source": [[10, 17]]},
        {"content": [[56, 73]], "cue": [[47, 51]], "source": [[39, 46]]},
    ],
}


def words(document: dict, role: str) -> list[str]:
    return [document["text"][s:e] for a in document["attributions"] for s, e in a[role]]


@pytest.mark.parametrize("seed", range(60))
def test_augmentation_keeps_roles(seed: int) -> None:
    variant = augment(merged(DOCUMENT), random.Random(seed), strength=3.0)  # noqa: S311
    assert words(variant, "cue")[0].startswith("said")
    assert words(variant, "cue")[1] == "told"
    assert all(words(variant, "source"))
    plain = "".join(c for c in " ".join(words(variant, "content")) if c.isalnum() or c == " ")
    assert "We won" in plain
    assert "It is ours" in plain


def test_edits_that_overlap_are_left_out() -> None:
    changed = apply(DOCUMENT, [(1, 3, "They"), (2, 4, "X")])
    assert changed["text"].startswith("“They won")
    assert STEPS

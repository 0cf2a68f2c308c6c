"""Variants of training articles keep their roles."""

import random

import pytest

from training.augment import apply, augment
from training.prepare import merged

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

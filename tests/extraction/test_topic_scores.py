"""How good the topics are, as numbers that may not fall; and that the scorer counts as it says."""

import json
from collections import Counter

import pytest

from app.extraction.topics import iptc_concepts
from tests.extraction.topic_scores import (
    DEVELOPMENT,
    FRESH,
    FRESH_2,
    GOLD,
    HELD_OUT,
    PARTS,
    Figures,
    evaluate,
    parents_by_name,
    read_gold,
    score_entities,
    score_iptc,
)

PARENTS = parents_by_name()
FLOORS = {
    DEVELOPMENT: {"iptc": 0.64, "entity": 0.9},
    HELD_OUT: {"iptc": 0.67, "entity": 0.75},
    FRESH: {"iptc": 0.53, "entity": 0.84},
    FRESH_2: {"iptc": 0.45, "entity": 0.83},
}


@pytest.mark.parametrize("part", FLOORS)
def test_the_figures_do_not_fall(part: str):
    figures = evaluate(read_gold(part))
    for scheme, floor in FLOORS[part].items():
        assert figures[scheme].f1 >= floor, (scheme, figures[scheme])


def test_the_labels_are_sound():
    articles = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    statements = Counter[str]()
    for article in articles:
        statements[article["part"]] += len(article["statements"])
        for statement in article["statements"]:
            start, end = statement["span"]
            assert article["text"][start:end] == statement["words"]
            assert 1 <= len(statement["iptc"]) <= 3
            assert all(label in PARENTS for label in statement["iptc"])
    assert sum(statements.values()) >= 200
    assert set(statements) == set(PARTS)
    before_tuning = statements[DEVELOPMENT] + statements[HELD_OUT]
    assert statements[HELD_OUT] * 3 >= 0.95 * before_tuning
    assert len({concept.name for concept in iptc_concepts()}) == len(iptc_concepts())


@pytest.mark.parametrize(
    ("tags", "labels", "expected"),
    [
        (["war"], ["war"], Figures(1.0, 1, 1)),
        (["armed conflict"], ["war"], Figures(0.5, 1, 1)),
        (["conflict, war and peace"], ["war"], Figures(0.0, 1, 1)),
        (["war"], ["armed conflict"], Figures(0.0, 1, 1)),
        (["war", "armed conflict"], ["war"], Figures(1.0, 2, 1)),
        (["armed conflict", "war"], ["war"], Figures(1.0, 2, 1)),
        (["police", "court", "prison", "war"], ["war"], Figures(0.0, 3, 1)),
        ([], ["war", "police"], Figures(0.0, 0, 2)),
    ],
)
def test_the_scorer_gives_a_parent_half(tags: list[str], labels: list[str], expected: Figures):
    assert score_iptc(tags, labels, PARENTS) == expected


def test_the_scorer_counts_entities_by_name():
    figures = score_entities(["NATO", "Ukraine"], ["NATO", "Russia", "Italy"])
    assert figures == Figures(1.0, 2, 3)
    assert (figures.precision, figures.f1) == (0.5, 0.4)
    assert figures.recall == pytest.approx(1 / 3)
    assert Figures().f1 == Figures().precision == Figures().recall == 0.0

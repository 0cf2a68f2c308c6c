"""The scorer for topics: what `make eval-topics` prints and the tests hold.

A labelled statement has the Media Topics that hold for it, most specific first, and the entities
that it names or plainly means. Both figures are micro-averaged over all statements of a part.

**iptc.** Of a statement's tags the best `TOP` Media Topics count. Each is matched with at most
one label and each label with at most one tag: a tag that is the label earns 1, a tag that is the
parent of the label in IPTC's hierarchy earns 1/2, anything else (a grandparent, a child, a
sibling) nothing. Exact matches are made first. With c the credit earned, p the number of tags and
g the number of labels, precision is c / p, recall c / g, and F1 their harmonic mean.

**entity.** All entity tags count; a tag is right if its name is a label's name.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.extraction.topics import TopicTagger, iptc_concepts

GOLD = Path(__file__).parents[1] / "gold" / "topics.jsonl"
# Held-out was labelled with development, before any tuning, and opened once at the end; fresh was
# written and labelled after that, when terms and gazetteer were done; fresh-2 before the head.
DEVELOPMENT, HELD_OUT, FRESH, FRESH_2 = "development", "held-out", "fresh", "fresh-2"
PARTS = (DEVELOPMENT, HELD_OUT, FRESH, FRESH_2)
TOP = 3


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over statements: credit earned, tags given, labels there are."""

    credit: float = 0.0
    given: int = 0
    labels: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.credit + other.credit, self.given + other.given, self.labels + other.labels
        )

    @property
    def precision(self) -> float:
        """The share of what was given that is right."""
        return self.credit / self.given if self.given else 0.0

    @property
    def recall(self) -> float:
        """The share of the labels that were found."""
        return self.credit / self.labels if self.labels else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.credit / (self.given + self.labels) if self.given + self.labels else 0.0


def parents_by_name() -> dict[str, str | None]:
    """The name of each Media Topic's parent."""
    names = {concept.code: concept.name for concept in iptc_concepts()}
    return {c.name: names[c.parent] if c.parent else None for c in iptc_concepts()}


def score_iptc(
    tags: Sequence[str], labels: Sequence[str], parents: Mapping[str, str | None]
) -> Figures:
    """The figures of one statement; `tags` best first."""
    given = list(tags[:TOP])
    exact = [tag for tag in given if tag in labels]
    left = [label for label in labels if label not in exact]
    credit = float(len(exact))
    for tag in given:
        child = next((label for label in left if tag not in exact and parents[label] == tag), None)
        if child is not None:
            left.remove(child)
            credit += 0.5
    return Figures(credit, len(given), len(labels))


def score_entities(tags: Iterable[str], labels: Iterable[str]) -> Figures:
    """The figures of one statement."""
    given, right = set(tags), set(labels)
    return Figures(float(len(given & right)), len(given), len(right))


def read_gold(part: str) -> list[dict[str, Any]]:
    """The labelled articles of a part."""
    articles = map(json.loads, GOLD.read_text(encoding="utf-8").splitlines())
    return [article for article in articles if article["part"] == part]


def evaluate(articles: Iterable[dict[str, Any]]) -> dict[str, Figures]:
    """The figures by scheme, tagging each article with `TopicTagger`."""
    parents = parents_by_name()
    iptc, entity = Figures(), Figures()
    for article in articles:
        tagger = TopicTagger(article["text"], article["title"])
        for statement in article["statements"]:
            tags = tagger.tag([tuple(statement["span"])])
            given = [tag.name for tag in tags if tag.scheme == "iptc"]
            iptc += score_iptc(given, statement["iptc"], parents)
            names = (tag.name for tag in tags if tag.scheme == "entity")
            entity += score_entities(names, statement["entities"])
    return {"iptc": iptc, "entity": entity}

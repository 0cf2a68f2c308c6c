"""How good and how fast the topics are: `make eval-topics` (see tests/extraction/topic_scores.py).

Prints precision, recall and F1 by scheme for each part of tests/gold/topics.jsonl, and how many
words a second of articles are tagged with all their statements, on one thread (processor time, the
best of `ROUNDS` rounds).
"""

import sys
import time

from tests.extraction.topic_scores import PARTS, evaluate, read_gold

ROUNDS = 5


def main() -> int:
    for part in PARTS:
        articles = read_gold(part)
        count = sum(len(article["statements"]) for article in articles)
        print(f"{part}: {len(articles)} articles, {count} statements")
        for scheme, f in evaluate(articles).items():
            print(f"  {scheme:8} P {f.precision:.3f}  R {f.recall:.3f}  F1 {f.f1:.3f}")
    print(f"{measure():,.0f} words a second")
    return 0


def measure() -> float:
    """Words a second, over all articles with all their statements."""
    articles = [article for part in PARTS for article in read_gold(part)]
    words = sum(len(article["text"].split()) for article in articles)
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        evaluate(articles)
        best = min(best, time.process_time() - start)
    return words / best


if __name__ == "__main__":
    sys.exit(main())

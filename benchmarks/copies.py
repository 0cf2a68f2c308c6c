"""Pairs of made-up articles that print one text, and of others that only look like it.

    python -m benchmarks.copies

Prints precision and recall of `is_copy` and of the signatures that lead to it. The copies are cut,
given another lead, added to, edited; those that are none report the same event, quote the same
speech, or stand between the same boilerplate. Publishers differ in all of them.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.ingestion.clusters import is_copy, is_likely
from benchmarks.news import Story

PAIRS = 30  # of each kind


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, what was done to make them, and whether they are copies of one."""

    kind: str
    one: str
    other: str
    is_copy: bool


def paragraphs(story: Story, words: int = 600) -> list[str]:
    """The paragraphs of a story of about so many words."""
    made: list[str] = []
    while sum(len(p.split()) for p in made) < words:
        made.append(story.paragraph())
    return made


def cut(text: list[str], story: Story) -> list[str]:
    """The first third or more, as papers cut agencies."""
    return text[: max(4, int(len(text) * story.rng.uniform(0.3, 0.8)))]


def led_anew(text: list[str], story: Story) -> list[str]:
    """Another first paragraph."""
    return [story.narrate(), *text[1:]]


def added_to(text: list[str], story: Story) -> list[str]:
    """A paragraph or three of one's own, somewhere."""
    at = story.rng.randrange(len(text))
    own = [story.paragraph() for _ in range(story.rng.randint(1, 3))]
    return [*text[:at], *own, *text[at:]]


def edited(text: list[str], story: Story) -> list[str]:
    """A word in thirty left out or another, as a desk edits."""
    words = " \n ".join(text).split(" ")
    kept = [w for w in words if w == "\n" or story.rng.random() > 1 / 60]
    other = [story.word("adverb") if w != "\n" and story.rng.random() < 1 / 60 else w for w in kept]
    return " ".join(other).split("\n")


def all_at_once(text: list[str], story: Story) -> list[str]:
    """Cut, led anew and added to."""
    return added_to(led_anew(cut(text, story), story), story)


def same_event(story: Story) -> tuple[list[str], list[str]]:
    """Two reports of one event: a third of the paragraphs are quotations that both have."""
    both = [p for p in paragraphs(story, 900) if "“" in p][:5]
    return mixed(story, both, 12), mixed(story, both, 12)


def same_speech(story: Story) -> tuple[list[str], list[str]]:
    """Two reports of one long speech, of which both print much, but not all, word for word."""
    speech = [story.paragraph() for _ in range(12)]
    one, other = (story.rng.sample(speech, 6) for _ in range(2))
    return mixed(story, one, 6), mixed(story, other, 6)


def same_furniture(story: Story) -> tuple[list[str], list[str]]:
    """Short items between the same boilerplate: two fifths of each."""
    around = story.narrate()
    return [*paragraphs(story, 70), around], [*paragraphs(story, 70), around]


def live_blogs(story: Story) -> tuple[list[str], list[str]]:
    """Two live blogs that share the posts an agency fed them."""
    shared = [story.paragraph() for _ in range(6)]
    return mixed(story, shared, 20), mixed(story, shared, 20)


def strangers(story: Story) -> tuple[list[str], list[str]]:
    """Two articles of the same subject and people."""
    return paragraphs(story), paragraphs(story)


def mixed(story: Story, shared: list[str], own: int) -> list[str]:
    """Shared paragraphs among so many of one's own."""
    made = [*shared, *(story.paragraph() for _ in range(own))]
    story.rng.shuffle(made)
    return made


COPIES: tuple[Callable[[list[str], Story], list[str]], ...] = (
    cut,
    led_anew,
    added_to,
    edited,
    all_at_once,
)
OTHERS: tuple[Callable[[Story], tuple[list[str], list[str]]], ...] = (
    same_event,
    same_speech,
    same_furniture,
    live_blogs,
    strangers,
)


def labelled_pairs(count: int = PAIRS) -> Iterator[Pair]:
    """So many pairs of each kind."""
    for number in range(count):
        for change in COPIES:
            story = Story(77, number)
            text = paragraphs(story)
            changed = change(text, story)
            yield Pair(change.__name__, "\n\n".join(text), "\n\n".join(changed), is_copy=True)
        for make in OTHERS:
            story = Story(78, number)
            story.rng = random.Random(f"{make.__name__} {number}")  # noqa: S311 not secrets
            one, other = make(story)
            yield Pair(make.__name__, "\n\n".join(one), "\n\n".join(other), is_copy=False)


def main() -> None:
    """Print how many of each kind were taken for copies, then precision and recall."""
    taken: dict[str, list[bool]] = {}
    right = wrong = missed = 0
    for pair in labelled_pairs():
        found = is_likely(pair.one, pair.other) and is_copy(pair.one, pair.other)
        taken.setdefault(pair.kind, []).append(found)
        right += found and pair.is_copy
        wrong += found and not pair.is_copy
        missed += pair.is_copy and not found
    for kind, found_of in taken.items():
        print(f"{kind:15} {sum(found_of):3} of {len(found_of)} taken for copies")
    print(f"precision {right / (right + wrong):.3f}, recall {right / (right + missed):.3f}")


if __name__ == "__main__":
    main()

"""Made-up news articles of a realistic length, for measuring ingestion.

500 to 700 words, 8 to 15 statements: direct, indirect and mixed ones, by people with roles,
organisations and unnamed sources, between paragraphs that nobody says. Who speaks follows Zipf's
law over many thousand names. The same seed and number give the same article.
"""

import random
import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2024, 1, 1, tzinfo=UTC)
MINUTES = 4  # from one article to the next
_BLANK = re.compile(r"{(\w+)}")
DATA: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)
PUBLISHERS = tuple(
    f"The {place} {kind}" for place in DATA["places"] for kind in ("Courier", "Post", "Echo")
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who speaks."""

    first: str
    last: str
    role: str


def person(rng: random.Random) -> Person:
    """A speaker drawn by Zipf's law from some fifty thousand."""
    n = int(50_000 ** rng.random()) - 1
    own = random.Random(n)  # noqa: S311 names, not secrets
    last = (
        own.choice(DATA["head"])
        + own.choice(DATA["tail"])
        + own.choice(["", "", "e", "i", "o", "s"])
    )
    return Person(own.choice(DATA["first"]), last, own.choice(DATA["roles"]))


class Story:
    """An article in the making: its place, its people and its subject."""

    def __init__(self, seed: int, number: int) -> None:
        self.rng = random.Random(f"{seed} {number}")  # noqa: S311 articles, not secrets
        self.place = self.rng.choice(DATA["places"])
        self.subject = self.rng.choice(DATA["subjects"])
        self.people = [person(self.rng) for _ in range(self.rng.randint(3, 5))]
        self.introduced: set[Person] = set()

    def fill(self, template: str, **given: str) -> str:
        """A template with its blanks filled in, each anew."""
        return _BLANK.sub(lambda blank: given.get(blank[1]) or self.word(blank[1]), template)

    def word(self, blank: str) -> str:
        """What goes into a blank."""
        match blank:
            case "s":
                return self.subject
            case "p":
                return self.rng.choice((self.place, self.rng.choice(DATA["places"])))
            case "n":
                return str(self.rng.randint(3, 97))
            case "the":
                return self.fill(self.rng.choice(("the {noun}", "the {adjective} {noun}")))
            case "person":
                return self.fill("the {adjective} {things}")
            case "when":
                return self.fill(self.rng.choice(DATA["when"]))
            case _:
                return self.rng.choice(DATA[blank])

    def claim(self) -> str:
        """What somebody says."""
        return self.fill(self.rng.choice(DATA["claims"]))

    def narrate(self) -> str:
        """A few sentences that nobody says."""
        chosen = [self.fill(self.rng.choice(DATA["narration"])) for _ in range(3)]
        return " ".join(sentence[0].upper() + sentence[1:] for sentence in chosen)

    def who(self) -> str:
        """Who says it: in full at first, then by the last name."""
        if self.rng.random() < 0.15:
            return self.rng.choice((*DATA["bodies"], *DATA["unnamed"]))
        speaker = self.rng.choice(self.people)
        if speaker in self.introduced:
            return speaker.last
        self.introduced.add(speaker)
        return f"{speaker.role} {speaker.first} {speaker.last}"

    def paragraph(self) -> str:
        """A statement, sometimes followed by another, or nobody's words."""
        kind = self.rng.random()
        if kind < 0.35:
            return self.narrate()
        template = self.rng.choice(DATA["direct"] if kind < 0.7 else DATA["indirect"])
        said = self.claim()
        words = said if template in DATA["indirect"] else said[0].upper() + said[1:]
        sentence = self.fill(template, c=words, who=self.who())
        return sentence[0].upper() + sentence[1:]


def article(number: int, seed: int = 1) -> dict[str, Any]:
    """The article of this number, as a line of NDJSON has it."""
    story = Story(seed, number)
    length = story.rng.randint(500, 700)
    paragraphs: list[str] = []
    while sum(len(p.split()) for p in paragraphs) < length:
        paragraphs.append(story.paragraph())
    headline = f"{story.place} argues over {story.subject.removeprefix('the ')}"
    return {
        "title": headline,
        "text": "\n\n".join(paragraphs),
        "url": f"https://news.example/{seed}/{number}",
        "publisher": story.rng.choice(PUBLISHERS),
        "published_at": (START + timedelta(minutes=MINUTES * number)).isoformat(),
        "language": "en",
    }

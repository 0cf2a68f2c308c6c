"""Reporting words: which forms report, in which frame, and with which act."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from app.extraction.data_files import load_data, words_of
from app.extraction.types import Act


class Frame(StrEnum):
    """What may stand with a reporting verb (the keys of cues.toml)."""

    SAY = "say"
    TELL = "tell"
    ASK = "ask"
    PROMISE = "promise"
    QUOTE = "quote"
    NAME = "name"
    OBJECT = "object"


class Form(StrEnum):
    """An inflected form; the past participle is `PAST` where the two are one."""

    BASE = "base"
    THIRD = "third"
    PAST = "past"
    PARTICIPLE = "participle"
    ING = "ing"


@dataclass(frozen=True, slots=True)
class Cue:
    """A form of a reporting verb: every frame it can stand in, with the act it has there."""

    lemma: str
    forms: frozenset[Form]
    frames: tuple[tuple[Frame, Act], ...]

    def act(self, frame: Frame) -> Act | None:
        """The act that the verb has in a frame, or None where it cannot stand there."""
        return dict(self.frames).get(frame)

    def has(self, *frames: Frame) -> bool:
        """Whether the verb can stand in any of the frames."""
        return any(frame in frames for frame, _ in self.frames)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All reporting words, by form and lower case."""

    verbs: dict[str, Cue]
    phrasal: dict[str, tuple[tuple[tuple[str, ...], Frame], ...]]
    ambiguous: frozenset[str]
    findings: frozenset[str]
    adjectives: frozenset[str]
    nouns: dict[str, Act]
    light: frozenset[str]
    as_participles: frozenset[str]
    according: tuple[tuple[str, ...], ...]
    zero_that: frozenset[str]
    with_past: frozenset[str]
    hearers: frozenset[str]


def inflect(lemma: str) -> dict[str, set[Form]]:
    """Every form of a verb with what it can be: regular by rule, the others from the data."""
    data = load_data("cues")
    irregular = data["irregular"].get(lemma)
    if irregular:
        third, past, participle, ing = irregular.split()
    else:
        third, past, ing = _regular(lemma, lemma in words_of(data["other"]["doubling"]))
        participle = past
    forms: dict[str, set[Form]] = {}
    for word, form in (
        (lemma, Form.BASE),
        (third, Form.THIRD),
        (past, Form.PAST),
        (participle, Form.PARTICIPLE),
        (ing, Form.ING),
    ):
        forms.setdefault(word, set()).add(form)
    return forms


def _regular(lemma: str, doubles: bool) -> tuple[str, str, str]:
    if doubles:
        return lemma + "s", lemma + lemma[-1] + "ed", lemma + lemma[-1] + "ing"
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return lemma[:-1] + "ies", lemma[:-1] + "ied", lemma + "ing"
    if lemma.endswith("e"):
        return lemma + "s", lemma + "d", (lemma if lemma.endswith("ee") else lemma[:-1]) + "ing"
    return (
        lemma + ("es" if lemma.endswith(("s", "x", "z", "ch", "sh")) else "s"),
        lemma + "ed",
        (lemma + "ing"),
    )


def _lemmas(words: str) -> Iterator[str]:
    """The lemmas of a list, with the British spelling beside the American."""
    for lemma in words.split():
        yield lemma
        if lemma.endswith("ize"):
            yield lemma[:-3] + "ise"


@cache
def lexicon() -> Lexicon:
    """The reporting words of ``data/cues.toml``."""
    data = load_data("cues")
    frames: dict[str, dict[Frame, Act]] = {}
    for frame in Frame:
        for act in Act:
            for lemma in _lemmas(data[frame.value].get(act.value, "")):
                frames.setdefault(lemma, {}).setdefault(frame, act)
    for lemma in data["say"]["findings"].split():
        frames.setdefault(lemma, {}).setdefault(Frame.SAY, Act.SPEECH)
    verbs: dict[str, Cue] = {}
    for lemma, allowed in frames.items():
        for word, forms in inflect(lemma).items():
            verbs.setdefault(word, Cue(lemma, frozenset(forms), tuple(allowed.items())))
    other = data["other"]
    nouns = dict.fromkeys(other["nouns_speech"].split(), Act.SPEECH)
    nouns.update(dict.fromkeys(other["nouns_thought"].split(), Act.THOUGHT))
    return Lexicon(
        verbs=verbs,
        phrasal=_phrasal(data["phrasal"]),
        ambiguous=words_of(other["ambiguous"]),
        findings=words_of(data["say"]["findings"]),
        adjectives=words_of(other["adjectives"]),
        nouns=nouns,
        light=frozenset(word for lemma in other["light"].split() for word in inflect(lemma)),
        as_participles=words_of(other["as_participles"]),
        according=tuple(tuple(phrase.split()) for phrase in other["according"]),
        zero_that=words_of(other["zero_that"]),
        with_past=words_of(other["with_past"]),
        hearers=words_of(other["hearers"]),
    )


def _phrasal(
    table: dict[str, list[str]],
) -> dict[str, tuple[tuple[tuple[str, ...], Frame], ...]]:
    """Two-word verbs by each form of their first word."""
    found: dict[str, list[tuple[tuple[str, ...], Frame]]] = {}
    for frame, phrases in table.items():
        for phrase in phrases:
            first, *rest = phrase.split()
            for form in inflect(first):
                found.setdefault(form, []).append((tuple(rest), Frame(frame)))
    return {word: tuple(sorted(rest, key=lambda r: -len(r[0]))) for word, rest in found.items()}

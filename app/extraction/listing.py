"""Whether an editor would list an attribution as a statement.

The tagger marks wishes, plans and bare noun phrases too, as its training corpus does; the rules
pass over what they do not know. A logistic score over what both say and what the words look like
decides (weights in ``data/tagger/listing.json``, fitted by training/listing_fit.py).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.extraction.cues import lexicon
from app.extraction.data_files import load_data, words_of
from app.extraction.findings import Construction, Finding
from app.extraction.grammar import grammar
from app.extraction.types import Act, Kind, Span

_WORD = re.compile(r"['’]?\w+(?:['’]\w+)?")
# Forms that hardly occur in the tagger's training corpus.
SURE_OF_RULES = frozenset({Construction.ANAPHORA, Construction.TURN, Construction.COLON})
_SHORT = 4  # words
_CLAIMS = words_of(load_data("cues")["other"]["claims"])
_FREE = frozenset({"that", "there", "it", "he", "she", "they", "we", "i", "you", "this"})

FEATURES = (
    "bias", "rules: statement", "rules: none", "tagger: none", "says", "thinks", "other cue",
    "no cue", "direct", "mixed", "clause", "infinitive", "short", "no source", "negated",
    "question", "nested", "chance", "chance of cue", "heading",
    "inside", "chance of link", "chance of source",
    "claims", "asks",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of an attribution before it is decided what it is.

    ``rule`` is what the rules say (None: they do not see it). The chances are the tagger's: of the
    words to be content, of the cue, of the link between them and of the source. ``tagged`` is False
    where only the rules see it, ``inside`` says that they see it in the midst of what the tagger
    takes for one content.
    """

    content: Sequence[Span]
    cue: Span | None
    mention: Span | None
    kind: Kind
    rule: Finding | None
    tagged: bool
    chance: float
    cue_chance: float
    link_chance: float
    source_chance: float
    nested: bool
    inside: bool
    heading: bool

    @property
    def sure(self) -> bool:
        """Whether the rules decide alone, in forms that the tagger hardly knows."""
        return self.rule is not None and self.rule.construction in SURE_OF_RULES

    @property
    def doubted(self) -> bool:
        """Whether the rules see it and take it for no statement."""
        return self.rule is not None and not self.rule.statement


def features(text: str, evidence: Evidence) -> NDArray[np.float64]:
    """One number a name in FEATURES."""
    cue = _words(text, [evidence.cue] if evidence.cue else [])
    content = _words(text, evidence.content)
    acts = cue_acts(cue)
    says = bool(acts & {Act.SPEECH, Act.WRITING})
    first = content[0] if content else ""
    finite = first in _FREE or any(w in grammar().auxiliaries for w in content)
    rule = evidence.rule
    values = [
        1.0,
        rule is not None and rule.statement,
        rule is None,
        not evidence.tagged,
        says,
        Act.THOUGHT in acts and not says,
        bool(cue) and not acts,
        not cue,
        evidence.kind is Kind.DIRECT,
        evidence.kind is Kind.MIXED,
        finite,
        first == "to",
        len(content) < _SHORT,
        evidence.mention is None,
        any(w in grammar().negations or w.endswith("n't") for w in cue),
        evidence.kind is Kind.INDIRECT and first in grammar().question_words,
        evidence.nested,
        evidence.chance,
        evidence.cue_chance,
        evidence.heading,
        evidence.inside,
        evidence.link_chance,
        evidence.source_chance,
        bool(_CLAIMS & set(cue)),
        "to" in content[1:4] and first != "to" and not finite,
    ]
    return np.array(values, dtype=np.float64)


def cue_acts(words: Sequence[str]) -> frozenset[Act]:
    """The acts that the words of a cue can stand for, by the reporting words of cues.toml."""
    found: set[Act] = set()
    for word in words:
        verb = lexicon().verbs.get(word)
        if verb is not None:
            found.update(act for _, act in verb.frames)
        elif word in lexicon().nouns:
            found.add(lexicon().nouns[word])
        elif word == "according":
            found.add(Act.SPEECH)
    return frozenset(found)


def _words(text: str, spans: Sequence[Span]) -> list[str]:
    return [
        match.group().lower().replace("’", "'")
        for start, end in spans
        for match in _WORD.finditer(text, start, end)
    ]

"""What an attribution is: a statement or not, and the act (speech, writing, thought).

PolNeAR marks plans, feelings and bare noun phrases too; an editor lists what was said or written.
A logistic score over a few features: the class of the cue's verb, quotation, the content's shape.
"""

import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Quote = tuple[int, int, int, int]  # of text.pair_quotes

CUES = json.loads(Path(__file__).with_name("cues.json").read_text(encoding="utf-8"))
SAY_SET, THINK_SET = frozenset(CUES["say"]), frozenset(CUES["think"])
WRITE_SET, FINITE_SET = frozenset(CUES["write"]), frozenset(CUES["finite"])
NEGATIVE = {"not", "n't", "never", "neither", "nor", "declined", "refused", "without", "no"}
QUESTIONS = {"why", "what", "whether", "how", "who", "when", "where", "which", "if"}
WORD = re.compile(r"['’]?\w+")
FEATURES = ["bias", "say", "think", "mark cue", "no cue", "quoted", "clause", "infinitive", "short",
            "no source", "passive", "p_cue", "negated", "cue to", "question"]  # fmt: skip


@dataclass(frozen=True)
class Found:
    """The strings of an attribution and the share of its content's words in quotation marks."""

    cue: str
    source: str
    content: str
    quoted: float
    p_cue: float


def quoted_share(text: str, spans: list[list[int]], quotes: list[Quote]) -> float:
    """The share of the words of some spans that stand in quotation marks."""
    inside = total = 0
    for start, end in spans:
        for m in re.finditer(r"\w+", text[start:end]):
            total += 1
            at = bisect_right(quotes, start + m.start(), key=itemgetter(0)) - 1
            inside += at >= 0 and start + m.start() < quotes[at][3]
    return inside / total if total else 0.0


def read(
    text: str, attribution: dict[str, list[list[int]]], quotes: list[Quote], p_cue: float = 1.0
) -> Found:
    """The strings of an attribution in score.py's format; `quotes` is pair_quotes(text)."""
    roles = ("cue", "source", "content")
    strings = {r: " ".join(text[s:e] for s, e in attribution[r]) for r in roles}
    return Found(**strings, quoted=quoted_share(text, attribution["content"], quotes), p_cue=p_cue)


def features(found: Found) -> Floats:
    """One number a name in FEATURES."""
    cue = [w.lower() for w in WORD.findall(found.cue)]
    content = [w.lower().replace("’", "'") for w in WORD.findall(found.content)]
    say, think = any(w in SAY_SET for w in cue), any(w in THINK_SET for w in cue)
    start = content[0] if content else ""
    verb = any(w in FINITE_SET for w in content) or start in ("that", "there")
    plain = found.quoted <= 0.5
    values = [
        1.0, say, think and not say, bool(found.cue) and not cue, not found.cue, not plain,
        verb, start == "to", len(content) < 4, not found.source,
        bool({"was", "were", "been", "be", "is", "are"} & set(cue)), found.p_cue,
        bool(NEGATIVE & set(cue)), cue[:1] == ["to"], plain and start in QUESTIONS,
    ]  # fmt: skip
    return np.array(values, dtype=np.float64)


def act(found: Found) -> str:
    """speech, writing or thought, from the cue and the source."""
    cue = {w.lower() for w in WORD.findall(found.cue)}
    source = {w.lower() for w in WORD.findall(found.source)[:3]}
    if cue & THINK_SET and not cue & SAY_SET and found.quoted <= 0.5:
        return "thought"
    papers = {"study", "report", "results", "poll", "survey", "paper", "letter"}
    if cue & (WRITE_SET - {"report", "reports", "found"}) or source & papers:
        return "writing"
    return "speech"

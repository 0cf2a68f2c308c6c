"""Variants of a training article: other quotation marks, names, line breaks, attributions by dash.

Every change is a list of edits (start, end, new text) to the text, and the spans move with them.
"""

import random
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from app.extraction.pieces import pair_quotes
from training.names import FAMOUS, FIRST, LAST, ORGANISATIONS, SWAPPED

Document = dict[str, Any]
Edit = tuple[int, int, str]

STYLES = [("“", "”"), ('"', '"'), ("‘", "’"), ("«", "»"), ("« ", " »"), ("„", "“"), ("''", "''"),
          ("``", "''"), ("'", "'"), ("", "")]  # fmt: skip
STYLE_WEIGHTS = [4, 5, 4, 2, 1, 2, 2, 1, 2, 1]
FULL_NAME = re.compile(r"([A-Z][a-z]+) (?:[A-Z]\. )?([A-Z][A-Za-z’'-]{2,})$")
NOT_NAMES = set(
    """
The New News Fox York Times Post National Review Daily Associated Press White House Supreme
Court State Department United States North South East West Public Policy University Breitbart
Washington Street Journal Huffington Today Morning America American Monmouth Quinnipiac Super
Pac Republican Republicans Democratic Democrats Senate Party Committee Black Lives Wall Mr Mrs
Ms Dr Sen Rep Gov President Secretary Senator Gop
""".split()  # noqa: SIM905
)


def apply(document: Document, edits: list[Edit]) -> Document:
    """The document after the edits; edits that overlap an earlier one are left out."""
    kept: list[Edit] = []
    for edit in sorted(set(edits)):
        if not kept or edit[0] >= kept[-1][1]:
            kept.append(edit)
    pieces, at = [], 0
    for start, end, new in kept:
        pieces += [document["text"][at:start], new]
        at = end
    text = "".join([*pieces, document["text"][at:]])
    move = _mover(kept)
    attributions = [
        a | {role: [[move(s, False), move(e, True)] for s, e in a.get(role) or []]
             for role in ("content", "cue", "source")}
        for a in document["attributions"]
    ]  # fmt: skip
    return document | {"text": text, "attributions": attributions}


def _mover(edits: list[Edit]) -> Callable[[int, bool], int]:
    """A function from an old offset to the new; within an edit, a span takes the new text whole."""

    def move(offset: int, is_end: bool) -> int:
        shift = 0
        for start, end, new in edits:
            if end <= offset and not (end == offset == start and is_end):
                shift += len(new) - (end - start)
            elif start < offset:
                return start + shift + (len(new) if is_end else 0)
            else:
                break
        return offset + shift

    return move


def quotation_marks(document: Document, rng: random.Random) -> Document:
    """All quotations in one other style."""
    left, right = rng.choices(STYLES, STYLE_WEIGHTS)[0]
    edits: list[Edit] = []
    for start, inner, inner_end, end in pair_quotes(document["text"]):
        if document["text"][start] in "'‘" and document["text"][start:inner] != "''":
            continue
        edits.append((start, inner, left))
        if end > inner_end:
            edits.append((inner_end, end, right))
    return apply(document, edits)


def dashes(document: Document, rng: random.Random) -> Document:
    """Interrupted quotations by dashes, "A – he said – B", and colons before quotations."""
    text, edits = document["text"], []
    dash = rng.choice([" – ", " - ", " — ", "—", " -- "])
    for attribution in document["attributions"]:
        spans = attribution["content"]
        for (_, end), (start, _) in pairwise(spans):
            gap = text[end:start]
            quoted = text[end - 1] in "”\"'’" and text[start] in "“\"'‘"
            if len(gap) > 80 or "\n" in gap or not quoted or not gap.strip(" ,."):
                continue
            left = re.search(r",?(?:[”\"]|'')?,?\s*$", text[max(0, end - 3) : end] + " ")
            width = max(0, len(left.group()) - 1) if left else 0
            head = len(gap) - len(gap.lstrip(" ,"))
            tail = len(gap) - len(gap.rstrip(" ,."))
            mark = re.match(r"[“\"]|''", text[start : start + 2])
            edits.append((end - width, end + head, dash))
            edits.append((start - tail, start + (len(mark.group()) if mark else 0), dash))
        edits += _colon(attribution, text, rng)
    changed = apply(document, edits)
    for attribution in changed["attributions"]:
        attribution["content"] = [_trim(changed["text"], s, e) for s, e in attribution["content"]]
    return changed


def _trim(text: str, start: int, end: int) -> list[int]:
    """A span without the dashes that an edit left at its ends."""
    body = text[start:end]
    left, right = body.lstrip(" –—-"), body.rstrip(" –—-")
    return [end - len(left), start + len(right)]


def _colon(attribution: Document, text: str, rng: random.Random) -> list[Edit]:
    cue, content = attribution["cue"], attribution["content"]
    if not cue or not content or rng.random() < 0.4:
        return []
    at, start = cue[0][1], content[0][0]
    follows = text[at:start] in (", ", " ") and text[start] in "“\"'«„"
    return [(at, start, rng.choice([": ", ": ", " - ", ":\n"]))] if follows else []


def _people(document: Document) -> list[tuple[str, str]]:
    """Given names and surnames of those who speak, where neither is a word of the language."""
    text = document["text"]
    found = [m for m in (FULL_NAME.match(name) for name in FAMOUS if name.split()[1] in text) if m]
    for attribution in document["attributions"]:
        for start, end in attribution.get("source") or []:
            found += FULL_NAME.finditer(text[start:end])
    words = set(re.findall(r"\w+", text))
    pairs = {(m.group(1), m.group(2)) for m in found}
    return sorted(p for p in pairs if not any(w in NOT_NAMES or w.lower() in words for w in p))


def names(document: Document, rng: random.Random) -> Document:
    """People who speak, and institutions, under other names; the same throughout the article."""
    text = document["text"]
    edits: list[Edit] = []
    surnames: dict[str, str] = {}
    upper = rng.random() < 0.1
    for first, last in _people(document):
        new = surnames.setdefault(last, rng.choice(LAST).replace("-", rng.choice("- ")))
        new, given = (new.upper() if upper else new), rng.choice(FIRST)
        for m in re.finditer(rf"(?:\b({re.escape(first)}) )?\b({re.escape(last)})\b", text):
            if m.group(1):
                edits.append((m.start(1), m.end(1), given))
            edits.append((m.start(2), m.end(2), new))
    return apply(document, edits + _institutions(text, rng))


def _institutions(text: str, rng: random.Random) -> list[Edit]:
    edits: list[Edit] = []
    for old, others in zip(SWAPPED, ORGANISATIONS, strict=True):
        for name in old.split("|"):
            if rng.random() < 0.5:
                other = rng.choice(others.split("|"))
                edits += [(m.start(), m.end(), other) for m in re.finditer(rf"\b{name}\b", text)]
    return edits


def line_breaks(document: Document, rng: random.Random) -> Document:
    """Paragraphs run together: by one line break, by none, or the heading into the text."""
    breaks = [(m.start(), m.end()) for m in re.finditer(r"\s*\n\s*", document["text"])]
    kind = rng.choice(["one", "one", "none", "heading", "some"])
    if kind == "heading":
        return apply(document, [(s, e, " ") for s, e in breaks[:1]])
    if kind == "some":
        return apply(document, [(s, e, " ") for s, e in breaks if rng.random() < 0.3])
    return apply(document, [(s, e, "\n" if kind == "one" else " ") for s, e in breaks])


def apostrophes(document: Document, rng: random.Random) -> Document:
    """Apostrophes all straight or all curly."""
    new = rng.choice("'’")
    marks = re.finditer(r"(?<=\w)['’](?=\w)", document["text"])
    return apply(document, [(m.start(), m.end(), new) for m in marks])


STEPS = [(names, 0.35), (dashes, 0.15), (quotation_marks, 0.35), (apostrophes, 0.2),
         (line_breaks, 0.15)]  # fmt: skip


def augment(document: Document, rng: random.Random, strength: float = 1.0) -> Document:
    """A random variant; `strength` scales how often each kind of change happens, 0 for never."""
    for step, chance in STEPS:
        if rng.random() < chance * strength:
            document = step(document, rng)
    return document

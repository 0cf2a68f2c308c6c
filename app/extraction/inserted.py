"""Cues set between dashes inside a quotation: “We both reflected – he wrote – on the past.”"""

import re
from dataclasses import replace

from app.extraction.clauses import find_clauses
from app.extraction.cues import Cue, Form, Frame, lexicon
from app.extraction.document import Document, Sentence, words_between
from app.extraction.findings import Construction, Finding
from app.extraction.grammar import Items, low
from app.extraction.phrases import phrase_end
from app.extraction.quotes import Quote
from app.extraction.types import Act, Span

_DASHED = re.compile(r"\s(?:[–—]|--?)\s([^–—]{3,120}?)\s?(?:[–—]|--?)\s?")


def split_content(
    document: Document, sentence: Sentence, number: int, found: list[Finding]
) -> list[Finding]:
    """Findings for quotations cut by a cue of their own.

    Where a finding outside the quotation has it as content already, its spans in ``found`` are cut
    instead, as one quotation is one attribution.
    """
    fresh = []
    for item in sentence.items:
        if item.quote < 0:
            continue
        cut = _inserted_cue(document.text, document.quotes[item.quote], number)
        if cut is None:
            continue
        holder = next((i for i, f in enumerate(found) if _holds(f, item.start, item.end)), None)
        if holder is None:
            fresh.append(cut)
        else:
            found[holder] = replace(
                found[holder], content=_without(found[holder].content, cut.content)
            )
    return fresh


def _holds(finding: Finding, start: int, end: int) -> bool:
    return any(a <= start and end <= b for a, b in finding.content)


def _without(content: tuple[Span, ...], halves: tuple[Span, ...]) -> tuple[Span, ...]:
    """Content with the gap between two halves cut out."""
    gap = (halves[0][1], halves[1][0])
    out: list[Span] = []
    for start, end in content:
        if start <= gap[0] and gap[1] <= end:
            out += [(start, gap[0]), (gap[1], end)]
        else:
            out.append((start, end))
    return tuple(out)


def _inserted_cue(text: str, quote: Quote, number: int) -> Finding | None:
    for match in _DASHED.finditer(text, quote.start, quote.end):
        items = words_between(text, match.start(), match.end())
        found = _cue_between(items)
        if found is not None and match.end() < quote.end:
            (first, last), cue, mention = found
            act = cue.act(Frame.SAY) or cue.act(Frame.QUOTE) or Act.SPEECH
            return Finding(
                content=((quote.start, match.start()), (match.end(), quote.end)),
                cue=(items[first].start, items[last - 1].end),
                mention=(items[mention[0]].start, items[mention[1] - 1].end),
                sentence=number,
                clause=(items[1].start, items[-2].end),
                lemma=cue.lemma,
                act=act,
                construction=Construction.QUOTATION,
            )
    return None


def _cue_between(items: Items) -> tuple[tuple[int, int], Cue, tuple[int, int]] | None:
    """The verb's range, the verb and the mention's range in "– he wrote –", "– said Ann Lee –"."""
    for clause in find_clauses(items):
        fills = clause.left <= 1 and clause.right >= len(items) - 1
        if clause.mention and fills and clause.verb.has(Frame.SAY, Frame.QUOTE):
            return clause.cue, clause.verb, clause.mention
    first = lexicon().verbs.get(low(items, 1))
    if first and first.has(Frame.SAY, Frame.QUOTE) and Form.PAST in first.forms:
        end = phrase_end(items, 2)
        if end > 2:
            return (1, 2), first, (2, end)
    return None

"""What goes over the edge of a sentence: quotations that go on, and cues in the next sentence."""

from collections.abc import Sequence
from dataclasses import replace

from app.extraction.clauses import Clause, find_clauses
from app.extraction.cues import Frame, lexicon
from app.extraction.document import Document, ItemKind, Sentence
from app.extraction.findings import Construction, Finding
from app.extraction.grammar import Items, grammar, is_adverb, is_quote, low
from app.extraction.phrases import phrase_end
from app.extraction.types import Act, Span

_MIN_IMPLICIT_WORDS = 3
_PRO_CONTENTS = frozenset({"this", "so", "that"})


def continue_findings(document: Document, found: Sequence[Finding]) -> list[Finding]:
    """The findings with what the neighbouring sentences add to them or tell about them."""
    by_sentence: dict[int, list[Finding]] = {}
    for finding in found:
        by_sentence.setdefault(finding.sentence, []).append(finding)
    out: list[Finding] = []
    last_sentence = -10  # the sentence that the last finding reached to
    for number, sentence in enumerate(document.sentences):
        own = sorted(by_sentence.get(number, []), key=lambda f: f.start)
        if not own and sentence.is_prose:
            own = _referring_back(document, number, out)
        if own:
            out.extend(_with_resumed(document, sentence, own))
            last_sentence = number
            continue
        extended = _extended(document, sentence, number, out, last_sentence)
        if extended is not None:
            last_sentence = number
    return out


# --- quotations without a cue of their own ---


def _with_resumed(document: Document, sentence: Sentence, own: list[Finding]) -> list[Finding]:
    """The findings of a sentence, with "“…”, it added; and, later, “…”" as one more."""
    last = own[-1]
    items = sentence.items
    at = max((i for i, item in enumerate(items) if low(items, i) == ";"), default=len(items))
    start = _past_connectives(items, at + 1)
    behind = is_quote(items, start) and all(b <= items[start].start for _, b in last.content)
    closes = all(item.kind is not ItemKind.WORD for item in items[start + 1 :])
    if not (behind and closes and last.construction is Construction.QUOTATION):
        return own
    if len(document.text[items[start].start : items[start].end].split()) < _MIN_IMPLICIT_WORDS:
        return own
    span = (items[start].start, items[start].end)
    return [*own, _implicit(span, last, last.sentence)]


def _past_connectives(items: Items, at: int) -> int:
    """The index behind "and, later,"."""
    start = at
    while at - start < 6 and (
        low(items, at) in (",", ":", "and", "but", "then") or is_adverb(low(items, at))
    ):
        at += 1
    return at


def _extended(
    document: Document, sentence: Sentence, number: int, out: list[Finding], last: int
) -> bool | None:
    """Give a sentence that is all quotation to the finding before it; None if there is none."""
    quoted = _whole_quotation(document, sentence) if sentence.is_prose else None
    if quoted is None or not out or not _is_near(document, number, last):
        return None
    before = out[-1]
    if any(a <= quoted[0] and quoted[1] <= b for a, b in before.content):
        return True
    before_paragraph = document.sentences[last].paragraph
    same = before_paragraph == sentence.paragraph
    resumes = any(document.quotes[item.quote].resumes for item in sentence.items if item.quote >= 0)
    if resumes and _ends_at_quote(document, before, quoted):
        start = before.content[-1][0]
        out[-1] = replace(before, content=(*before.content[:-1], (start, quoted[1])))
        return True
    announced = document.text[: quoted[0]].rstrip()[-1:] == ":"
    is_run = same and last == number - 1 and before.construction is Construction.QUOTATION
    if is_run and before.statement and not announced and _is_direct(document, before):
        out[-1] = replace(before, content=(*before.content, quoted))
        return True
    out.append(_implicit(quoted, before, number))
    return True


def _implicit(quoted: Span, before: Finding, sentence: int) -> Finding:
    """A quotation with no cue, by the speaker of the finding before it."""
    return Finding(
        content=(quoted,),
        cue=None,
        mention=None,
        sentence=sentence,
        clause=(quoted[0], quoted[0]),
        lemma="",
        act=before.act if before.act is not Act.THOUGHT else Act.SPEECH,
        construction=Construction.IMPLICIT,
        inherits=True,
    )


def _is_direct(document: Document, finding: Finding) -> bool:
    return document.text[finding.content[-1][1] - 1] in "”\"'’»`"


def _is_near(document: Document, number: int, last: int) -> bool:
    """Whether the last finding is in the same paragraph or ends the one before."""
    if last < 0:
        return False
    here, there = document.sentences[number].paragraph, document.sentences[last].paragraph
    if here == there:
        return number - last <= 3
    return here - there == 1 and number - last <= 2


def _ends_at_quote(document: Document, finding: Finding, quoted: Span) -> bool:
    """Whether nothing but space parts a finding's content from a quotation."""
    end = finding.content[-1][1]
    return end <= quoted[0] and not document.text[end : min(quoted[0], end + 40)].strip()


def _whole_quotation(document: Document, sentence: Sentence) -> Span | None:
    """The span of a sentence that is nothing but quotation, or None."""
    quotes = [item for item in sentence.items if item.quote >= 0]
    if not quotes or any(item.kind is ItemKind.WORD for item in sentence.items):
        return None
    start, end = quotes[0].start, quotes[-1].end
    words = document.text[start:end].split(maxsplit=_MIN_IMPLICIT_WORDS)
    return (start, end) if len(words) > _MIN_IMPLICIT_WORDS - 1 else None


# --- sentences about the one before ---


def _referring_back(document: Document, number: int, out: list[Finding]) -> list[Finding]:
    """The finding of "This was said by X", "X stated this in …" or a bare "X said." """
    sentence = document.sentences[number]
    items = sentence.items
    forward = _forward(document, number)
    if forward is not None:
        return [forward]
    reference = _passive_reference(items) or _active_reference(items)
    if reference is None:
        return []
    if out and out[-1].sentence == number - 1 and out[-1].construction is Construction.IMPLICIT:
        out.pop()  # the quotation has a cue after all
    content = _sentence_before(document, number, out)
    if content is None:
        return []
    cue, mention = reference
    verb = lexicon().verbs.get(low(items, cue))
    return [
        Finding(
            content=(content,),
            cue=(items[cue].start, items[cue].end),
            mention=(items[mention[0]].start, items[mention[1] - 1].end),
            sentence=number,
            clause=(items[0].start, items[-1].end),
            lemma=verb.lemma if verb else "say",
            act=(verb.act(Frame.SAY) if verb else None) or Act.SPEECH,
            construction=Construction.ANAPHORA,
        )
    ]


def _passive_reference(items: Items) -> tuple[int, tuple[int, int]] | None:
    """ "This was said by the mayor at …": the cue's index and the mention's range."""
    if low(items, 0) not in ("this", "that", "these") or len(items) < 5:
        return None
    for at in range(1, min(len(items), 8)):
        verb = lexicon().verbs.get(low(items, at))
        if verb and verb.has(Frame.SAY) and low(items, at + 1) == "by":
            end = phrase_end(items, at + 2)
            return (at, (at + 2, end)) if end > at + 2 else None
    return None


def _active_reference(items: Items) -> tuple[int, tuple[int, int]] | None:
    """ "The president stated this in an interview", "X said." with the words before it."""
    for clause in find_clauses(items):
        at = clause.cue[1]
        if clause.mention is None or not clause.verb.has(Frame.SAY) or clause.negated:
            continue
        nxt = low(items, at + 1)
        refers = low(items, at) in _PRO_CONTENTS and (
            nxt in grammar().prepositions
            or nxt in ("", ".", ",", "as", "when", "while")
            or nxt in grammar().time_nouns
        )
        bare = (
            clause.mention[0] <= 1
            and (clause.verb.has(Frame.TELL) or not _has_object(items, clause))
            and low(items, clause.right) in ("", ".")
            and (clause.right >= len(items) - 1)
        )
        if refers or bare:
            return clause.cue[0], clause.mention
    return None


def _has_object(items: Items, clause: Clause) -> bool:
    """Whether a noun stands behind the cue ("urged caution")."""
    word = low(items, clause.cue[1])
    words = grammar()
    return clause.right > clause.cue[1] and not (
        word in words.prepositions or word in words.time_nouns or is_adverb(word)
    )


def _sentence_before(document: Document, number: int, out: Sequence[Finding]) -> Span | None:
    """The sentence before, where it is in reach and no finding has it yet."""
    if number == 0 or (out and out[-1].sentence == number - 1):
        return None
    before = document.sentences[number - 1]
    if document.sentences[number].paragraph - before.paragraph > 1:
        return None
    return before.start, before.end


def _forward(document: Document, number: int) -> Finding | None:
    """ "The president wrote on his account:" with the quotation in the next sentence."""
    items = document.sentences[number].items
    if low(items, len(items) - 1) != ":" or number + 1 >= len(document.sentences):
        return None
    following = document.sentences[number + 1]
    if not is_quote(following.items, 0):
        return None
    for clause in find_clauses(items):
        if clause.mention is None or clause.negated:
            continue
        act = clause.verb.act(Frame.SAY) or clause.verb.act(Frame.QUOTE) or Act.SPEECH
        quote = following.items[0]
        return Finding(
            content=((quote.start, quote.end),),
            cue=(items[clause.cue[0]].start, items[clause.cue[1] - 1].end),
            mention=(items[clause.mention[0]].start, items[clause.mention[1] - 1].end),
            sentence=number,
            clause=(items[clause.left].start, items[-1].end),
            lemma=clause.verb.lemma,
            act=act,
            construction=Construction.QUOTATION,
        )
    return None

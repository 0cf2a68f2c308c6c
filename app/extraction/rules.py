"""The core by rules: findings of one sentence after another (the part that a tagger replaces)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.extraction.clauses import Clause, Shape, find_clauses
from app.extraction.contents import (
    Content,
    count_words,
    find_content,
    leading_subject,
    spans_of,
)
from app.extraction.cues import Frame, lexicon
from app.extraction.document import Document, Role, Sentence
from app.extraction.findings import Construction, Finding
from app.extraction.follows import Follows
from app.extraction.grammar import Items, grammar, is_dash, is_quote, low
from app.extraction.headlines import colon_findings
from app.extraction.inserted import split_content
from app.extraction.nouncues import noun_findings
from app.extraction.nouns import names_no_speaker
from app.extraction.outlets import find_outlet
from app.extraction.phrases import opens_occasion
from app.extraction.sequences import continue_findings
from app.extraction.transcripts import find_turns, turn_findings
from app.extraction.types import Act, Span

# With a noun phrase, these report what somebody wants or makes known ("called for new elections").
_ASKING = frozenset({"call", "announce", "propose", "demand", "recommend", "push", "appeal"})
_WARNING = frozenset({"warn"})
_DENIALS = frozenset({"deny", "admit"})  # "denied taking bribes"
# What somebody is accused "of": the word without which no charge is told.
_CHARGES = {
    "accuse": frozenset({"of"}),
    "blame": frozenset({"for", "on"}),
    "describe": frozenset({"as"}),
    "denounce": frozenset({"as"}),
    "condemn": frozenset({"as"}),
    "dismiss": frozenset({"as"}),
    "reject": frozenset({"as"}),
    "hail": frozenset({"as"}),
}
# Who will not do something has said that at most: nothing of it is told.
_REFUSALS = frozenset({"refuse", "decline"})
_NARRATORS = frozenset({"i", "we", "you", "one"})
_SEPARATORS = frozenset({",", ";", ":"})


@dataclass(frozen=True, slots=True)
class _Placed:
    """A clause with its subject shared out, and whether it stands in another's content."""

    clause: Clause
    nested: bool
    ceiling: int
    floor: int


def find_attributions(document: Document) -> list[Finding]:
    """Every finding of a document, in the order of the text."""
    turns = find_turns(document)
    spoken = {paragraph for turn in turns for paragraph in range(turn.first, turn.end)}
    found = turn_findings(document, turns)
    for number, sentence in enumerate(document.sentences):
        if sentence.is_prose and sentence.paragraph not in spoken:
            found.extend(_sentence_findings(document, sentence, number))
    return sorted(continue_findings(document, found), key=lambda f: (f.start, f.content))


def _sentence_findings(document: Document, sentence: Sentence, number: int) -> list[Finding]:
    items = sentence.items
    found = colon_findings(document, sentence, number)
    if found:
        return found
    placed = _placed(items, [c for c in find_clauses(items) if not _is_overheard(items, c)])
    passed = -1
    for at, each in enumerate(placed):
        if _only_passes_on(document, items, placed, at):
            passed = items[each.clause.left].start
            continue
        finding = _finding(document, items, each, number)
        if finding is not None:
            if 0 <= passed < finding.clause[0]:
                finding = replace(finding, clause=(passed, finding.clause[1]))
                passed = -1
            found.append(finding)
    found += split_content(document, sentence, number, found)
    taken = [each.clause.cue for each in placed]
    found += noun_findings(document, sentence, number, found, taken)
    if document.role(sentence) is Role.HEADING:
        found = [replace(f, statement=False) if not _has_quote(document, f) else f for f in found]
    return found


def _has_quote(document: Document, finding: Finding) -> bool:
    return any(document.text[start] in "“\"'‘«„`" for start, _ in finding.content)


def _is_overheard(items: Items, clause: Clause) -> bool:
    """Whether "heard" tells of anybody but a court, whose hearing is where something is said."""
    if clause.verb.lemma != "hear":
        return False
    return clause.mention is None or not _by_court(items, clause)


def _by_court(items: Items, clause: Clause) -> bool:
    first, end = clause.mention or (0, 0)
    return any(low(items, i) in lexicon().hearers for i in range(first, end))


# --- clauses in their places ---


def _placed(items: Items, clauses: Sequence[Clause]) -> list[_Placed]:
    """The clauses with shared subjects filled in and the room that each has for its content."""
    shared: list[tuple[Clause, bool]] = []
    main: Clause | None = None
    for at, clause in enumerate(clauses):
        inside = any(_explains(items, clause, other) for other in clauses[at + 1 : at + 4])
        nested = inside or (main is not None and _is_nested(items, main, clause))
        mention = clause.mention
        if clause.shared:
            mention = main.mention if main else leading_subject(items, clause.left)
        filled = replace(clause, mention=mention)
        shared.append((filled, nested))
        if not nested:
            main = filled
    floors = [_floor(items, shared, at) for at in range(len(shared))]
    for at in range(len(shared)):
        _comment_on(items, shared, floors, at)
    placed = []
    for at, (clause, nested) in enumerate(shared):
        ceiling = _ceiling(items, shared, at)
        placed.append(_Placed(clause, nested, ceiling, floors[at]))
    return placed


def _explains(items: Items, clause: Clause, other: Clause) -> bool:
    """Whether a clause stands in the subject of a later one ("Lee, who asked for calm, said")."""
    subject = other.mention
    if subject is None:
        return False
    end = other.cue[0] if opens_occasion(items, subject[1]) else subject[1]
    return subject[0] <= clause.cue[0] < end


def _semicolon(items: Items, clause: Clause) -> int:
    """The index of a semicolon that parts a cue's own quotation from what goes before, or -1."""
    parted = is_quote(items, clause.left - 1) and low(items, clause.left - 2) == ";"
    return clause.left - 2 if parted else -1


def _comment_on(
    items: Items, clauses: list[tuple[Clause, bool]], floors: list[int], at: int
) -> None:
    """ "The two agreed that it can work, she said": the last cue has all before it as content."""
    clause, nested = clauses[at]
    is_comment = (
        clause.shape is Shape.FINITE
        and not clause.shared
        and not nested
        and clause.follows is Follows.NOTHING
        and low(items, clause.left - 1) == ","
        and not is_quote(items, clause.left - 2)
        and clause.right >= len(items) - 1
    )
    first = at
    while is_comment and first > 0 and _opens_content(clauses[first - 1][0], clause):
        first -= 1
        clauses[first] = (clauses[first][0], True)
        floors[at] = floors[first]


def _opens_content(clause: Clause, comment: Clause) -> bool:
    return (
        clause.shape is Shape.FINITE
        and clause.right <= comment.left
        and (clause.follows in (Follows.THAT, Follows.CLAUSE, Follows.INFINITIVE, Follows.QUESTION))
    )


def _is_nested(items: Items, main: Clause, clause: Clause) -> bool:
    """Whether a clause belongs to the content of the one before it."""
    if clause.shape is Shape.ACCORDING or clause.left < main.right:
        return clause.shape is not Shape.ACCORDING and main.shape is not Shape.ACCORDING
    if main.follows in (Follows.NOTHING, Follows.COMMA, Follows.QUOTE):
        return False
    if _semicolon(items, clause) >= main.right:
        return False
    if clause.mention and low(items, clause.mention[0]) in grammar().relative:
        return True
    if clause.shared and low(items, clause.left - 1) != "," and not _reports_more(clause):
        return True
    if clause.shape is Shape.PARTICIPLE or clause.shared:
        return low(items, clause.left) not in ("and", "but", ",", "–", "—")
    before = low(items, clause.left - 1)
    opens = low(items, clause.left) in grammar().conjunctions or (
        before in ("although", "though", "while", "whereas") and low(items, clause.left - 2) == ","
    )
    return not (before in _SEPARATORS or is_dash(items, clause.left - 1) or opens)


def _reports_more(clause: Clause) -> bool:
    """Whether "and" with this verb opens new content, and is not part of what was said."""
    if clause.shape is Shape.PARTICIPLE:
        return True
    return clause.verb.lemma in ("say", "add") or clause.follows in (
        Follows.THAT,
        Follows.QUOTE,
        Follows.COLON,
    )


def _ceiling(items: Items, clauses: Sequence[tuple[Clause, bool]], at: int) -> int:
    """Where content behind a clause must end: at the next clause that is not inside it."""
    own = clauses[at][0]
    for clause, nested in clauses[at + 1 :]:
        if clause.mention and clause.mention[0] <= own.cue[0] < clause.mention[1]:
            return clause.mention[1]
        if not nested and _semicolon(items, clause) >= own.right:
            return _semicolon(items, clause)
        if not nested and clause.left >= own.right:
            return clause.left if clause.barrier < own.right else min(clause.left, clause.barrier)
    return len(items)


def _floor(items: Items, clauses: Sequence[tuple[Clause, bool]], at: int) -> int:
    """Where content before a clause may begin: behind the clauses before it."""
    clause = clauses[at][0]
    before = [c for c, nested in clauses[:at] if not nested and c.right <= clause.left]
    if clause.shape is Shape.ACCORDING:
        if clause.mention and low(items, clause.mention[0]) in grammar().relative:
            return clause.right
        before = [c for c in before if c.shape is not Shape.FINITE]
    return before[-1].right if before else 0


def _only_passes_on(document: Document, items: Items, placed: Sequence[_Placed], at: int) -> bool:
    """Whether a clause only says who passed words on ("According to the Herald, Smith said")."""
    clause = placed[at].clause
    if clause.shape is not Shape.ACCORDING or clause.mention is None:
        return False
    start, end = clause.mention
    if names_no_speaker(items, start, end):
        return True
    if find_outlet(document.text[items[start].start : items[end - 1].end]) is None:
        return False
    others = [p.clause for i, p in enumerate(placed) if i != at and not p.clause.shared]
    if clause.left <= 1:
        return any(0 <= other.left - clause.right <= 1 for other in others)
    return any(other.right <= clause.left for other in others)


# --- from clause to finding ---


def _finding(document: Document, items: Items, placed: _Placed, number: int) -> Finding | None:
    clause = placed.clause
    content = find_content(document, items, clause, placed.floor, placed.ceiling)
    if content is None:
        return None
    act = clause.verb.act(content.frame) or clause.verb.frames[0][1]
    if content.frame in (Frame.SAY, Frame.TELL) and content.before:
        act = clause.verb.act(Frame.SAY) or clause.verb.act(Frame.TELL) or act
    return Finding(
        content=spans_of(items, content.ranges),
        cue=(items[clause.cue[0]].start, items[clause.cue[1] - 1].end),
        mention=None if clause.verb.lemma == "hear" else _span(items, clause.mention),
        sentence=number,
        clause=_clause_span(items, clause),
        lemma=clause.verb.lemma,
        act=act,
        construction=_construction(items, clause, content),
        statement=_is_statement(items, placed, content, act),
        nested=placed.nested,
        shared=clause.shared,
        unsaid=_is_unsaid(items, clause),
    )


def _span(items: Items, pair: tuple[int, int] | None) -> Span | None:
    return None if pair is None else (items[pair[0]].start, items[pair[1] - 1].end)


def _clause_span(items: Items, clause: Clause) -> Span:
    last = max(clause.right, clause.cue[1])
    return items[clause.left].start, items[min(last, len(items)) - 1].end


def _construction(items: Items, clause: Clause, content: Content) -> Construction:
    if clause.shape is Shape.ACCORDING:
        return Construction.ACCORDING
    if any(items[i].quote >= 0 for a, b in content.ranges for i in (a, b - 1)):
        return Construction.QUOTATION
    if clause.shape is Shape.PARTICIPLE:
        return Construction.PARTICIPLE
    if content.frame not in (Frame.SAY, Frame.TELL):
        return Construction.OBJECT
    return Construction.PARENTHESIS if content.before else Construction.CLAUSE


def _is_unsaid(items: Items, clause: Clause) -> bool:
    """Whether a clause says that something was not said, or has the narrator for its subject."""
    lone = clause.mention is not None and clause.mention[1] - clause.mention[0] == 1
    narrator = lone and clause.mention is not None and low(items, clause.mention[0]) in _NARRATORS
    return clause.negated or narrator


def _is_statement(items: Items, placed: _Placed, content: Content, act: Act) -> bool:
    """What a careful editor would list (the others are attributed all the same)."""
    clause = placed.clause
    if placed.nested or _is_unsaid(items, clause):
        return False
    words = count_words(items, content.ranges)
    quoted = any(items[i].quote >= 0 for a, b in content.ranges for i in range(a, b))
    if content.frame in (Frame.SAY, Frame.TELL):
        return quoted or words >= 2
    if content.frame is Frame.QUOTE:
        return quoted
    if content.frame is Frame.NAME:
        return _is_verdict(items, clause, content, quoted)
    if content.frame in (Frame.ASK, Frame.PROMISE):
        refused = clause.verb.lemma in _REFUSALS or low(items, clause.object_at) == "not"
        return act is not Act.THOUGHT and words >= 3 and not refused
    return _is_wish(items, clause, words, quoted)


def _is_verdict(items: Items, clause: Clause, content: Content, quoted: bool) -> bool:
    """ "called it “a farce”", "accused the bank of fraud", "blamed rain for the delay"."""
    if quoted and clause.shape is not Shape.PARTICIPLE:
        return True
    links = _CHARGES.get(clause.verb.lemma)
    start, end = content.ranges[-1]
    return links is not None and any(low(items, i) in links for i in range(start + 1, end - 1))


def _is_wish(items: Items, clause: Clause, words: int, quoted: bool) -> bool:
    """ "called for an inquiry", "warned of floods", "denied taking bribes"."""
    lemma = clause.verb.lemma
    if lemma in _DENIALS:
        return low(items, clause.object_at).endswith("ing") and words >= 2
    if clause.frame is Frame.OBJECT:
        return lemma in _ASKING | _WARNING and words >= 2
    return words >= (3 if quoted else 5) and lemma in _ASKING

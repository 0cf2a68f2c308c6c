"""In which frame a cue stands, by what follows it."""

from app.extraction.clauses import Clause
from app.extraction.cues import Frame, lexicon
from app.extraction.follows import Follows
from app.extraction.grammar import Items, grammar, is_word, low

_WITH_INFINITIVE = (Frame.ASK, Frame.TELL, Frame.PROMISE)
_CLAUSE_SUBJECTS = frozenset({"he", "she", "they", "we", "i", "there"})
_AFTER_OBJECT = frozenset({"", ".", ",", "to", "about", "of"})


def resolved_frame(clause: Clause, has_finite: bool) -> Frame | None:
    """The frame in which the cue stands, by what follows; None if it reports nothing here."""
    verb = clause.verb
    if clause.frame is not None:
        return clause.frame
    if clause.follows is Follows.INFINITIVE:
        return next((f for f in _WITH_INFINITIVE if verb.act(f)), None)
    if clause.follows in (Follows.QUOTE, Follows.COLON, Follows.THAT, Follows.QUESTION):
        order: tuple[Frame, ...] = (Frame.SAY, Frame.TELL, Frame.ASK, Frame.QUOTE, Frame.NAME)
        if clause.follows in (Follows.THAT, Follows.QUESTION):
            order = order[:3]
        return next((f for f in order if verb.act(f)), None)
    if has_finite:
        spoken = next((f for f in (Frame.SAY, Frame.TELL) if verb.act(f)), None)
        if spoken:
            return spoken
    return next((f for f in (Frame.NAME, Frame.OBJECT) if verb.act(f)), None)


def opens_clause(items: Items, clause: Clause) -> bool:
    """Whether a bare clause (no "that") follows the cue, and not just a noun phrase."""
    at = clause.object_at
    if clause.follows is not Follows.CLAUSE or _is_empty(items, at):
        return False
    if clause.verb.lemma in lexicon().zero_that:
        return True
    return low(items, at) in _CLAUSE_SUBJECTS or _has_finite_verb(items, clause)


def _is_empty(items: Items, at: int) -> bool:
    """Whether the object says nothing: "said so", "said goodbye to …"."""
    return low(items, at) in grammar().empty_objects and low(items, at + 1) in _AFTER_OBJECT


def _has_finite_verb(items: Items, clause: Clause) -> bool:
    at = clause.object_at
    takes_past = clause.verb.lemma in lexicon().with_past
    for i in range(at + 1, min(len(items), at + 15)):
        word = low(items, i)
        if not is_word(items, i) or word in grammar().subordinators or word == "to":
            return False
        if word in grammar().auxiliaries and not items[i].capital:
            return True
        if takes_past and i > at + 1 and word.endswith("ed"):
            return low(items, i + 1) != "by"
    return False

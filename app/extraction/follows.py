"""What stands behind a cue: "that", a quotation, a question, an infinitive, a clause, nothing."""

from enum import StrEnum

from app.extraction.cues import Cue, Frame
from app.extraction.grammar import (
    Items,
    grammar,
    is_adverb,
    is_dash,
    is_quote,
    is_verb_like,
    is_word,
    low,
)

_MAX_AFTER = 30
_ENDS = frozenset({".", "!", "?", ";", "…", "...", ")", "]"})


class Follows(StrEnum):
    """What stands after a cue and its modifiers."""

    THAT = "that"
    QUOTE = "quote"
    COLON = "colon"
    QUESTION = "question"
    INFINITIVE = "infinitive"
    CLAUSE = "clause"
    COMMA = "comma"
    NOTHING = "nothing"


def what_follows(items: Items, at: int, verb: Cue | None) -> tuple[Follows, int, int]:
    """What follows a verb at `at`: its kind, where it begins, where the cue clause ends.

    Without a verb (behind a subject that comes after it) nothing but what shows by a mark follows.
    """
    start = at
    addressed = verb is None or not verb.has(Frame.TELL, Frame.ASK)
    while at < len(items) and at - start < _MAX_AFTER:
        aside = aside_end(items, at)
        shown = None if aside > at else _shown(items, at, start if addressed else at, verb)
        if shown is not None:
            return shown
        step = max(_modifier_end(items, at), aside)
        if step == at and not addressed and at == start:
            addressed = True
            step = _addressee_end(items, at)
            that = _that_behind(items, step)
            if that > 0:
                return Follows.THAT, that + 1, that + 1
            if low(items, step) == "to" and _is_infinitive(items, step):
                return Follows.INFINITIVE, start, start
        if step == at:
            return (Follows.NOTHING if verb is None else Follows.CLAUSE), at, at
        at = step
    return Follows.NOTHING, at, at


def _that_behind(items: Items, at: int) -> int:
    """The index of the "that" behind a long addressee ("told the station's morning show that")."""
    for i in range(at, min(len(items), at + 8)):
        if low(items, i) == "that":
            return i
        if not is_word(items, i) or is_verb_like(low(items, i)) or low(items, i) in _CLAUSE_WORDS:
            return -1
    return -1


_CLAUSE_WORDS = frozenset({"he", "she", "it", "they", "we", "i", "there", "to", "if", "whether"})


def _shown(items: Items, at: int, start: int, verb: Cue | None) -> tuple[Follows, int, int] | None:
    """The kinds that one word or mark shows; an infinitive's content begins at `start`."""
    if low(items, at) == "not" and low(items, at + 1) == "to":
        return Follows.INFINITIVE, at, at
    takes = verb is not None and verb.has(Frame.ASK, Frame.TELL, Frame.PROMISE)
    if takes and low(items, at) == "to" and _is_infinitive(items, at):
        return Follows.INFINITIVE, start, at
    return _plain_follows(items, at)


def aside_end(items: Items, at: int) -> int:
    """The index after ", however," and other adverbs between commas (`at` if there is none)."""
    aside = low(items, at) == "," and is_adverb(low(items, at + 1)) and low(items, at + 2) == ","
    return at + 3 if aside else at


def _plain_follows(items: Items, at: int) -> tuple[Follows, int, int] | None:
    """The kinds that show by one word or mark."""
    word = low(items, at)
    if is_quote(items, at):
        return Follows.QUOTE, at, at
    if word == ",":
        if is_quote(items, at + 1):
            return Follows.QUOTE, at + 1, at
        return Follows.COMMA, at, at
    if word == ":":
        return Follows.COLON, at + 1, at + 1
    if word in _ENDS or is_dash(items, at):
        return Follows.NOTHING, at, at
    if word == "that":
        return Follows.THAT, at + 1, at + 1
    if word in grammar().question_words:
        return Follows.QUESTION, at, at
    return None


def _is_infinitive(items: Items, at: int) -> bool:
    nxt = low(items, at + 1)
    return (
        is_word(items, at + 1)
        and not items[at + 1].capital
        and nxt not in grammar().determiners
        and nxt not in grammar().addressees
        and not nxt.endswith(("ing", "s"))
    ) or nxt in ("discuss", "pass", "address", "press", "express", "focus", "access", "possess")


def _modifier_end(items: Items, at: int) -> int:
    """The index after an adverb, a time or a prepositional phrase at `at` (`at` if none)."""
    word = low(items, at)
    words = grammar()
    if word in words.time_nouns or word in words.after_verb:
        return at + 1
    if (
        word.endswith("ly")
        and is_adverb(word)
        and (not is_word(items, at + 1) or low(items, at + 1) == "that")
    ):
        return at + 1
    if word in words.prepositions | words.time_words:
        if low(items, at + 1) in words.time_nouns:
            return at + 2
        if low(items, at + 1) in words.time_words and low(items, at + 2) in words.time_nouns:
            return at + 3
    if word.isdigit() and low(items, at - 1) in words.time_nouns:
        return at + 1
    if word in words.prepositions:
        return _prepositional_end(items, at)
    return at


def _prepositional_end(items: Items, at: int) -> int:
    end = at + 1
    while is_word(items, end) and end - at < 15:
        word = low(items, end)
        first = end == at + 1
        if word in grammar().prepositions and not first:
            break
        if word in grammar().subordinators or (word in grammar().determiners and not first):
            break
        if word in ("he", "she", "they", "we", "i", "it") or (
            not first and not items[end].capital and word in grammar().auxiliaries
        ):
            break
        named = items[end].capital and not items[end - 1].capital
        if named and end - at > 2 and low(items, end - 1) not in ("and", "of", "'s"):
            break
        end += 1
    return end


def _addressee_end(items: Items, at: int) -> int:
    """The index after somebody who is told something."""
    if low(items, at) in grammar().addressees:
        return at + 1
    end = at
    while is_word(items, end) and end - at < 15:
        word = low(items, end)
        if end > at and (
            word in grammar().determiners
            or word in grammar().pronouns
            or word in grammar().prepositions - {"of"}
            or word in grammar().subordinators
            or word in grammar().auxiliaries
            or word in grammar().time_nouns
            or word == "to"
        ):
            break
        end += 1
    return end

"""Cue clauses: for every reporting word of a sentence, its subject and what follows it."""

from dataclasses import dataclass
from enum import StrEnum

from app.extraction.cues import Cue, Form, Frame, lexicon
from app.extraction.follows import Follows, aside_end, what_follows
from app.extraction.grammar import (
    Items,
    Subject,
    find_subject,
    grammar,
    is_adverb,
    is_dash,
    is_quote,
    is_verb_like,
    is_word,
    low,
)
from app.extraction.nouns import speaking_nouns
from app.extraction.phrases import (
    apposition_end,
    name_apposition_end,
    phrase_end,
    without_occasion,
)


class Shape(StrEnum):
    """How the cue stands in its sentence."""

    FINITE = "finite"
    INVERTED = "inverted"
    PARTICIPLE = "participle"
    ACCORDING = "according"


@dataclass(frozen=True, slots=True)
class Clause:
    """A cue clause, in item indices with half-open ranges.

    ``left`` is where the clause begins and ``right`` where it ends, modifiers and addressee
    included; ``barrier`` is where what goes before must end. ``mention`` is None where the subject
    stands in another clause (``shared``). ``object_at`` is where an addressee or object begins.
    """

    cue: tuple[int, int]
    mention: tuple[int, int] | None
    left: int
    right: int
    barrier: int
    verb: Cue
    shape: Shape
    follows: Follows
    object_at: int
    shared: bool = False
    negated: bool = False
    frame: Frame | None = None


def find_clauses(items: Items) -> list[Clause]:
    """The cue clauses of a sentence, in order of their cues."""
    found: list[Clause] = []
    at = 0
    while at < len(items):
        clause = _clause_at(items, at)
        if clause is not None:
            found.append(clause)
            at = max(at, clause.cue[1] - 1)
        at += 1
    return found


def _clause_at(items: Items, at: int) -> Clause | None:
    if not is_word(items, at):
        return None
    according = _according(items, at) or _as_said_by(items, at)
    if according is not None:
        return according
    end, verb, frame = _verb_at(items, at)
    if verb is None or (items[at].capital and at > 0):
        return None
    if Form.ING in verb.forms and not _is_progressive(items, at):
        return _participle(items, at, end, verb, frame)
    return _inverted(items, at, end, verb) or _finite(items, at, end, verb, frame)


def _verb_at(items: Items, at: int) -> tuple[int, Cue | None, Frame | None]:
    """The reporting verb at an index, phrasal ones first: its end, the cue, its fixed frame."""
    word = low(items, at)
    for rest, frame in lexicon().phrasal.get(word, ()):
        if tuple(low(items, at + 1 + i) for i in range(len(rest))) == rest:
            plain = lexicon().verbs.get(word)
            forms = plain.forms if plain else _forms_of(word)
            act_of = plain.frames[0][1] if plain else None
            lemma = plain.lemma if plain else rest[-1]
            verb = Cue(lemma, forms, ((frame, act_of or _SPEECH),))
            return at + 1 + len(rest), verb, frame
    return at + 1, lexicon().verbs.get(word), None


_SPEECH = lexicon().verbs["said"].frames[0][1]


def _forms_of(word: str) -> frozenset[Form]:
    return frozenset({Form.ING if word.endswith("ing") else Form.PAST})


def _is_progressive(items: Items, at: int) -> bool:
    """Whether a form of "be" (or "'s") stands before an -ing form."""
    before = at - 1
    if before > 2 and aside_end(items, before - 2) == before + 1:
        before -= 3
    while is_word(items, before) and is_adverb(low(items, before)):
        before -= 1
    word = low(items, before)
    return (
        word in grammar().be
        or word in grammar().contractions
        or (word == "'s" and low(items, before - 1) in grammar().pronouns)
    )


def _according(items: Items, at: int) -> Clause | None:
    word = low(items, at)
    phrases = [p for p in lexicon().according if p[0] == word]
    for phrase in phrases:
        end = at + len(phrase)
        if tuple(low(items, at + i) for i in range(len(phrase))) != phrase:
            continue
        right = _according_end(items, at, end)
        if right == end:
            return None
        mention = (end, right)
        quoting = low(items, right + 1) in ("quoting", "citing") and low(items, right) == ","
        if quoting:
            stop = phrase_end(items, right + 2)
            stop = _skip_brackets(items, stop)
            mention, right = (right + 2, stop), stop
        right = _after_time(items, right)
        return Clause(
            (at, end),
            mention,
            at,
            right,
            at,
            lexicon().verbs["said"],
            Shape.ACCORDING,
            Follows.NOTHING,
            right,
        )
    return None


def _as_said_by(items: Items, at: int) -> Clause | None:
    """ "…, as confirmed by the minister": the clause before is the minister's."""
    verb = lexicon().verbs.get(low(items, at + 1))
    if (
        low(items, at) != "as"
        or verb is None
        or low(items, at + 1) not in lexicon().as_participles
        or low(items, at + 2) != "by"
    ):
        return None
    end = phrase_end(items, at + 3)
    if end == at + 3:
        return None
    return Clause(
        (at + 1, at + 2),
        (at + 3, end),
        at,
        end,
        at,
        verb,
        Shape.ACCORDING,
        Follows.NOTHING,
        end,
    )


def _according_end(items: Items, at: int, first: int) -> int:
    """The index after the phrase that "according to" names, with what explains it."""
    right = phrase_end(items, first)
    if right == first or low(items, first) in grammar().relative:
        return right
    if at == 0:
        comma = next(
            (i for i in range(right, min(len(items), first + 16)) if low(items, i) == ","), -1
        )
        if comma > right and not any(
            is_verb_like(low(items, i)) or is_quote(items, i) for i in range(right, comma)
        ):
            right = comma
    right = _skip_brackets(items, right)
    named = any(items[i].capital for i in range(first, right))
    extended = name_apposition_end(items, right)
    if extended == right or items[right - 1].capital:
        extended = apposition_end(items, right) if named and items[right - 1].capital else right
    return extended if low(items, extended) == "," or at > 0 else right


def _skip_brackets(items: Items, at: int) -> int:
    if low(items, at) == "(":
        for i in range(at + 1, min(len(items), at + 12)):
            if low(items, i) == ")":
                return i + 1
    return at


def _after_time(items: Items, at: int) -> int:
    while is_word(items, at) and (
        low(items, at) in grammar().time_nouns
        or (low(items, at) in ("on", "last", "this") and low(items, at + 1) in grammar().time_nouns)
    ):
        at += 1
    return at


# --- the three positions of a verb ---


def _participle(items: Items, at: int, end: int, verb: Cue, frame: Frame | None) -> Clause | None:
    """ "…, adding that …", "by saying …", "and reaffirming …": the subject is the main clause's."""
    before = at - 1
    while is_word(items, before) and is_adverb(low(items, before)):
        before -= 1
    word = low(items, before)
    joins = word in (",", "and", "by", "while", "but", "in", "after", "before", "or", "without")
    if not (joins or before < 0 or is_quote(items, before) or is_dash(items, before)):
        return None
    if word == "without":
        return None
    follows, object_at, right = what_follows(items, end, verb)
    left = max(before, 0)
    if is_quote(items, before):
        left = before + 1
    elif word in ("and", "but") and low(items, before - 1) == ",":
        left = before - 1
    return Clause(
        (at, end),
        None,
        left,
        right,
        left,
        verb,
        Shape.PARTICIPLE,
        follows,
        object_at,
        shared=True,
        frame=frame,
    )


def _inverted(items: Items, at: int, end: int, verb: Cue) -> Clause | None:
    """ "“…,” said the minister": the subject after the verb."""
    if not verb.has(Frame.SAY, Frame.QUOTE) or not verb.forms & {Form.PAST, Form.THIRD}:
        return None
    strong = is_quote(items, at - 1) or (low(items, at - 1) == "," and is_quote(items, at - 2))
    says = verb.has(Frame.SAY) and verb.lemma != "tell"
    weak = at > 3 and says and (low(items, at - 1) == "," or is_dash(items, at - 1))
    if not (strong or weak) or low(items, end) in ("that", "to"):
        return None
    stop = phrase_end(items, end)
    if stop == end or (weak and not strong and not _closes_weakly(items, end, stop)):
        return None
    mention_end = _skip_brackets(items, stop)
    extended = apposition_end(items, mention_end)
    if extended == mention_end and not items[mention_end - 1].capital:
        extended = name_apposition_end(items, mention_end)
    if low(items, extended) not in (",", ".", "", ";", ":"):
        extended = mention_end
    mention = (end, extended)
    follows, _, right = what_follows(items, extended, None)
    return Clause((at, end), mention, at, right, at, verb, Shape.INVERTED, follows, right)


def _closes_weakly(items: Items, first: int, stop: int) -> bool:
    """Whether a subject after ", said" is followed by what may end a clause."""
    named = items[first].capital or items[stop - 1].capital
    if not (named or low(items, first) in grammar().determiners | grammar().pronouns):
        return False
    word = low(items, stop)
    return not is_quote(items, stop) and (
        word in ("", ",", ".", ";", "in", "on", "at", "during", "after", "as", "who")
        or is_dash(items, stop)
        or word in grammar().time_nouns
    )


def _finite(items: Items, at: int, end: int, verb: Cue, frame: Frame | None) -> Clause | None:
    if Form.ING not in verb.forms and _is_passive(items, at, verb) and frame is None:
        return None
    if low(items, at - 1) == "'s" and Form.BASE in verb.forms:
        return None  # a noun: "the tenants' advocate"
    if verb.forms == {Form.PARTICIPLE} and not _has_perfect(items, at):
        return None
    subject = find_subject(items, at)
    if subject is None or subject.modal:
        return None
    follows, object_at, right = what_follows(items, end, verb)
    if low(items, at) in lexicon().ambiguous and not _is_surely_verb(items, at, subject, follows):
        return None
    if (
        Form.BASE in verb.forms
        and Form.PAST not in verb.forms
        and not _is_plural(items, subject, low(items, at))
    ):
        return None
    return _with_subject(items, (at, end), subject, verb, follows, object_at, right, frame)


def _with_subject(
    items: Items,
    cue: tuple[int, int],
    subject: Subject,
    verb: Cue,
    follows: Follows,
    object_at: int,
    right: int,
    frame: Frame | None,
) -> Clause:
    mention = None if subject.shared else without_occasion(items, subject)
    has_mark = not is_word(items, subject.last + 1) and not subject.shared
    return Clause(
        cue,
        mention,
        subject.left,
        right,
        subject.last + 1 if has_mark else subject.left,
        verb,
        Shape.FINITE,
        follows,
        object_at,
        shared=subject.shared,
        negated=subject.negated,
        frame=frame,
    )


def _is_passive(items: Items, at: int, verb: Cue) -> bool:
    if not verb.forms & {Form.PAST, Form.PARTICIPLE}:
        return False
    before = at - 1
    while is_word(items, before) and (
        is_adverb(low(items, before)) or low(items, before) in grammar().negations - grammar().be
    ):
        before -= 1
    return low(items, before) in grammar().be


def _has_perfect(items: Items, at: int) -> bool:
    window = {low(items, i) for i in range(max(0, at - 4), at)}
    return bool(window & {"has", "have", "had", "having", "hasn't", "haven't", "hadn't"}) or any(
        word in grammar().contractions for word in window
    )


def _is_surely_verb(items: Items, at: int, subject: Subject, follows: Follows) -> bool:
    """Whether an ambiguous form ("reports", "claims") is a verb here."""
    if low(items, at - 1) in grammar().determiners or low(items, at - 1) == "'s":
        return False
    if follows in (Follows.THAT, Follows.QUOTE, Follows.COLON, Follows.QUESTION):
        return True
    if subject.shared:
        return False
    head = items[subject.last]
    named = head.capital or head.low in grammar().pronouns | grammar().relative | speaking_nouns()
    return (
        named and low(items, at + 1) not in ("", ",", ".") and not is_verb_like(low(items, at + 1))
    )


def _is_plural(items: Items, subject: Subject, cue_word: str) -> bool:
    """Whether a base form ("say") can have this subject."""
    if subject.shared:
        return False
    if low(items, subject.first) in ("those", "these", "some", "many", "several", "most", "few"):
        return True
    head = next(
        (
            i - 1
            for i in range(subject.first + 1, subject.last + 1)
            if low(items, i) in grammar().prepositions
        ),
        subject.last,
    )
    opens = head == subject.first == 0  # a capital that only begins the sentence
    if low(items, head).endswith("s") and (opens or not items[head].capital):
        return True
    word = low(items, subject.last)
    if cue_word in lexicon().ambiguous:
        return word in ("they", "we", "i", "you", "people", "police")
    return (
        word.endswith("s")
        or word in ("they", "we", "i", "you", "who", "people", "police", "that", "which", "many")
        or items[subject.last].capital
        or word in ("some", "others", "men", "women", "children", "media", "critics", "most", "few")
    )

"""Noun phrases around a verb, found with closed word classes and no part-of-speech tagger."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from app.extraction.cues import Form, lexicon
from app.extraction.data_files import load_data, words_of
from app.extraction.document import Item, ItemKind

Items = Sequence[Item]

MAX_PHRASE = 30
MAX_APPOSITION = 30
_OPENING_MARKS = frozenset("([")
_DASHES = frozenset({"–", "—", "-", "--"})


@dataclass(frozen=True, slots=True)
class Grammar:
    """The closed classes of ``data/grammar.toml``."""

    pronouns: frozenset[str]
    relative: frozenset[str]
    determiners: frozenset[str]
    possessives: frozenset[str]
    prepositions: frozenset[str]
    subordinators: frozenset[str]
    conjunctions: frozenset[str]
    auxiliaries: frozenset[str]
    negations: frozenset[str]
    modals: frozenset[str]
    adverbs: frozenset[str]
    nouns_in_ly: frozenset[str]
    time_nouns: frozenset[str]
    time_words: frozenset[str]
    addressees: frozenset[str]
    openers: frozenset[str]
    contractions: frozenset[str]
    question_words: frozenset[str]
    after_verb: frozenset[str]
    empty_objects: frozenset[str]
    be: frozenset[str]
    irregular_past: frozenset[str]


@cache
def grammar() -> Grammar:
    """The word classes, loaded once."""
    data = load_data("grammar")
    return Grammar(**{name: words_of(data[name]) for name in Grammar.__slots__})


@dataclass(frozen=True, slots=True)
class Subject:
    """Who speaks, as item indices (last one included), and how the verb is used.

    ``left`` is the index of the first item of the whole cue clause. ``first`` is -1 where the verb
    has its subject in an earlier clause ("… and said").
    """

    first: int
    last: int
    left: int
    negated: bool = False
    modal: bool = False
    shared: bool = False


def is_word(items: Items, at: int) -> bool:
    """Whether there is a word at an index."""
    return 0 <= at < len(items) and items[at].kind is ItemKind.WORD


def low(items: Items, at: int) -> str:
    """The item's text in lower case, "" beyond the ends and for quotations."""
    return items[at].low if 0 <= at < len(items) else ""


def is_quote(items: Items, at: int) -> bool:
    """Whether there is a quotation at an index."""
    return 0 <= at < len(items) and items[at].quote >= 0


def is_dash(items: Items, at: int) -> bool:
    """Whether there is a dash at an index."""
    return low(items, at) in _DASHES


def is_adverb(word: str) -> bool:
    """Whether a lower-case word is an adverb (by list, or by its ending)."""
    if word in grammar().adverbs:
        return True
    return word.endswith("ly") and len(word) > 4 and word not in grammar().nouns_in_ly


def is_verb_like(word: str) -> bool:
    """Whether a lower-case word is an auxiliary or looks like a finite verb."""
    if word in grammar().auxiliaries or word in grammar().contractions:
        return True
    cue = lexicon().verbs.get(word)
    return cue is not None and word not in lexicon().ambiguous and Form.ING not in cue.forms


# --- before the verb ---


def find_subject(items: Items, verb: int) -> Subject | None:
    """The subject that stands before a verb, or None."""
    at, negated, modal = _before_auxiliaries(items, verb - 1)
    if at < 0:
        return None
    word = low(items, at)
    if not is_word(items, at):
        return _after_mark(items, at, negated, modal)
    if word in grammar().contractions or word in grammar().pronouns:
        return Subject(at, at, _left_edge(items, at), negated, modal)
    if word in grammar().relative:
        return Subject(at, at, at, negated, modal)
    if word in grammar().conjunctions:
        return Subject(-1, -1, at, negated, modal, shared=True)
    if word in grammar().prepositions or word in grammar().subordinators or word == "to":
        return None
    first = _phrase_start(items, at)
    if first > at or _is_no_subject(items, first, at):
        return None
    first = _with_antecedent(items, _with_name_before(items, first), at)
    return Subject(first, at, _left_edge(items, first), negated, modal)


def _with_antecedent(items: Items, first: int, last: int) -> int:
    """ "The union that represents nurses said": where the noun begins that a clause explains."""
    word = low(items, first)
    verbal = word.endswith(("s", "ed")) or word in grammar().auxiliaries
    relative = low(items, first - 1) in ("who", "that", "which") and is_word(items, first - 2)
    if not (verbal and relative and first < last) or items[first].capital:
        return first
    start = _phrase_start(items, first - 2)
    opens = items[start].capital or low(items, start) in grammar().determiners
    return start if opens and start < first - 2 else first


def _with_name_before(items: Items, first: int) -> int:
    """ "Ann Lee, head of Acme said": where the name begins that a role with one comma explains."""
    name = first - 2
    plain = not items[first].capital or low(items, first + 1) == "'s"
    if not plain or low(items, first - 1) != "," or low(items, first) in grammar().determiners:
        return first
    while name > 0 and is_word(items, name - 1) and items[name - 1].capital:
        name -= 1
    is_name = name >= 0 and items[name].capital and first - name > 2
    return name if is_name and name == 0 else first


def _is_no_subject(items: Items, first: int, last: int) -> bool:
    """Whether a phrase is a lone determiner or a verb with what belongs to it ("raised")."""
    word = low(items, first)
    if first == last and (word in grammar().determiners - _STANDING or word == "having"):
        return True
    if word in grammar().subordinators and word not in grammar().relative:
        return True
    verbal = word.endswith(("ed", "ing")) and not items[first].capital
    return verbal and (first == last or low(items, first + 1) in grammar().prepositions)


_STANDING = frozenset({"some", "many", "most", "few", "several", "all", "both", "others", "this"})


def _before_auxiliaries(items: Items, at: int) -> tuple[int, bool, bool]:
    """Step left over auxiliaries, adverbs and times; say whether one negates or is a modal."""
    words = grammar()
    negated = modal = False
    while is_word(items, at):
        word = low(items, at)
        if word in words.negations or word in words.auxiliaries:
            negated = negated or word in words.negations
            modal = modal or word in words.modals
        elif word == "'s" and low(items, at - 1) in words.pronouns:
            pass
        elif not _is_skipped(items, at):
            break
        at -= 1
    if is_word(items, at) and low(items, at) in words.contractions:
        modal = modal or low(items, at).endswith("'ll")
    return at, negated, modal


def _is_skipped(items: Items, at: int) -> bool:
    """Adverbs and times between a subject and its verb."""
    word = low(items, at)
    if items[at].capital and word not in grammar().time_nouns:
        return False
    if word in grammar().time_nouns:
        return True
    if word in grammar().time_words:
        return low(items, at + 1) in grammar().time_nouns
    return is_adverb(word) and word not in grammar().relative


def _after_mark(items: Items, at: int, negated: bool, modal: bool) -> Subject | None:
    """A subject that a mark parts from its verb: an apposition or brackets between the two."""
    word = low(items, at)
    if word in (")", "]"):
        return _bracketed(items, _opening(items, at), negated, modal)
    if word != "," and not is_dash(items, at):
        return None
    comma = _apposition_start(items, at)
    if comma is None:
        return _with_stray_comma(items, at, negated, modal) if word == "," else None
    if low(items, comma - 1) in grammar().auxiliaries | grammar().negations:
        # "The bank is, however, asking": the subject stands before what is set between commas.
        found = find_subject(items, comma)
        return found and replace(
            found, negated=negated or found.negated, modal=modal or found.modal
        )
    last = comma - 1 if is_word(items, comma - 1) else _opening(items, comma - 1) - 1
    first = _phrase_start(items, last)
    if last < 0 or first > last or not _can_head(items, first, last):
        return None
    return Subject(first, at - 1, _left_edge(items, first), negated, modal)


def _opening(items: Items, closing: int) -> int:
    """The index of the bracket that one at `closing` closes, or -1."""
    return next(
        (i for i in range(closing - 1, max(-1, closing - 12), -1) if low(items, i) in ("(", "[")),
        -1,
    )


def _bracketed(items: Items, opening: int, negated: bool, modal: bool) -> Subject | None:
    """The subject before brackets: "The council (LVFC) said"."""
    if opening < 1 or not is_word(items, opening - 1):
        return None
    first = _phrase_start(items, opening - 1)
    if first >= opening:
        return None
    return Subject(first, opening - 1, _left_edge(items, first), negated, modal)


def _with_stray_comma(items: Items, at: int, negated: bool, modal: bool) -> Subject | None:
    """ "A spokeswoman for the bank in Zurich, says …": a comma that should not be there."""
    if not is_word(items, at - 1):
        return None
    first = _phrase_start(items, at - 1)
    opens = first < at and (items[first].capital or low(items, first) in grammar().determiners)
    if first != 0 or not opens or low(items, 0) in grammar().prepositions | grammar().subordinators:
        return None
    return Subject(first, at - 1, 0, negated, modal)


def _can_head(items: Items, first: int, last: int) -> bool:
    """Whether a phrase can be a subject: it has a name, a determiner or a plural."""
    start = low(items, first)
    return (
        items[first].capital
        or items[last].capital
        or start in grammar().determiners
        or start in grammar().pronouns
        or low(items, last).endswith("s")
    )


def _apposition_start(items: Items, end: int) -> int | None:
    """The index of the mark that opens the apposition closed by the one at `end`."""
    mark = low(items, end)
    for at in range(end - 1, max(0, end - MAX_APPOSITION), -1):
        word = low(items, at)
        if word in (";", ":") or is_quote(items, at):
            return None
        if word == mark or (is_dash(items, at) and is_dash(items, end)):
            if low(items, at - 1).isdigit() or low(items, at + 1) in ("and", "or"):
                continue
            inner = low(items, at + 1)
            starts_anew = inner in grammar().subordinators and inner not in grammar().relative
            if (is_word(items, at - 1) or low(items, at - 1) == ")") and not starts_anew:
                return at
            return None
    return None


def _phrase_start(items: Items, last: int) -> int:
    """The first item of the noun phrase that ends at `last` (`last` + 1 if there is none)."""
    at = last
    while at >= 0 and last - at < MAX_PHRASE and is_word(items, at):
        if _is_boundary(items, at, last):
            break
        at -= 1
    return _trimmed(items, at + 1, last)


def _is_boundary(items: Items, at: int, last: int) -> bool:
    word = low(items, at)
    words = grammar()
    if items[at].capital and word not in words.subordinators and word not in words.pronouns:
        return word in words.conjunctions
    if word == "and":
        inside_name = at > 0 and items[at - 1].capital and items[at + 1].capital
        return not inside_name and not _joins_phrases(items, at)
    if word == "that":
        return True
    if word in words.subordinators or word in words.conjunctions:
        return not (word == "or" and at < last)
    if word in ("he", "she", "they", "we", "i", "it") or word in words.contractions:
        return True
    reduced = word.endswith(("ed", "ten")) and low(items, at + 1) in ("in", "by", "on")
    verb = is_verb_like(word) and not reduced
    return at < last and verb and low(items, at - 1) not in words.determiners


def _joins_phrases(items: Items, at: int) -> bool:
    """Whether "and" joins two noun phrases ("the mayor and her deputy said"), not two clauses."""
    left = at - 1
    while left >= 0 and at - left <= 8 and is_word(items, left):
        word = low(items, left)
        if word in grammar().subordinators or word in grammar().conjunctions:
            break
        if not items[left].capital and (is_verb_like(word) or word.endswith("ed")):
            return False
        left -= 1
    return left < 0 or (at - left <= 8 and low(items, left) in (",", "that", "but", "both"))


def _trimmed(items: Items, first: int, last: int) -> int:
    """Without connectives and prepositional phrases in front of the subject itself."""
    while first < last and (
        low(items, first) in grammar().openers
        or (is_adverb(low(items, first)) and items[first + 1].kind is not ItemKind.MARK)
    ):
        first += 1
    if first <= last and low(items, first) in grammar().prepositions:
        return _simple_phrase(items, first, last)
    return first


def _simple_phrase(items: Items, first: int, last: int) -> int:
    """The start of the last phrase with no preposition but "of" and "for" inside."""
    at = last
    while at > first:
        word = low(items, at - 1)
        if word in ("of", "for"):
            at -= 1
            continue
        if word in grammar().prepositions or word.isdigit() or word in grammar().time_nouns:
            return at
        if low(items, at) in grammar().determiners and low(items, at - 1) not in ("all", "both"):
            return at
        at -= 1
    return first + 1


def _left_edge(items: Items, first: int) -> int:
    """The first item of the clause that the subject opens, adverbs in front included."""
    at = first
    while at > 0 and is_word(items, at - 1):
        word = low(items, at - 1)
        if not (word in grammar().openers or word in grammar().conjunctions or word == "as"):
            break
        at -= 1
    return at

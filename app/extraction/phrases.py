"""Noun phrases behind a verb or preposition, and the appositions that explain them."""

from app.extraction.grammar import (
    MAX_APPOSITION,
    MAX_PHRASE,
    Items,
    Subject,
    grammar,
    is_adverb,
    is_quote,
    is_verb_like,
    is_word,
    low,
)

_LONE = frozenset({"he", "she", "they", "it", "whom", "who", "him", "them", "me"})


def phrase_end(items: Items, first: int) -> int:
    """The index after the noun phrase that starts at `first` (`first` if none does)."""
    at = first
    lone_her = low(items, at) == "her" and (not is_word(items, at + 1) or _stops(items, at + 1, at))
    if low(items, at) in _LONE or lone_her:
        return at + 1
    while at < len(items) and at - first < MAX_PHRASE and is_word(items, at):
        if at > first and _stops(items, at, first):
            break
        at += 1
    while at > first and low(items, at - 1) in ("of", "for", "and", "the", "a", "'s"):
        at -= 1
    return at


def _stops(items: Items, at: int, first: int) -> bool:
    word = low(items, at)
    words = grammar()
    if items[at].capital and word not in words.time_nouns:
        return False
    if word in ("of", "for"):
        return (
            low(items, at + 1) not in words.determiners
            and not (is_word(items, at + 1) and items[at + 1].capital)
            and word == "for"
        )
    if word == "and":
        return not (
            is_word(items, at + 1)
            and (items[at + 1].capital or low(items, at + 1) in words.determiners)
            and not _clause_follows(items, at + 1)
        )
    if word in words.prepositions or word in words.subordinators or word in words.conjunctions:
        return True
    if word in words.auxiliaries or word in words.time_nouns or word in words.pronouns:
        return True
    after_name = items[at - 1].capital and at - 1 >= first
    return after_name and (word.endswith(("ing", "ed")) or is_adverb(word) or is_verb_like(word))


def _clause_follows(items: Items, at: int) -> bool:
    """Whether a verb of saying or an auxiliary comes within a few words."""
    for i in range(at + 1, min(len(items), at + 7)):
        if not is_word(items, i):
            return False
        if not items[i].capital and is_verb_like(low(items, i)):
            return True
    return False


def name_apposition_end(items: Items, at: int) -> int:
    """The index after a name that a comma at `at` sets beside a role ("the coach, Ana Diaz,")."""
    if low(items, at) != "," or not is_word(items, at + 1) or not items[at + 1].capital:
        return at
    end = at + 1
    while is_word(items, end) and items[end].capital and end - at < 7:
        end += 1
    return end if low(items, end) in (",", ".", "") and end - at > 1 else at


def apposition_end(items: Items, at: int) -> int:
    """The index after an apposition that a comma at `at` opens ("…, a doctor in Oslo,"), or `at`.

    Without its closing comma; relative clauses count as appositions.
    """
    if low(items, at) != "," or not is_word(items, at + 1):
        return at
    word = low(items, at + 1)
    opens = word in ("a", "an", "the", "who", "whose", "his", "her", "their", "chief", "head")
    opens = (
        opens
        or word.isdigit()
        or (
            not items[at + 1].capital
            and word not in grammar().prepositions
            and word not in grammar().conjunctions
            and word not in grammar().subordinators
            and word not in grammar().pronouns
            and not word.endswith(("ing", "ed"))
            and word not in grammar().auxiliaries
            and not is_adverb(word)
        )
    )
    if not opens:
        return at
    relative = word in ("who", "whose")
    for i in range(at + 1, min(len(items), at + MAX_APPOSITION)):
        if low(items, i) in (",", ".", ";", ":", "?", "!") or is_quote(items, i):
            return i
        if not relative and is_verb_like(low(items, i)) and not items[i].capital:
            return at
    return at


_OCCASIONS = frozenset(
    {"quoted", "cited", "interviewed", "speaking", "writing", "asked", "reached", "contacted"}
)


def without_occasion(items: Items, subject: Subject) -> tuple[int, int]:
    """The subject without how its words came to be known: "Ann Lee, quoted by the Herald, said"."""
    for at in range(subject.first + 1, subject.last):
        if opens_occasion(items, at):
            return subject.first, at
    return subject.first, subject.last + 1


def opens_occasion(items: Items, at: int) -> bool:
    """Whether a comma at `at` opens ", quoted by …" and the like."""
    return low(items, at) == "," and low(items, at + 1) in _OCCASIONS

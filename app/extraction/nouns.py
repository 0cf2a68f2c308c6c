"""Common nouns that stand for somebody or something that speaks."""

from functools import cache

from app.extraction.data_files import load_data, words_of
from app.extraction.grammar import Items, grammar, low


@cache
def speaking_nouns() -> frozenset[str]:
    """Nouns for people, organisations and documents that may be the subject of a reporting verb."""
    data = load_data("names")
    roles = words_of(data["titles"]) | words_of(data["plural_people"])
    return roles | words_of(data["organization_nouns"]) | words_of(data["document_nouns"])


@cache
def _not_speakers() -> frozenset[str]:
    return words_of(load_data("names")["not_speakers"])


def names_no_speaker(items: Items, start: int, end: int) -> bool:
    """Whether the phrase after "according to" is no speaker ("according to the law", "to plan")."""
    head = start
    for at in range(start, end):
        if at > start and (low(items, at) in grammar().prepositions or low(items, at) == ","):
            break
        head = at
    return low(items, head) in _not_speakers() and not items[head].capital


def heads_document(phrase: str) -> bool:
    """Whether a phrase is about something written ("new study of 300 pupils")."""
    documents = words_of(load_data("names")["document_nouns"])
    return any(word in documents for word in _before_preposition(phrase))


def head_of(phrase: str) -> str:
    """The lower-case noun that heads a phrase ("nurse" of "nurse at a public hospital")."""
    return _before_preposition(phrase)[-1:][0] if phrase.strip() else ""


def _before_preposition(phrase: str) -> list[str]:
    words = phrase.lower().split()
    prepositions = grammar().prepositions
    end = next((i for i, word in enumerate(words) if i and word in prepositions), len(words))
    return words[:end]

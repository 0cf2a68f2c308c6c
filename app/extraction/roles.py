"""Phrases that describe a speaker without naming one, and the roles in front of names."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.extraction.document import Item, ItemKind
from app.extraction.folding import fold
from app.extraction.grammar import grammar
from app.extraction.names import is_compound, name_data
from app.extraction.people import Person
from app.extraction.types import SpeakerKind

_ARTICLES = frozenset({"the", "a", "an"})
_MAX_DESCRIPTION = 120


@dataclass(frozen=True, slots=True)
class Described:
    """One speaker as a mention shows them.

    ``person`` is the person of the article if it is one, ``name`` the canonical name and
    ``printed`` the name as it stands there ("" if the mention has none), ``description`` the role
    or the whole phrase, ``head`` its head noun and ``modifiers`` the words that go with it.
    """

    kind: SpeakerKind
    person: Person | None = None
    name: str = ""
    printed: str = ""
    description: str | None = None
    head: str = ""
    modifiers: frozenset[str] = frozenset()
    definite: bool = False
    gender: str = ""


def without_articles(items: Sequence[Item]) -> Sequence[Item]:
    """The words of a phrase behind its article or possessive."""
    at = 0
    while at < len(items) and items[at].low in _ARTICLES | grammar().possessives:
        at += 1
    return items[at:]


def phrase_of(text: str, items: Sequence[Item]) -> str:
    """The words of a phrase as printed, without leading article, on one line."""
    kept = without_articles([i for i in items if i.kind is ItemKind.WORD or i.low in ".-&/"])
    if not kept:
        return ""
    return " ".join(text[kept[0].start : kept[-1].end].split())[:_MAX_DESCRIPTION]


def role_head(items: Sequence[Item]) -> tuple[str, frozenset[str]]:
    """The head noun of a role, with synonyms folded together, and its other words."""
    words = [item for item in items if item.kind is ItemKind.WORD]
    end = next(
        (
            i
            for i, w in enumerate(words)
            if i and (w.low in grammar().prepositions or w.low == "who")
        ),
        len(words),
    )
    while end > 1 and words[end - 1].low in grammar().adverbs:
        end -= 1
    if not end:
        return "", frozenset()
    head = words[end - 1].low
    skipped = grammar().determiners | grammar().prepositions | {"'s", "new", "former", "and"}
    others = {fold(w.low) for i, w in enumerate(words) if i != end - 1 and w.low not in skipped}
    return name_data().synonyms.get(head, fold(head)), frozenset(others)


def role_gender(head: str) -> str:
    """The gender that the word for a role shows: "m", "f", or "" where it shows none."""
    data = name_data()
    return "m" if head in data.male_titles else "f" if head in data.female_titles else ""


def _without_clause(items: Sequence[Item]) -> Sequence[Item]:
    """A phrase without the relative clause or the participle behind it ("study published in")."""
    for at in range(1, len(items)):
        if items[at].low in grammar().relative or _is_participle(items, at):
            return items[:at]
    return items


def _is_participle(items: Sequence[Item], at: int) -> bool:
    word, before = items[at], items[at - 1]
    if word.capital or before.kind is not ItemKind.WORD:
        return False
    if before.low in grammar().determiners or before.low in grammar().prepositions:
        return False
    following = items[at + 1].low if at + 1 < len(items) else ""
    behind = not following or following in grammar().prepositions | grammar().time_nouns
    data = name_data()
    if before.low in data.document_nouns and word.low.endswith("ing") and following:
        return True  # "a study documenting …"
    plural = before.low in data.plural_people or before.low.endswith("s")
    return behind and (
        word.low.endswith("ed")
        or word.low in data.participles
        or (word.low.endswith("ing") and plural)
    )


def role_of(text: str, items: Sequence[Item]) -> Described | None:
    """A phrase without a name: "US officials", "the ministry", "a source in the government"."""
    items = _without_clause(items)
    words = [item for item in items if item.kind is ItemKind.WORD]
    head, modifiers = role_head(words)
    if not head:
        return None
    data = name_data()
    definite = words[0].low not in ("a", "an", "some", "another", "one")
    description = phrase_of(text, items)
    named = head in data.organization_nouns and definite and _has_name(text, words)
    return Described(
        _kind_of(words, head, named),
        description=description,
        head=head,
        modifiers=modifiers,
        definite=definite,
        gender=role_gender(words[-1].low),
        name=description if named else "",
        printed=description if named else "",
    )


def _kind_of(words: Sequence[Item], head: str, named: bool) -> SpeakerKind:
    data = name_data()
    if named:
        return SpeakerKind.ORGANIZATION
    body = head in data.organization_nouns and words[0].low not in ("a", "an")
    plural = head.endswith("s") and not head.endswith("ss") and head not in data.document_nouns
    several = words[0].low in ("some", "many", "several", "few", "most", "critics")
    if body or plural or several or head in data.plural_people:
        return SpeakerKind.GROUP
    return SpeakerKind.UNNAMED


def _has_name(text: str, words: Sequence[Item]) -> bool:
    """Whether a name stands in a phrase, so that it names one body ("the Norwegian government").

    The first word of a sentence has its capital for another reason.
    """
    first = words[0]
    before = text[max(0, first.start - 3) : first.start].rstrip(" ")
    opens = not before or before[-1] in ".!?\n:;”\"’'»“‘—–"
    known = first.low in name_data().origins
    named = [w for w in words if w.capital and not is_compound(w.low)]
    return any(w is not first for w in named) or (bool(named) and (known or not opens))

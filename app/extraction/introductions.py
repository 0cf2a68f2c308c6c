"""The people whom a text introduces: a role in front of a name ("spokesman Ivan Petrov")."""

from collections.abc import Sequence

from app.extraction.document import Item, ItemKind
from app.extraction.grammar import grammar, is_verb_like, is_word, low
from app.extraction.mentions import parse_mention
from app.extraction.names import is_role
from app.extraction.people import People, Person
from app.extraction.roles import Described, phrase_of, role_gender, role_head
from app.extraction.runs import may_open_name, name_runs
from app.extraction.types import SpeakerKind

_MAX_ROLE = 12


def described_people(
    text: str, items: Sequence[Item], people: People
) -> list[tuple[Described, Person, int]]:
    """The people whom a paragraph names together with a role, and where."""
    index_of = {item.start: at for at, item in enumerate(items)}
    found = []
    for run in name_runs(items):
        short = people.shortened(run)
        person = people.find(short.folded, run.start) if short.words else None
        if person is None:
            continue
        name_at = index_of[short.words[0].start]
        first = _role_start(items, name_at)
        span = (items[first].start, short.words[-1].end)
        found += [
            (part, person, run.start)
            for part in parse_mention(text, span, people).parts
            if part.person is person and part.name and is_role(part.head)
        ]
        behind = _behind(text, items, name_at + len(short.words), person)
        if behind is not None:
            found.append((behind, person, run.start))
    return found


def _behind(text: str, items: Sequence[Item], at: int, person: Person) -> Described | None:
    """The role that an apposition or "is" gives behind a name ("Ann Lee, 41, a doctor, …")."""
    if low(items, at) == "," and low(items, at + 1).isdigit():
        at += 2
    word = low(items, at)
    if word == "," and low(items, at + 1) in ("who", "then") and is_word(items, at + 2):
        at += 1
    copula = low(items, at) in ("is", "was", "who") or low(items, at + 1) in ("is", "was")
    if not (word in (",", "(", "-", "–", "—") or copula) or not is_word(items, at + 1):
        return None
    at += 2 if low(items, at + 1) in ("is", "was", "then") else 1
    if copula and low(items, at) not in grammar().determiners:
        return None
    end = at
    while is_word(items, end) and end - at < _MAX_ROLE and not _ends_role(items, at, end):
        end += 1
    if not copula and end < len(items) and is_word(items, end):
        return None  # "after the release of Lee, the spokesman said"
    words = items[at:end]
    head, modifiers = role_head(words) if words else ("", frozenset())
    if not is_role(head) or words[0].capital:
        return None
    return Described(
        SpeakerKind.PERSON,
        person,
        description=phrase_of(text, words),
        head=head,
        modifiers=modifiers,
        gender=role_gender(words[-1].low),
    )


def _ends_role(items: Sequence[Item], first: int, at: int) -> bool:
    word = low(items, at)
    return at > first and (word in grammar().relative or is_verb_like(word))


def _role_start(items: Sequence[Item], name_at: int) -> int:
    """Where the role in front of a name begins: at most one plain noun, then capitals before it."""
    at = name_at
    while at > 0 and name_at - at < 6 and items[at - 1].kind is ItemKind.WORD:
        before = items[at - 1]
        if before.capital and not may_open_name(before):
            break
        plain_inside = any(not item.capital for item in items[at - 1 : name_at])
        if not before.capital and (plain_inside and at < name_at and not is_role(before.low)):
            break
        if not before.capital and not is_role(before.low):
            break
        at -= 1
    return at

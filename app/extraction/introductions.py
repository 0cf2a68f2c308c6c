"""The people whom a text introduces: a role in front of a name ("spokesman Ivan Petrov")."""

from collections.abc import Sequence

from app.extraction.document import Item, ItemKind, words_between
from app.extraction.mentions import parse_mention
from app.extraction.people import People, Person, is_role, may_open_name, name_runs
from app.extraction.roles import Described


def described_people(
    text: str, start: int, end: int, people: People
) -> list[tuple[Described, Person]]:
    """The people whom a stretch names together with a role in front of the name."""
    items = words_between(text, start, end)
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
            (part, person)
            for part in parse_mention(text, span, people).parts
            if part.person is person and part.name and is_role(part.head)
        ]
    return found


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

"""Who was described as what: "the minister" for the person whom the article calls a minister."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.extraction.folding import fold
from app.extraction.gazetteer import find_entity
from app.extraction.names import name_data
from app.extraction.people import Person
from app.extraction.roles import Described
from app.extraction.types import SpeakerKind

_MEMORY = 40
_PLACE = "@"
SPOKESPERSON = "spokesperson"  # of whom a body has several
_SPOKESPEOPLE = frozenset({"spokesman", "spokeswoman", "spokesperson"})
_RANKS = frozenset(
    {
        *("colonel", "captain", "sergeant", "lieutenant", "major", "maj", "general", "gen"),
        *("inspector", "detective", "commander", "admiral", "brigadier", "superintendent"),
    }
)
_RELATION_REACH = 800  # characters: further on it is somebody else's brother


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that somebody has, by a description at a position."""

    position: int
    head: str
    modifiers: frozenset[str]
    person: Person


@dataclass(slots=True)
class RoleMemory:
    """The roles of the people of an article, in the order in which they were met."""

    roles: list[HeldRole] = field(default_factory=list)

    def add(self, part: Described, person: Person, position: int) -> None:
        """Remember that a person was described so."""
        if part.head:
            modifiers = places_named(part.modifiers)
            self.roles.append(HeldRole(position, part.head, modifiers, person))
            if part.head in _RANKS and modifiers & _SPOKESPEOPLE:  # "army spokesman Col Lee"
                rest = modifiers - _SPOKESPEOPLE
                self.roles.append(HeldRole(position, SPOKESPERSON, rest, person))

    def find(self, part: Described, position: int) -> Person | None:
        """The person last described by the role that a definite mention repeats, or None.

        Failing the role itself, one that it is the wider word for: "the union leader" for the
        union's secretary.
        """
        several = part.kind is SpeakerKind.GROUP and part.head.endswith("s")
        if not part.definite or not part.head or several:
            return None
        recent = self.roles[-_MEMORY:]
        if part.head in name_data().relations:
            recent = [role for role in recent if position - role.position < _RELATION_REACH]
        same = [role for role in recent if role.head == part.head]
        wider = [role for role in recent if role.head in wider_roles(part.head)]
        return _best(part, same) or _best(part, wider)

    def holder(self, part: Described) -> Person | None:
        """The one person of the whole article whom it gives an office, or None.

        Failing the office itself, one that it is the wider word for ("the minister" for the
        trade secretary).
        """
        if not part.definite or part.head not in name_data().offices:
            return None
        return self._only(part, frozenset({part.head})) or self._only(part, wider_roles(part.head))

    def _only(self, part: Described, heads: frozenset[str]) -> Person | None:
        """The one person whom roles with one of the heads describe, or None."""
        modifiers = places_named(part.modifiers)
        fitting = [r for r in self.roles if r.head in heads and fits(modifiers, r)]
        holders = {id(role.person): role.person for role in fitting}
        return next(iter(holders.values())) if len(holders) == 1 else None

    def after(self, part: Described, start: int, end: int) -> Iterator[HeldRole]:
        """The roles given between two positions that a description may be about."""
        heads = {part.head} | wider_roles(part.head)
        modifiers = places_named(part.modifiers)
        for role in self.roles:
            if (
                start < role.position < end
                and role.head in heads
                and fits(modifiers, role, ranked=part.definite)
            ):
                yield role


def wider_roles(head: str) -> frozenset[str]:
    """The roles for which a word is a wider one."""
    return name_data().wider.get(head, frozenset())


def places_named(modifiers: Iterable[str]) -> frozenset[str]:
    """Modifiers with names of places and adjectives of origin as one, marked ("@france")."""
    found = set()
    for word in modifiers:
        entity = find_entity(word)
        is_place = entity is not None and entity.kind == "place"
        found.add(_PLACE + fold(entity.name) if entity is not None and is_place else word)
    return frozenset(found)


def fits(modifiers: frozenset[str], role: HeldRole, *, ranked: bool = True) -> bool:
    """Whether two descriptions by one word may be of one person: not of two fields or places."""
    ranks = name_data().ranks | ({"chief"} if role.head == "minister" else frozenset())
    if ranked and modifiers & ranks != role.modifiers & ranks:
        return False
    telling = modifiers - name_data().idle
    theirs = role.modifiers - name_data().idle
    if telling & theirs:
        return True
    return all(
        not any(word.startswith(_PLACE) is place for word in telling)
        or not any(word.startswith(_PLACE) is place for word in theirs)
        for place in (True, False)
    )


def _best(part: Described, roles: list[HeldRole]) -> Person | None:
    modifiers = places_named(part.modifiers)
    fitting = [
        (len(modifiers & role.modifiers), at, role.person)
        for at, role in enumerate(roles)
        if fits(modifiers, role)
        and not (part.gender and role.person.gender and part.gender != role.person.gender)
    ]
    return max(fitting, key=lambda one: one[:2])[2] if fitting else None

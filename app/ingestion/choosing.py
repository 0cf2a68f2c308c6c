"""Whom a name in an article stands for, among the speakers known: pure, no database.

A name that several could bear goes to the one whom the article's evidence supports, and to nobody
of them where there is none: never to whom is met most often.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.extraction.folding import fold
from app.extraction.gazetteer import find_entity
from app.extraction.names import name_data
from app.extraction.namesakes import Dated, Verdict, judge
from app.extraction.outlets import find_outlet
from app.extraction.types import SpeakerKind, SpeakerName
from app.ingestion.forms import Form, Likeness, compare, form_of
from app.models import Why

# Official channels and platforms are no outlets that speak with a voice of their own.
VOICES = ("agency", "newspaper", "broadcaster", "website")
NAMED = (SpeakerKind.PERSON, SpeakerKind.ORGANIZATION)


@dataclass(slots=True, eq=False)
class Known:
    """A speaker as ingestion knows them, with the names and descriptions found in articles.

    `id` is None until the row is written. `printed` are the names that this article adds, `first`
    the name under which the row is made, or whose full name it takes.
    """

    id: int | None
    name: str
    kind: SpeakerKind
    aliases: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, Dated] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)
    first: SpeakerName | None = None

    def print(self, name: SpeakerName, at: datetime | None) -> None:
        """Note the names and the description that an article of that date prints."""
        for printed in (*name.aliases, name.name, canonical(name)):
            folded = fold(printed)
            if folded and folded not in self.aliases:
                self.aliases[folded] = self.printed[folded] = printed
        if name.description:
            dated = Dated(name.description, at, at)
            self.descriptions.setdefault(fold(name.description), dated)

    @property
    def forms(self) -> list[Form]:
        """The parts of every full name."""
        return [form for form in map(form_of, self.aliases.values()) if not form.is_bare]


@dataclass(frozen=True, slots=True)
class Choice:
    """The speaker chosen, or None where it is somebody new, and why."""

    known: Known | None
    why: Why


Company = Callable[[Sequence[Known]], Known | None]


def is_bare(name: str) -> bool:
    """Whether a name is one word that names no organisation we know of: a surname, perhaps."""
    return form_of(name).is_bare and not find_outlet(name) and not find_entity(name)


def canonical(name: SpeakerName) -> str:
    """The name under which a speaker is kept: that of a known outlet, or as printed."""
    outlet = find_outlet(name.name) if name.kind is SpeakerKind.ORGANIZATION else None
    return outlet.name if outlet and outlet.kind in VOICES else name.name


def choose(
    name: SpeakerName, known: Sequence[Known], at: datetime | None, company: Company
) -> Choice:
    """Whom `name` in an article of that date stands for.

    `company` gives of several the one who stands in articles with the same people as this one, or
    None; it is asked only where nothing else tells.
    """
    dated = Dated(name.description, at, at) if name.description else None
    if is_bare(name.name):
        return _Bearers(name, known, dated, company).choose()
    if name.kind is SpeakerKind.ORGANIZATION:
        return _organization(name, known)
    return _Namesakes(name, known, dated, company).choose()


def _organization(name: SpeakerName, known: Sequence[Known]) -> Choice:
    folded = {fold(name.name), fold(canonical(name))}
    bearers = [k for k in known if k.kind is name.kind and folded & k.aliases.keys()]
    exact = [k for k in bearers if fold(k.name) in folded]
    if exact or len(bearers) == 1:
        return Choice((exact or bearers)[0], Why.FULL_NAME)
    return Choice(None, Why.NEW)


class _Chosen:
    """What choosing by a full name and by a surname have in common."""

    def __init__(
        self, name: SpeakerName, known: Sequence[Known], dated: Dated | None, company: Company
    ) -> None:
        self.name, self.dated, self.company = name, dated, company
        self.folded, self.form = fold(name.name), form_of(name.name)
        self.people = [k for k in known if k.kind in NAMED]

    def judge(self, known: Known) -> Verdict:
        """Whether this article's description fits those of a known speaker."""
        if self.dated is None:
            return Verdict.OPEN
        return judge(self.dated, known.descriptions.values())

    def agreeing(self, several: Sequence[Known]) -> Known | None:
        """The one of several whose descriptions this article's agrees with, or None."""
        found = [k for k in several if self.judge(k) is Verdict.AGREE]
        return found[0] if len(found) == 1 else None

    def of_several(self, several: Sequence[Known]) -> Choice | None:
        """The one whom this article's evidence supports, or None."""
        described = self.agreeing(several)
        if described is not None:
            return Choice(described, Why.DESCRIPTION)
        accompanied = self.company(several)
        return Choice(accompanied, Why.COMPANY) if accompanied is not None else None


class _Namesakes(_Chosen):
    """Choosing by a full name."""

    def choose(self) -> Choice:
        likeness = {id(k): self._compare(k) for k in self.people}
        bearers = [k for k in self.people if likeness[id(k)] is Likeness.SAME]
        kept = [k for k in bearers if self.judge(k) is not Verdict.CONTRADICT]
        exact = [k for k in kept if self.folded in k.aliases]
        if len(kept) == 1:
            return Choice(kept[0], Why.FULL_NAME if exact else Why.VARIANT)
        if kept:
            described = self.agreeing(kept)
            if described is None and len(exact) == 1:
                return Choice(exact[0], Why.FULL_NAME)
            return self.of_several(kept) or self._undescribed(exact)
        variants = [k for k in self.people if likeness[id(k)] is Likeness.VARIANT]
        variant = self.agreeing(variants)
        if variant is not None:
            return Choice(variant, Why.VARIANT)
        if bearers:
            return Choice(None, Why.NAMESAKE)
        return self._adopt() or Choice(None, Why.NEW)

    def _compare(self, known: Known) -> Likeness:
        """The best of the names, unless one of them says that it is somebody else's."""
        if known.kind is not SpeakerKind.PERSON or is_bare(known.name):
            return Likeness.OTHER
        if self.folded in known.aliases:
            return Likeness.SAME
        forms = [f for f in known.forms if f.soft_given == self.form.soft_given]
        likenesses = [compare(self.form, form) for form in forms or known.forms]
        if forms and Likeness.OTHER in likenesses:
            return Likeness.OTHER
        return max(likenesses, default=Likeness.OTHER)

    def _undescribed(self, several: Sequence[Known]) -> Choice:
        """Of several namesakes the one of whom nothing is known, else somebody new."""
        nobody = [k for k in several if not k.descriptions]
        return Choice(nobody[0], Why.FULL_NAME) if nobody else Choice(None, Why.NAMESAKE)

    def _adopt(self) -> Choice | None:
        """The one known by this surname alone, and nobody else known by it."""
        bearers = [k for k in self.people if bears(k, self.form)]
        if len(bearers) != 1 or not is_bare(bearers[0].name):
            return None
        if self.judge(bearers[0]) is Verdict.CONTRADICT:
            return None
        return Choice(bearers[0], Why.ADOPTED)


class _Bearers(_Chosen):
    """Choosing by a surname."""

    def choose(self) -> Choice:
        bearers = [k for k in self.people if bears(k, self.form) and not self._is_body(k)]
        kept = [k for k in bearers if self.judge(k) is not Verdict.CONTRADICT]
        called_so = [k for k in kept if is_bare(k.name)]
        if len(kept) == 1:
            return Choice(kept[0], self._why(kept[0], alone=len(bearers) == 1))
        if not kept:
            return Choice(None, Why.NAMESAKE if bearers else Why.NEW)
        found = self.of_several(kept)
        if found is not None:
            return found
        return Choice(called_so[0] if called_so else None, Why.NAMESAKE)

    def _why(self, known: Known, *, alone: bool) -> Why:
        if not alone:
            return Why.DESCRIPTION
        return Why.FULL_NAME if is_bare(known.name) else Why.SURNAME

    def _is_body(self, known: Known) -> bool:
        """Whether the article's words are of a company, and this is a person."""
        words = fold(self.name.description or "").split()
        return (
            known.kind is SpeakerKind.PERSON
            and bool(words)
            and words[-1] in name_data().organization_nouns
        )


def bears(known: Known, form: Form) -> bool:
    """Whether a known speaker is known by a surname: printed so, or by the end of a full name.

    "Donald Trump Jr." is nobody's "Trump" unless an article calls him just that.
    """
    is_person = known.kind is SpeakerKind.PERSON
    alike = (f for f in map(form_of, known.aliases.values()) if f.family == form.family)
    return any(f.generation == form.generation and (f.is_bare or is_person) for f in alike)

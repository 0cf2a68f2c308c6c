"""Where somebody goes on speaking: to the outlet, in the post, on the occasion just named.

"“It is over,” Ana Diaz told Reuters. She added that …": both came through Reuters. That holds for
quotations with no cue of their own and where a pronoun stands for the speaker, one or two sentences
on, until an occasion or a time of their own is named.
"""

from dataclasses import dataclass

from app.extraction.document import Document
from app.extraction.findings import Finding
from app.extraction.occasions import names_time
from app.extraction.types import Medium

_REACH = 2  # sentences
_PRONOUNS = frozenset({"he", "she", "they", "it"})


@dataclass(frozen=True, slots=True)
class _Occasion:
    """What a cue named last: in which sentence, whose words, through whom and how."""

    sentence: int
    names: tuple[str, ...]
    via: tuple[str, ...]
    medium: Medium | None


class Carrier:
    """The occasion that was named last, carried to what its speaker says next."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._last: _Occasion | None = None

    def carry(
        self,
        finding: Finding,
        names: tuple[str, ...],
        via: tuple[str, ...],
        medium: Medium | None,
        words: str,
    ) -> tuple[tuple[str, ...], Medium | None]:
        """The via chain and medium of a finding by ``names``; ``words`` are those around its cue.

        Findings must come in the order of the text.
        """
        last = self._last
        if via or medium:
            self._last = _Occasion(finding.sentence, names, via, medium)
            return via, medium
        if last is None or not names or last.names != names:
            self._last = None if not finding.nested else last
            return via, medium
        if not self._goes_on(finding, last) or names_time(words):
            return via, medium
        self._last = _Occasion(finding.sentence, names, last.via, last.medium)
        return last.via, last.medium

    def _goes_on(self, finding: Finding, last: _Occasion) -> bool:
        if not 0 <= finding.sentence - last.sentence <= _REACH:
            return False
        if finding.mention is None:
            return finding.inherits
        return self._text[slice(*finding.mention)].lower() in _PRONOUNS

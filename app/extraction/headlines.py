"""Attribution by a mark: "Smith: “…”", "Smith: we will win", and "“…” – Smith"."""

from app.extraction.document import Document, Role, Sentence
from app.extraction.findings import Construction, Finding
from app.extraction.grammar import Items, grammar, is_dash, is_quote, is_word, low
from app.extraction.names import is_role
from app.extraction.types import Act

_MAX_NAME = 8
_MAX_HEAD = 16


def colon_findings(document: Document, sentence: Sentence, number: int) -> list[Finding]:
    """The finding of a sentence that is a name, a colon and words; or words, a dash and a name."""
    items = sentence.items
    colon = next((i for i in range(min(len(items), _MAX_HEAD + 1)) if low(items, i) == ":"), -1)
    role = _role_before(document, sentence, colon)
    if role > 0:
        return [_finding(sentence, number, (colon + 1, len(items)), (role, colon), colon)]
    if 0 < colon <= _MAX_NAME and _is_name(items, 0, colon):
        return _after_colon(document, sentence, number, colon)
    dash = len(items) - 1
    while dash > 0 and len(items) - dash <= _MAX_NAME and not is_dash(items, dash):
        dash -= 1
    if (
        is_dash(items, dash)
        and dash > 0
        and all(is_quote(items, i) for i in range(dash))
        and _is_name(items, dash + 1, len(items))
    ):
        return [_finding(sentence, number, (0, dash), (dash + 1, len(items)), dash)]
    return []


def _role_before(document: Document, sentence: Sentence, colon: int) -> int:
    """Where a role before the colon of a headline begins ("Fire, mayor: “…”"), or -1."""
    items = sentence.items
    comma = next((i for i in range(colon - 1, 0, -1) if low(items, i) == ","), colon)
    words = items[comma + 1 : colon]
    is_role_name = bool(words) and all(is_word(items, i) for i in range(comma + 1, colon))
    is_role_name = is_role_name and (is_role(words[-1].low) or is_role(words[0].low))
    quoted = colon + 2 == len(items) and is_quote(items, colon + 1)
    heading = document.role(sentence) is Role.HEADING
    return comma + 1 if heading and quoted and is_role_name else -1


def _after_colon(document: Document, sentence: Sentence, number: int, colon: int) -> list[Finding]:
    items = sentence.items
    rest = range(colon + 1, len(items))
    quoted = any(is_quote(items, i) for i in rest) and all(
        is_quote(items, i) or low(items, i) in (".", ",") for i in rest
    )
    if quoted:
        last = max(i for i in rest if is_quote(items, i))
        return [_finding(sentence, number, (colon + 1, last + 1), (0, colon), colon)]
    is_heading = document.role(sentence) is Role.HEADING or number == 0
    if is_heading and len(rest) >= 4:
        finding = _finding(sentence, number, (colon + 1, len(items)), (0, colon), colon, False)
        return [finding]
    return []


def _is_name(items: Items, first: int, end: int) -> bool:
    """Whether words can name somebody: capitalised, or small words between such."""
    words = items[first:end]
    if not words or not all(is_word(items, i) for i in range(first, end)):
        return False
    small = grammar().determiners | {"of", "and", "de", "van", "von", "al"}
    return any(word.capital for word in words) and all(
        word.capital or word.low in small for word in words
    )


def _finding(
    sentence: Sentence,
    number: int,
    content: tuple[int, int],
    mention: tuple[int, int],
    mark: int,
    statement: bool = True,
) -> Finding:
    items = sentence.items
    span = (items[mention[0]].start, items[mention[1] - 1].end)
    return Finding(
        content=((items[content[0]].start, items[content[1] - 1].end),),
        cue=(items[mark].start, items[mark].end),
        mention=span,
        sentence=number,
        clause=span,
        lemma="say",
        act=Act.SPEECH,
        construction=Construction.COLON,
        statement=statement,
    )

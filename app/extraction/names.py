"""The words of names, titles and roles, and what they show (``data/names.toml``)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from app.extraction.data_files import load_data, words_of
from app.extraction.folding import fold


@dataclass(frozen=True, slots=True)
class NameData:
    """The lists of ``data/names.toml`` and ``data/given_names.toml``."""

    titles: frozenset[str]
    male_titles: frozenset[str]
    female_titles: frozenset[str]
    origins: frozenset[str]
    particles: frozenset[str]
    organization_words: frozenset[str]
    organization_nouns: frozenset[str]
    document_nouns: frozenset[str]
    participles: frozenset[str]
    plural_people: frozenset[str]
    places: frozenset[str]
    male: frozenset[str]
    female: frozenset[str]
    epithets: frozenset[str]
    plural_epithets: frozenset[str]
    idle: frozenset[str]
    ranks: frozenset[str]
    offices: frozenset[str]
    public_offices: frozenset[str]
    anonymous: frozenset[str]
    relations: frozenset[str]
    suffixes: frozenset[str]
    memberships: frozenset[str]
    compounds: frozenset[str]
    peerages: frozenset[str]
    synonyms: dict[str, str]
    document_groups: dict[str, str]
    wider: dict[str, frozenset[str]]


@cache
def name_data() -> NameData:
    """The name lists, loaded once."""
    data = load_data("names")
    given = load_data("given_names")
    lists = {
        name: words_of(data[name])
        for name in NameData.__slots__
        if name not in ("places", "male", "female", "synonyms", "document_groups", "wider")
    }
    synonyms = {w: role for role, words in data["role_synonyms"].items() for w in words.split()}
    groups = {w: kind for kind, words in data["document_groups"].items() for w in words.split()}
    lists["epithets"] = frozenset(map(fold, lists["epithets"]))
    return NameData(
        **lists,
        places=frozenset(data["places"]),
        male=words_of(given["male"]),
        female=words_of(given["female"]),
        synonyms=synonyms,
        document_groups=groups,
        wider={
            word: frozenset(map(fold, narrower.split()))
            for word, narrower in data["wider_roles"].items()
        },
    )


def is_compound(word: str) -> bool:
    """Whether a word only has a name in it ("London-based")."""
    return "-" in word and word.rpartition("-")[2] in name_data().compounds


def is_title(word: str) -> bool:
    """Whether a lower-case word is a title, also with a hyphen ("vice-president")."""
    titles = name_data().titles
    return word in titles or ("-" in word and word.split("-")[0] in titles)


HONORIFICS = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "sir"})


def is_organization_name(words: Sequence[str]) -> bool:
    """Whether folded words name an organisation or a place, by a word of theirs or as a whole."""
    data = name_data()
    return " ".join(words) in data.places or any(w in data.organization_words for w in words)


def name_words(name: str) -> tuple[str, ...]:
    """The folded words of a name, one for each word as printed ("Park Ji-woo" has two)."""
    words = tuple(fold(word) for word in name.split())
    while len(words) > 1 and words[-1] in name_data().suffixes:
        words = words[:-1]
    return words


def is_human(head: str) -> bool:
    """Whether a folded noun is a person ("nurse", "minister", "34-year-old")."""
    data = name_data()
    return (
        is_role(head)
        or head in data.epithets
        or head in data.wider
        or head in data.relations
        or head in data.origins
        or f"{head}s" in data.plural_people
        or head.endswith("year old")
    )


def is_role(word: str) -> bool:
    """Whether a lower-case word is a role that somebody has ("spokesman", "envoy", "banker")."""
    data = name_data()
    return (
        word in data.synonyms
        or word in data.synonyms.values()
        or word in data.titles
        or (len(word) > 5 and word.endswith(_ROLE_ENDINGS))
    )


_ROLE_ENDINGS = ("er", "or", "ist", "man", "woman", "ian", "yst", "ant", "son", "eer")


_ACRONYM = re.compile(r"\(([A-Z][A-Za-z0-9]{1,9})\)")


def acronyms_of(text: str) -> dict[str, str]:
    """What acronyms stand for, where the text says so: "World Health Organization (WHO)"."""
    found: dict[str, str] = {}
    for match in _ACRONYM.finditer(text):
        letters = match.group(1)
        words = text[max(0, match.start() - 100) : match.start()].split()
        for size in range(2, min(len(words), 2 * len(letters)) + 1):
            name = words[-size:]
            initials = "".join(w[0] for w in name if w[0].isupper() or w[0].isdigit())
            if name[0][0].isupper() and initials.casefold() == letters.casefold():
                found.setdefault(letters, " ".join(name))
                break
    return found

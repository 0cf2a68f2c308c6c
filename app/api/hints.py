"""What somebody probably meant who asked for what there is not: parameters, values and paths."""

import difflib
from collections.abc import Collection, Iterable

# What others call it: OpenAlex, Elasticsearch, GitHub, Stripe and common usage.
_ELSEWHERE = {
    "cursor": (
        "after",
        "from_cursor",
        "offset",
        "page",
        "scroll_id",
        "skip",
        "start",
        "starting_after",
    ),
    "limit": ("count", "page_size", "pagesize", "per_page", "per-page", "rows", "size", "top"),
    "q": ("keyword", "keywords", "query", "quote", "search", "term", "text", "words"),
    "speaker": ("author", "by", "name", "person", "said_by", "who"),
    "publisher": ("newspaper", "outlet", "site"),
    "via": ("agency", "through"),
    "topic": ("about", "category", "keyword", "subject", "tag", "tags"),
    "published_from": ("after", "date_from", "from", "from_date", "since", "start", "start_date"),
    "published_before": ("before", "date_to", "end", "end_date", "to", "to_date", "until"),
    "sort": ("order", "order_by", "ordering", "orderby", "sort_by"),
    "language": ("lang", "locale"),
    "fields": ("columns", "select"),
    "include": ("embed", "expand"),
    "facet": ("aggs", "by", "field", "group_by"),
}
_FORMAT = "another format is another path, as /statements.csv, or Accept"


def find_parameter(name: str, known: Collection[str]) -> str | None:
    """The parameter among those known that a wrong name stands for; None for no idea."""
    low = name.casefold()
    for meant, names in _ELSEWHERE.items():
        if meant in known and low in names:
            return meant
    return find_close(low, known)


def on_unknown_parameter(name: str, meant: str | None) -> str:
    """What to say of a parameter that there is not."""
    if name.casefold() in ("format", "output", "f"):
        return f"unknown parameter; {_FORMAT}"
    return f"unknown parameter; did you mean {meant}?" if meant else "unknown parameter"


def find_close(word: str, known: Iterable[str]) -> str | None:
    """The one of some words that is like it, blind to case."""
    by_fold = {one.casefold(): one for one in known}
    close = difflib.get_close_matches(word.casefold(), by_fold, n=1)
    return by_fold[close[0]] if close else None


def on_wrong_value(value: object, allowed: Collection[str]) -> tuple[str, str | None]:
    """What to add about a value that is none of those allowed, and the one that was meant."""
    if not isinstance(value, str):
        return "", None
    if "," in value:
        return "; give several by repeating the parameter", None
    meant = find_close(value, allowed)
    return (f"; did you mean {meant}?" if meant else ""), meant

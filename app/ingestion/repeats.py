"""Whether articles are there already, told from their bytes: before anything is parsed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.db import AnyRow
from app.ingestion.driver import fetch
from app.ingestion.metadata import Metadata
from app.ingestion.sources import find_sources

_ARTICLES = """
    SELECT a.id, a.version, a.origin, a.source_id, a.title, a.url, a.byline, a.published_at,
        a.language, v.text_sha256, v.raw_sha256
    FROM article a JOIN article_version v ON v.article_id = a.id AND v.n = a.version
"""
_HERE = f"""
    {_ARTICLES} WHERE a.url = ANY(%(urls)s)
    UNION {_ARTICLES} WHERE a.origin = ANY(%(origins)s) ORDER BY id DESC
"""
_SAME_BYTES = f"{_ARTICLES} WHERE v.raw_sha256 = ANY(%s) ORDER BY a.id"
# What each origin delivered last: two files of one URL then do not replace each other.
_LAST = """
    SELECT DISTINCT ON (article_id, origin) article_id, origin, raw_sha256 FROM article_version
    WHERE article_id = ANY(%s) AND origin = ANY(%s) ORDER BY article_id, origin, n DESC
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """An article that may be there: where it was read, what was said about it, its bytes' hash.

    `found_url` is the URL that it says itself that it has, once it has been parsed.
    """

    origin: str
    given: Metadata
    raw_sha256: bytes
    found_url: str | None = None

    @property
    def url(self) -> str | None:
        """Its URL as far as it is known."""
        return self.given.url or self.found_url


@dataclass(frozen=True, slots=True)
class Found:
    """What is stored of it: the article of its URL or origin, and the one that it repeats.

    An article is repeated that holds these bytes and all that was said. The article of the same
    URL or origin decides; where there is none, any other will do: the same bytes under another
    name, with nothing else said about them, are no second article.
    """

    article: AnyRow | None
    repeated_id: int | None


def find_repeats(connection: Connection, asked: Sequence[Asked]) -> list[Found]:
    """For each what is stored of it, in a handful of queries however many they are."""
    here = _here(connection, asked)
    known = [_choose(here, one) for one in asked]
    pairs = [(row, one) for row, one in zip(known, asked, strict=True) if row is not None]
    last = _last(connection, pairs)
    same = _same_bytes(connection, asked)
    names = {one.given.publisher for one in asked if one.given.publisher}
    publishers = find_sources(connection, sorted(names))
    found = []
    for row, one in zip(known, asked, strict=True):
        others = same[one.raw_sha256]
        if row is not None:
            newest = (row.raw_sha256, last.get((row.id, one.origin)))
            others = [row] if one.raw_sha256 in newest else []
        repeated = (other.id for other in others if _agrees(one.given, other, publishers))
        found.append(Found(row, next(repeated, None)))
    return found


def _here(connection: Connection, asked: Sequence[Asked]) -> dict[str, list[AnyRow]]:
    """The articles of these URLs and origins, under both; the newest first."""
    values = {
        "urls": [one.url for one in asked if one.url],
        "origins": [one.origin for one in asked],
    }
    found: dict[str, list[AnyRow]] = defaultdict(list)
    for row in fetch(connection, _HERE, values):
        found[f"origin {row.origin}"].append(row)
        if row.url is not None:
            found[f"url {row.url}"].append(row)
    return found


def _choose(here: dict[str, list[AnyRow]], one: Asked) -> AnyRow | None:
    """The article of this URL, else the one read from this origin.

    The same file under another URL is another article, unless its bytes are the same: then the
    URL is what was corrected.
    """
    url = one.url
    if url is not None and here.get(f"url {url}"):
        return here[f"url {url}"][0]
    for row in here.get(f"origin {one.origin}", ()):
        if url is None or row.url is None or row.raw_sha256 == one.raw_sha256:
            return row
    return None


def _last(
    connection: Connection, pairs: Iterable[tuple[AnyRow, Asked]]
) -> dict[tuple[int, str], bytes]:
    wanted = {(row.id, one.origin) for row, one in pairs if row.raw_sha256 != one.raw_sha256}
    if not wanted:
        return {}
    values = ([i for i, _ in wanted], [origin for _, origin in wanted])
    rows = fetch(connection, _LAST, values)
    return {(row.article_id, row.origin): bytes(row.raw_sha256) for row in rows}


def _same_bytes(connection: Connection, asked: Sequence[Asked]) -> dict[bytes, list[AnyRow]]:
    found: dict[bytes, list[AnyRow]] = defaultdict(list)
    for row in fetch(connection, _SAME_BYTES, ([one.raw_sha256 for one in asked],)):
        found[bytes(row.raw_sha256)].append(row)
    return found


def _agrees(given: Metadata, row: AnyRow, publishers: dict[str, int]) -> bool:
    said = given.model_dump(exclude_none=True)
    publisher = said.pop("publisher", None)
    if any(getattr(row, name) != value for name, value in said.items()):
        return False
    return publisher is None or publishers.get(publisher) == row.source_id is not None

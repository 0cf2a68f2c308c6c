"""Importing a vocabulary of Media Topics: IPTC's own JSON file, or a table of tab-separated values.

The JSON is what IPTC serves at cv.iptc.org for its NewsCodes ("conceptSet", with labels in one or
more languages). The table has a first line of column names: `code` and `name`, and if they are
there `parent`, `definition` and `wikidata`. Retired concepts are left out.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.postgresql import insert

from app.db import translate_errors
from app.errors import InputRejectedError
from app.extraction.folding import slugify
from app.ingestion.locks import LockClass, lock
from app.ingestion.topics import add_aliases
from app.models import Topic, TopicScheme

_CODE = re.compile(r"medtop:\d{8}")
_WIKIDATA = re.compile(r"Q[1-9]\d*")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept of a vocabulary; `where` is its place in the file, `labels` all its names."""

    where: str
    code: str
    name: str
    parent: str | None = None
    definition: str | None = None
    wikidata_id: str | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    new: int
    updated: int
    unchanged: int


def read_vocabulary(path: Path) -> list[Concept]:
    """The concepts in a file, each checked, broader ones first.

    Raises InputRejectedError that names the file and the place of the first fault.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputRejectedError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputRejectedError(f"{path}: not UTF-8 at byte {error.start}") from error
    is_json = text.lstrip().startswith("{")
    try:
        found = list(_from_json(text) if is_json else _from_table(text))
        return _broader_first(found)
    except ValueError as error:
        raise InputRejectedError(f"{path}: {error}") from error


def _from_json(text: str) -> Iterator[Concept]:
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from error
    items = document.get("conceptSet")
    if not isinstance(items, list):
        raise ValueError('no list "conceptSet": not a vocabulary as IPTC serves it')
    for number, item in enumerate(items):
        where = f"conceptSet[{number}]"
        if not isinstance(item, dict):
            raise ValueError(f"{where}: not an object")
        if not item.get("retired"):
            yield _json_concept(where, item)


def _json_concept(where: str, item: dict[str, Any]) -> Concept:
    labels = _texts(where, item, "prefLabel")
    names = list(labels.values())
    parents = [_code_of(str(uri)) for uri in _as_list(item.get("broader"))]
    matches = [str(uri).rpartition("/")[2] for uri in _as_list(item.get("exactMatch"))]
    return _checked(
        Concept(
            where,
            code=_code_of(str(item.get("qcode") or item.get("uri") or "")),
            name=_english(labels) or (names[0] if names else ""),
            parent=parents[0] if parents else None,
            definition=_english(_texts(where, item, "definition")),
            wikidata_id=next((match for match in matches if _WIKIDATA.fullmatch(match)), None),
            labels=tuple(names),
        )
    )


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _texts(where: str, item: Mapping[str, Any], key: str) -> dict[str, str]:
    """Texts by language."""
    texts = item.get(key) or {}
    if not isinstance(texts, dict) or not all(isinstance(t, str) for t in texts.values()):
        raise ValueError(f"{where}.{key}: not an object of texts by language")
    return {language: " ".join(text.split()) for language, text in texts.items()}


def _english(texts: Mapping[str, str]) -> str | None:
    return next((text for language, text in texts.items() if language.startswith("en")), None)


def _code_of(uri: str) -> str:
    """`medtop:01000000` of a URI of it; anything else as it is."""
    return f"medtop:{uri.rpartition('/')[2]}" if "/mediatopic/" in uri else uri


def _from_table(text: str) -> Iterator[Concept]:
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    missing = {"code", "name"} - set(rows.fieldnames or ())
    if missing:
        raise ValueError(f"line 1: no column {' and no column '.join(sorted(missing))}")
    for row in rows:
        given = {key: value.strip() for key, value in row.items() if key and value}
        yield _checked(
            Concept(
                f"line {rows.line_num}",
                code=given.get("code", ""),
                name=given.get("name", ""),
                parent=given.get("parent") or None,
                definition=given.get("definition") or None,
                wikidata_id=given.get("wikidata") or None,
                labels=(given.get("name", ""),),
            )
        )


def _checked(concept: Concept) -> Concept:
    where = concept.where
    if not _CODE.fullmatch(concept.code):
        raise ValueError(f"{where}: {concept.code!r} is no code like medtop:20000056")
    if not 0 < len(concept.name) <= _LONGEST_NAME:
        raise ValueError(f"{where}: {concept.code} has no name, or one of over 200 characters")
    if any("\0" in text for text in (concept.name, concept.definition or "", *concept.labels)):
        raise ValueError(f"{where}: {concept.code} has a NUL in its texts")
    if concept.wikidata_id is not None and not _WIKIDATA.fullmatch(concept.wikidata_id):
        raise ValueError(f"{where}: {concept.wikidata_id!r} is no Wikidata id like Q198")
    return concept


def _broader_first(concepts: Sequence[Concept]) -> list[Concept]:
    """Ordered so that parents come before children. Raises ValueError for what has no order."""
    by_code: dict[str, Concept] = {}
    for concept in concepts:
        if concept.code in by_code:
            first = by_code[concept.code].where
            raise ValueError(f"{concept.where}: {concept.code} is there already, at {first}")
        by_code[concept.code] = concept
    if not by_code:
        raise ValueError("no concepts in it")
    ordered: dict[str, Concept] = {}
    for concept in concepts:
        chain = [concept]
        while chain[-1].parent is not None and chain[-1].parent not in ordered:
            above = by_code.get(chain[-1].parent)
            if above is None:
                raise ValueError(f"{chain[-1].where}: its parent {chain[-1].parent} is not there")
            if above in chain:
                raise ValueError(f"{concept.where}: {concept.code} is broader than itself")
            chain.append(above)
        ordered.update((one.code, one) for one in reversed(chain))
    return list(ordered.values())


def import_topics(engine: Engine, concepts: Sequence[Concept]) -> Imported:
    """Store the concepts, parents first, all or none of them.

    Topics that are there take name, parent, definition and Wikidata id from the file; those that
    the file lacks stay. Statements keep the topics that they carry.
    """
    with translate_errors(), engine.begin() as connection:
        lock(connection, LockClass.NAME, (f"topic:{concept.code}" for concept in concepts))
        known = _known(connection)
        ids = {code: row[0] for code, row in known.items()}
        new = updated = 0
        for concept in concepts:
            parent_id = ids[concept.parent] if concept.parent else None
            wanted = (concept.name, parent_id, concept.definition, concept.wikidata_id)
            before = known.get(concept.code)
            if before is None or before[1:] != wanted:
                ids[concept.code] = _store(connection, concept, parent_id)
                new += before is None
                updated += before is not None
        add_aliases(connection, {ids[c.code]: (c.name, *c.labels) for c in concepts})
    return Imported(new, updated, len(concepts) - new - updated)


def _known(connection: Connection) -> dict[str, tuple[Any, ...]]:
    """What is stored of each Media Topic, by code: id, name, parent, definition, Wikidata id."""
    rows = connection.execute(
        select(
            Topic.code, Topic.id, Topic.name, Topic.parent_id, Topic.definition, Topic.wikidata_id
        ).where(Topic.scheme == TopicScheme.IPTC)
    )
    return {row.code: tuple(row)[1:] for row in rows}


def _store(connection: Connection, concept: Concept, parent_id: int | None) -> int:
    values = {
        "slug": slugify(concept.name),
        "name": concept.name,
        "parent_id": parent_id,
        "definition": concept.definition,
        "wikidata_id": concept.wikidata_id,
    }
    row = insert(Topic).values(scheme=TopicScheme.IPTC, code=concept.code, **values)
    update = row.on_conflict_do_update(index_elements=[Topic.scheme, Topic.code], set_=values)
    return int(connection.execute(update.returning(Topic.id)).scalar_one())

"""Importing a vocabulary: IPTC's JSON and a table, all of it or, where one row is wrong, none."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text

from app.errors import InputRejectedError
from app.ingestion.topics import ensure_concepts
from app.ingestion.vocabulary import Imported, import_topics, read_vocabulary
from app.migrate import migrate
from app.models import Topic, TopicAlias
from tests.models.test_schema import downgrade

TABLE = """\
code\tname\tparent\tdefinition\twikidata
medtop:20000062\twarfare\tmedtop:20000056\tWar, declared or not\tQ198
medtop:20000056\tarmed conflict\tmedtop:16000000
medtop:16000000\tconflict, war and peace\t
medtop:20000057\tguerrilla activity\tmedtop:20000056
"""


def as_json(*concepts: dict[str, Any]) -> str:
    return json.dumps({"@context": {}, "conceptSet": list(concepts)})


def concept(code: str, **more: Any) -> dict[str, Any]:
    return {
        "uri": f"http://cv.iptc.org/newscodes/mediatopic/{code}",
        "qcode": f"medtop:{code}",
        "prefLabel": {"de": "Krieg", "en-GB": "war"},
        **more,
    }


def read(tmp_path: Path, content: str):
    path = tmp_path / "vocabulary"
    path.write_text(content, encoding="utf-8")
    return read_vocabulary(path)


def test_a_table_is_stored_over_what_is_there(engine: Engine, tmp_path: Path):
    with engine.begin() as connection:
        ensure_concepts(connection)
        before = connection.scalar(select(func.count()).select_from(Topic))
    concepts = read(tmp_path, TABLE)
    assert [one.code[-2:] for one in concepts] == ["00", "56", "62", "57"]
    assert import_topics(engine, concepts) == Imported(new=1, updated=1, unchanged=2)
    assert import_topics(engine, concepts) == Imported(new=0, updated=0, unchanged=4)
    with engine.begin() as connection:
        ensure_concepts(connection)  # takes nothing back
        assert connection.scalar(select(func.count()).select_from(Topic)) == (before or 0) + 1
        war = connection.execute(select(Topic).where(Topic.code == "medtop:20000062")).one()
        assert (war.name, war.slug) == ("warfare", "warfare")
        assert (war.definition, war.wikidata_id) == ("War, declared or not", "Q198")
        aliases = select(TopicAlias.alias).where(TopicAlias.topic_id == war.id)
        assert set(connection.scalars(aliases)) == {"war", "warfare"}


def test_iptcs_json_brings_labels_of_every_language(engine: Engine, tmp_path: Path):
    parent = concept("16000000", prefLabel={"en-GB": "conflict, war and peace"})
    war = concept(
        "20000062",
        broader=[parent["uri"]],
        definition={"en-GB": "Open  fighting\nbetween states"},
        exactMatch=["http://www.wikidata.org/entity/Q198"],
    )
    gone = concept("20000063", retired="2020-01-01T00:00:00Z", prefLabel={})
    concepts = read(tmp_path, as_json(war, gone, parent))
    assert import_topics(engine, concepts) == Imported(new=2, updated=0, unchanged=0)
    with engine.connect() as connection:
        row = connection.execute(select(Topic).where(Topic.code == "medtop:20000062")).one()
        assert (row.name, row.definition) == ("war", "Open fighting between states")
        assert row.wikidata_id == "Q198"
        assert row.parent_id is not None
        aliases = select(TopicAlias.alias).where(TopicAlias.topic_id == row.id)
        assert set(connection.scalars(aliases)) == {"war", "Krieg"}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "line 1: no column code and no column name"),
        ("code\tname\n", "no concepts in it"),
        ("code\tname\nwar\twar\n", "line 2: 'war' is no code like medtop:20000056"),
        ("code\tname\nmedtop:20000062\t\n", "line 2: medtop:20000062 has no name"),
        (
            "code\tname\tparent\nmedtop:20000062\twar\tmedtop:16000000\n",
            "line 2: its parent medtop:16000000 is not there",
        ),
        (
            "code\tname\tparent\nmedtop:20000062\twar\tmedtop:20000062\n",
            "line 2: its parent medtop:20000062 is not there|broader than itself",
        ),
        (
            "code\tname\nmedtop:20000062\twar\nmedtop:20000062\twar\n",
            "line 3: medtop:20000062 is there already, at line 2",
        ),
        ("code\tname\twikidata\nmedtop:20000062\twar\t198\n", "line 2: '198' is no Wikidata id"),
        ("{", "not JSON"),
        ("{}", 'no list "conceptSet"'),
        ('{"conceptSet": [1]}', r"conceptSet\[0\]: not an object"),
        (as_json(concept("20000062", prefLabel="war")), r"conceptSet\[0\].prefLabel: not an"),
        (as_json(concept("20000062", prefLabel={"en": "a\0b"})), r"conceptSet\[0\]: .* NUL"),
        (as_json({"prefLabel": {"en": "war"}}), r"conceptSet\[0\]: '' is no code"),
    ],
)
def test_a_wrong_file_is_told_what_is_wrong_and_where(tmp_path: Path, content: str, fault: str):
    with pytest.raises(InputRejectedError, match=fault):
        read(tmp_path, content)


def test_files_that_cannot_be_read(tmp_path: Path):
    with pytest.raises(InputRejectedError, match="No such file"):
        read_vocabulary(tmp_path / "nothing")
    (tmp_path / "latin").write_bytes(b"code\tname\nmedtop:20000062\tgu\xe9rilla\n")
    with pytest.raises(InputRejectedError, match="not UTF-8 at byte 28"):
        read_vocabulary(tmp_path / "latin")


def test_topics_from_before_there_were_aliases_get_theirs(engine: Engine):
    downgrade(engine)
    migrate(engine, revision="0001")
    insert = text("INSERT INTO topic (scheme, code, slug, name) VALUES (:s, :c, :c, :n)")
    with engine.begin() as connection:
        connection.execute(insert, {"s": "entity", "c": "nato", "n": "NATO"})
        connection.execute(insert, {"s": "entity", "c": "marlow-creek", "n": "Marlow Creek"})
    migrate(engine)
    aliases = select(Topic.name, TopicAlias.alias).join(Topic, Topic.id == TopicAlias.topic_id)
    with engine.begin() as connection:
        assert {tuple(row) for row in connection.execute(aliases)} == {
            ("NATO", "NATO"),
            ("Marlow Creek", "Marlow Creek"),
        }
        ensure_concepts(connection)
        nato = aliases.where(Topic.code == "nato")
        assert "North Atlantic Treaty Organization" in {
            row.alias for row in connection.execute(nato)
        }

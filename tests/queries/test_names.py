"""From names to rows: whole words, exact names first, unions that say who, suggestions."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update

from app.db import make_async_engine
from app.errors import InvalidParameterError
from app.extraction.folding import fold, slugify
from app.ingestion.topics import add_aliases
from app.models import Source, SourceAlias, Speaker, SpeakerAlias, Topic
from app.queries import names
from app.queries.names import Resolution, resolve_source, resolve_speaker, resolve_topic

PEOPLE = {
    "Donald Trump": ("person", ["Trump"]),
    "Donald Trump Jr.": ("person", []),
    "Ivana Trump": ("person", []),
    "Trump Organization": ("organization", []),
    "NATO": ("organization", ["North Atlantic Treaty Organization"]),
    "NATO Parliamentary Assembly": ("organization", []),
    "François Müller-Łęcki": ("person", ["Müller-Łęcki"]),
    "Sinéad O’Connor": ("person", []),
}


@pytest.fixture
def people(engine: Engine) -> Engine:
    with engine.begin() as connection:
        for n, (name, (kind, aliases)) in enumerate(PEOPLE.items()):
            speaker_id = connection.execute(
                insert(Speaker)
                .values(name=name, slug=slugify(name), kind=kind, statement_count=n)
                .returning(Speaker.id)
            ).scalar_one()
            for alias in (name, *aliases):
                connection.execute(
                    insert(SpeakerAlias).values(
                        speaker_id=speaker_id, alias=alias, folded=fold(alias)
                    )
                )
    return engine


def resolve(url: str, resolver: Any, name: str) -> Resolution:
    async def run() -> Resolution:
        engine = make_async_engine(url, pool_size=1, statement_timeout=10)
        try:
            async with engine.connect() as connection:
                found: Resolution = await resolver(connection, name)
                return found
        finally:
            await engine.dispose()

    return asyncio.run(run())


def matched(url: str, name: str) -> set[str]:
    return {m["name"] for m in resolve(url, resolve_speaker, name).matched}


@pytest.mark.usefixtures("people")
class TestSpeakers:
    def test_a_single_word_is_everybody_who_bears_it(self, db_url: str):
        everybody = {"Donald Trump", "Donald Trump Jr.", "Ivana Trump", "Trump Organization"}
        assert matched(db_url, "trump") == everybody

    def test_a_full_name_is_only_those_called_just_that(self, db_url: str):
        assert matched(db_url, "Donald Trump") == {"Donald Trump"}
        assert matched(db_url, "donald-trump") == {"Donald Trump"}
        assert matched(db_url, "Donald Trump Jr") == {"Donald Trump Jr."}

    def test_an_organisation_called_just_that_is_not_its_namesakes(self, db_url: str):
        assert matched(db_url, "Nato") == {"NATO"}
        assert matched(db_url, "Atlantic Treaty") == {"NATO"}

    def test_never_a_part_of_a_word(self, db_url: str):
        assert matched(db_url, "rump") == set()
        assert matched(db_url, "Dona") == set()

    def test_accents_hyphens_apostrophes(self, db_url: str):
        for name in ("Muller-Lecki", "MÜLLER ŁĘCKI", "francois muller", "Francois"):
            assert matched(db_url, name) == {"François Müller-Łęcki"}
        for name in ("oconnor", "O'Connor", "O’Connor", "sinead-oconnor"):
            assert matched(db_url, name) == {"Sinéad O’Connor"}

    def test_suggestions_for_slips(self, db_url: str):
        found = resolve(db_url, resolve_speaker, "Donold Trumpp")
        assert found.ids == []
        assert found.suggestions[0]["name"] == "Donald Trump"

    def test_the_most_used_come_first_with_their_counts(self, db_url: str):
        found = resolve(db_url, resolve_speaker, "Trump").matched
        assert [m["count"] for m in found] == [3, 2, 1, 0]

    def test_a_merged_speaker_stands_for_the_survivor(self, people: Engine, db_url: str):
        with people.begin() as connection:
            connection.execute(
                update(Speaker).where(Speaker.name == "Ivana Trump").values(merged_into_id=1)
            )
        found = resolve(db_url, resolve_speaker, "ivana-trump")
        assert [m["name"] for m in found.matched] == ["Donald Trump"]

    def test_wildcards_mean_nothing(self, db_url: str):
        for name in ("%", "_", "%trump%", "\\", "*", "' OR 1=1 --"):
            assert matched(db_url, name) <= {
                "Donald Trump", "Donald Trump Jr.", "Ivana Trump", "Trump Organization",
            }  # fmt: skip
        assert matched(db_url, "%") == set()
        assert matched(db_url, "d_nald") == set()

    def test_a_name_that_means_too_many_is_refused(self, db_url: str, monkeypatch):
        monkeypatch.setattr(names, "_MOST", 2)
        with pytest.raises(InvalidParameterError, match="more than 2 speakers"):
            resolve(db_url, resolve_speaker, "trump")


def test_sources(engine: Engine, db_url: str):
    with engine.begin() as connection:
        for name, aliases in (
            ("The New York Times", ["NYT"]),
            ("The Times", []),
            ("X", ["Twitter"]),
        ):
            source_id = connection.execute(
                insert(Source)
                .values(name=name, slug=slugify(name), kind="other")
                .returning(Source.id)
            ).scalar_one()
            for alias in (name, *aliases):
                connection.execute(
                    insert(SourceAlias).values(source_id=source_id, alias=alias, folded=fold(alias))
                )

    def found(name: str) -> set[str]:
        return {m["name"] for m in resolve(db_url, resolve_source, name).matched}

    assert found("nyt") == {"The New York Times"}
    assert found("The Times") == {"The Times"}
    assert found("times") == {"The Times", "The New York Times"}
    assert found("the-new-york-times") == {"The New York Times"}
    assert found("twitter") == {"X"}
    assert found("3") == {"X"}
    assert found("!") == set()
    missed = resolve(db_url, resolve_source, "New York Tmes")
    assert missed.suggestions[0]["name"] == "The New York Times"


def test_topics_with_narrower_ones(engine: Engine, db_url: str):
    with engine.begin() as connection:
        parent = None
        for code, name in (
            ("medtop:1", "conflict"),
            ("medtop:2", "war"),
            ("medtop:3", "civil war"),
        ):
            parent = connection.execute(
                insert(Topic)
                .values(scheme="iptc", code=code, slug=slugify(name), name=name, parent_id=parent)
                .returning(Topic.id)
            ).scalar_one()
            add_aliases(connection, {parent: [name]})

    def ids(name: str) -> list[int]:
        return sorted(resolve(db_url, resolve_topic, name).ids)

    assert ids("conflict") == ids("medtop:1") == ids("1") == [1, 2, 3]
    assert ids("War") == [2, 3]
    assert ids("civil-war") == [3]
    assert ids("wa") == ids("!") == []
    assert resolve(db_url, resolve_topic, "conflikt").suggestions[0]["name"] == "conflict"

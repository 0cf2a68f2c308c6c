"""`q`: words and speakers, stemmed in the article's language, blind to accents, marked."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from app.queries.order import MOST_RANKED
from tests.ingestion.articles import Said, write

ENGLISH = (
    "The ministers have agreed to rebuild the three bridges before next winter",
    "Nobody in this town has ever seen a café as crowded as that one",
)
GERMAN = (
    "Die Häuser am Hafen werden im nächsten Jahr von der Stadt verkauft",
    "Wir haben mit den Müttern und Vätern der Kinder lange gesprochen",
)
# So many copies of a statement and its place, newer than the others.
_AGAIN = text("""
    WITH again AS (
        INSERT INTO statement (text, kind, act, language, search, first_published_at)
        SELECT s.text, s.kind, s.act, s.language, s.search, '2025-01-01'::timestamptz
        FROM statement s, generate_series(1, :most) WHERE s.id <> :best RETURNING id
    )
    INSERT INTO occurrence (statement_id, article_id, version, spans, selectors, folded_hash, kind,
        act, confidence, extractor_version, published_at)
    SELECT a.id, o.article_id, o.version, ARRAY[ARRAY[a.id::int, a.id::int + 1]], o.selectors,
        o.folded_hash, o.kind, o.act, o.confidence, o.extractor_version, '2025-01-01'
    FROM again a, occurrence o WHERE o.statement_id = :best
""")
PEOPLE = ("Will Gates", "Petra Müller")


@pytest.fixture
def found(engine: Engine, own_api: TestClient) -> Any:
    for n, sayings in enumerate((ENGLISH, GERMAN)):
        write(
            engine,
            *(Said(words, by=(name,)) for words, name in zip(sayings, PEOPLE, strict=True)),
            origin=f"file:///{n}.txt",
            at=datetime(2025, 1, 1 + n, tzinfo=UTC),
            language=("en", "de")[n],
        )

    def search(q: str, **parameters: Any) -> list[str]:
        response = own_api.get("/statements", params={"q": q, **parameters})
        assert response.status_code == 200, response.text
        return [statement["text"] for statement in response.json()["data"]]

    return search


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("bridge", {ENGLISH[0]}),
        ("bridging ministers", {ENGLISH[0]}),
        ("Haus", {GERMAN[0]}),
        ("Hauser", {GERMAN[0]}),
        ("häusern", {GERMAN[0]}),
        ("hauser hafen", {GERMAN[0]}),
        ("CAFE", {ENGLISH[1]}),
        ("cafés", {ENGLISH[1]}),
        ("muller", {ENGLISH[1], GERMAN[1]}),
        ("Müller Kinder", {GERMAN[1]}),
        ('"Petra Müller"', {ENGLISH[1], GERMAN[1]}),
        ('"Müller Petra"', set()),
        ("gates", {ENGLISH[0], GERMAN[0]}),
        ("gates -bridges", {GERMAN[0]}),
        ("bridges OR kinder", {ENGLISH[0], GERMAN[1]}),
        ('"three bridges"', {ENGLISH[0]}),
        ('"bridges three"', set()),
        # Nor does a phrase reach from the words into the name.
        ('"winter Gates"', set()),
        ("the", set()),
        ("!!! & | ( )", set()),
        ("=en", set()),
    ],
)
def test_finds(found: Any, q: str, expected: set[str]):
    assert set(found(q)) == expected
    assert set(found(q, sort="relevance")) == expected


def test_a_language_of_the_filters_leaves_the_others_out(found: Any):
    assert set(found("müller", language="de")) == {GERMAN[1]}


def test_relevance_puts_what_says_it_more_often_first(engine: Engine, own_api: TestClient):
    once = "A storm is coming and everybody should go home now"
    often = "Storm after storm after storm has hit this coast"
    write(engine, Said(once), Said(often))
    ranked = own_api.get("/statements?q=storm&sort=relevance").json()
    assert [statement["text"] for statement in ranked["data"]] == [often, once]
    assert ranked["page"]["ranked_at_most"] == MOST_RANKED
    assert "ranked_at_most" not in own_api.get("/statements?q=storm").json()["page"]


def test_relevance_ranks_the_newest_of_many(engine: Engine, own_api: TestClient):
    write(engine, Said("Storm after storm after storm has hit this coast"))
    write(engine, Said("A storm is coming to this coast"), origin="b")
    best = own_api.get("/statements?q=storm&sort=relevance").json()["data"][0]["id"]
    with engine.begin() as connection:
        connection.execute(_AGAIN, {"most": MOST_RANKED, "best": best})
    first = own_api.get("/statements?q=storm&sort=relevance&limit=200").json()
    assert len(first["data"]) == 200
    assert best not in [statement["id"] for statement in first["data"]]


def test_a_new_name_finds_what_was_said_before(engine: Engine, own_api: TestClient):
    write(engine, Said("Taxes will fall.", by=("Lee",)))
    assert own_api.get("/statements?q=ann+taxes").json()["data"] == []
    write(
        engine, Said("Rain is likely.", by=("Ann Lee",), aliases=("Lee",)), origin="file:///b.txt"
    )
    assert len(own_api.get("/statements?q=ann+taxes").json()["data"]) == 1


def test_a_corrected_language_and_wording_are_searched(engine: Engine, own_api: TestClient):
    write(engine, Said("The bridges will be rebuilt by the town before next winter"), language="en")
    assert own_api.get("/statements?q=bridge").json()["data"]
    write(engine, Said("The tunnels will be rebuilt by the town before next winter"), language="en")
    assert not own_api.get("/statements?q=bridge").json()["data"]
    assert own_api.get("/statements?q=tunnel").json()["data"]


class TestHighlight:
    def test_marks_what_was_found_as_html(self, engine: Engine, own_api: TestClient):
        write(
            engine,
            Said("<b>Bridges</b> & a bridge \x02 over the cafés of this town"),
            language="en",
        )
        body = own_api.get("/statements?q=bridge+cafe&highlight=true").json()
        assert body["data"][0]["highlight"] == (
            "&lt;b&gt;<mark>Bridges</mark>&lt;/b&gt; &amp; a <mark>bridge</mark>  over the "
            "<mark>cafés</mark> of this town"
        )

    def test_marks_in_the_language_of_the_article(self, found: Any, own_api: TestClient):
        (statement,) = own_api.get("/statements?q=hauser&highlight=true").json()["data"]
        assert statement["language"] == "de"
        assert "<mark>Häuser</mark>" in statement["highlight"]

    def test_needs_q(self, own_api: TestClient):
        response = own_api.get("/statements?highlight=true")
        assert response.status_code == 422
        assert response.json()["errors"][0]["parameter"] == "highlight"

    def test_is_not_there_unless_asked_for(self, found: Any, own_api: TestClient):
        assert "highlight" not in own_api.get("/statements?q=bridge").json()["data"][0]


def test_every_language_has_its_own_stems(engine: Engine):
    query = text("SELECT to_tsvector(onrecord_config(:language), :words)::text")
    with engine.connect() as connection:
        for language, words, stem in (
            ("fr", "élections", "elect"),
            ("es", "elecciones", "eleccion"),
            ("ru", "выборы", "выбор"),
            ("nb", "husene", "hus"),
            ("xx", "élections", "elections"),
            (None, "Bridges", "bridges"),
        ):
            found = connection.scalar(query, {"language": language, "words": words})
            assert found == f"'{stem}':1"

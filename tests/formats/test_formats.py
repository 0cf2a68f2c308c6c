"""Every format says the same of the same statements, whatever is in their text."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.formats import FORMATS, Origin, Tail
from app.formats.headline import headline
from app.formats.table import COLUMNS, cell

ATOM = "{http://www.w3.org/2005/Atom}"
MADE_AT = datetime(2025, 2, 12, 9, 30, tzinfo=UTC)
AT = "2025-02-12T09:30:00Z"
ORIGIN = Origin("http://on.example", "speaker=P%C3%A9skov&q=%3C%26%3E", MADE_AT)


def statement(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A statement as the API answers it."""
    made: dict[str, Any] = {
        "id": number,
        "text": "It is “good”, 5 > 3 & true",
        "kind": "direct",
        "act": "speech",
        "speaker": {"id": 3, "name": "Dmitry Peskov", "slug": "dmitry-peskov", "kind": "person"},
        "co_speakers": [],
        "topics": [{"id": 9, "scheme": "entity", "code": "nato", "name": "NATO", "score": 0.9}],
        "first_published_at": AT,
        "occurrence_count": 1,
        "article_count": 1,
        "publisher_count": 1,
        "withdrawn": False,
        "updated_at": AT,
        "occurrence": {
            "id": 7,
            "article": {
                "id": 5,
                "title": "A title",
                "url": "https://news.example/1",
                "published_at": AT,
                "source": {"id": 1, "name": "ANSA"},
                "version": 1,
            },
            "mention": "the spokesperson",
            "speaker_description": "Kremlin spokesperson",
            "cue": "said",
            "kind": "direct",
            "act": "speech",
            "medium": None,
            "said_on": "2025-02-11",
            "via": [{"id": 2, "name": "TASS"}],
            "confidence": 0.9,
            "extractor_version": "x",
            "withdrawn": False,
            "selectors": [],
            "deep_link": "https://news.example/1#:~:text=good",
        },
    }
    made["cite_as"] = "Dmitry Peskov (Kremlin spokesperson), via TASS, in “A title”, ANSA"
    return made | changes


def written(suffix: str, *batches: list[dict[str, Any]]) -> str:
    """A whole export."""
    (form,) = [form for form in FORMATS if form.suffix == suffix]
    writer = form.writer(ORIGIN)
    count = sum(map(len, batches))
    pieces = [
        writer.begin(),
        *(writer.rows(b) for b in batches),
        writer.end(Tail(count, False, {})),
    ]
    return b"".join(pieces).decode()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_has_a_header_and_a_row_a_statement_with_crlf():
    text = written("csv", [statement(1)], [statement(2, topics=[], speaker=None)])
    assert text.count("\r\n") == 3
    assert text.replace("\r\n", "").count("\n") == 0
    first, second = rows_of(text)
    assert tuple(first) == COLUMNS
    assert first["text"] == "It is “good”, 5 > 3 & true"
    assert first["speaker"] == "Dmitry Peskov"
    assert first["first_published_at"] == "2025-02-12T09:30:00Z"
    assert first["said_on"] == "2025-02-11"
    assert first["via"] == "TASS"
    assert second["speaker"] == second["topics"] == ""


@pytest.mark.parametrize(
    "formula",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "=cmd|' /C calc'!A0"],
)
def test_csv_takes_the_edge_off_formulas(formula: str):
    assert cell(formula) == f"'{formula}"
    (row,) = rows_of(written("csv", [statement(text=formula)]))
    assert row["text"] == f"'{formula}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [("50-50 = even", "50-50 = even"), (-1, "-1"), (None, ""), (True, "true"), (False, "false")],
)
def test_csv_leaves_the_rest_as_it_is(value: Any, shown: str):
    assert cell(value) == shown


@given(text=st.text(alphabet=st.characters(exclude_characters="\x00", codec="utf-8"), min_size=1))
def test_any_text_comes_back_out_of_every_format(text: str):
    said = statement(text=text)
    (row,) = rows_of(written("csv", [said]))
    assert row["text"].removeprefix("'") == text.removeprefix("'")
    assert json.loads(written("ndjson", [said]).split("\n")[0])["text"] == text
    assert json.loads(written("jsonld", [said]))["@graph"][0].get("text", "") == text
    assert json.loads(written("feed.json", [said]))["items"][0]["content_text"] == text
    entry = ElementTree.fromstring(written("atom", [said])).find(f"{ATOM}entry")  # noqa: S314
    assert entry is not None
    shown = entry.findtext(f"{ATOM}content") or ""
    # XML has no way to write most control characters, and makes one line end of all.
    assert len(shown.replace("\r\n", "\n")) <= len(text)
    if text.isprintable():
        assert shown == text


def test_ndjson_ends_with_a_line_that_counts():
    lines = [json.loads(x) for x in written("ndjson", [statement(1), statement(2)]).splitlines()]
    assert [line.get("id") for line in lines] == [1, 2, None]
    assert lines[-1] == {"_end": {"count": 2, "has_more": False, "resolved": {}}}


def test_jsonld_tells_quotations_from_claims():
    document = json.loads(
        written("jsonld", [statement(1)], [statement(2, kind="indirect"), statement(3)])
    )
    assert document["@context"] == "https://schema.org"
    quotation, claim, _ = document["@graph"]
    assert quotation["@type"] == "Quotation"
    assert quotation["@id"] == "http://on.example/statements/1"
    assert quotation["spokenByCharacter"]["name"] == "Dmitry Peskov"
    assert quotation["isBasedOn"]["url"] == "https://news.example/1"
    assert quotation["isBasedOn"]["publisher"]["name"] == "ANSA"
    assert quotation["citation"].startswith("Dmitry Peskov (Kremlin spokesperson), via TASS")
    assert claim["@type"] == "Claim"
    assert claim["author"]["@id"] == "http://on.example/speakers/3"


def test_jsonld_knows_persons_from_organisations():
    nato = {"id": 4, "name": "NATO", "slug": "nato", "kind": "organization"}
    (node,) = json.loads(written("jsonld", [statement(co_speakers=[nato])]))["@graph"]
    assert [s["@type"] for s in node["spokenByCharacter"]] == ["Person", "Organization"]


def test_an_atom_feed_has_what_rfc_4287_wants():
    feed = ElementTree.fromstring(written("atom", [statement(1)], [statement(2)]))  # noqa: S314
    assert feed.findtext(f"{ATOM}title") == "On Record: speaker=Péskov&q=<&>"
    assert feed.findtext(f"{ATOM}id") == f"http://on.example/statements.atom?{ORIGIN.query}"
    assert feed.findtext(f"{ATOM}updated") == "2025-02-12T09:30:00Z"
    entries = feed.findall(f"{ATOM}entry")
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 2
    for entry in entries:
        assert entry.findtext(f"{ATOM}updated") == "2025-02-12T09:30:00Z"
        assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Dmitry Peskov"
        assert entry.findtext(f"{ATOM}title") == "Dmitry Peskov: It is “good”, 5 > 3 & true"


def test_a_json_feed_has_what_version_1_1_wants():
    feed = json.loads(written("feed.json", [statement(1), statement(2)]))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"http://on.example/statements.feed.json?{ORIGIN.query}"
    assert [item["id"] for item in feed["items"]] == [
        "http://on.example/statements/1",
        "http://on.example/statements/2",
    ]
    assert feed["items"][0]["external_url"] == "https://news.example/1#:~:text=good"
    assert feed["items"][0]["tags"] == ["NATO"]
    assert feed["items"][0]["_onrecord"]["id"] == 1


@pytest.mark.parametrize("suffix", ["jsonld", "feed.json", "atom", "csv", "ndjson"])
def test_nothing_found_is_a_whole_document_too(suffix: str):
    text = written(suffix)
    match suffix:
        case "atom":
            feed = ElementTree.fromstring(text)  # noqa: S314
            assert feed.findtext(f"{ATOM}updated") == "2025-02-12T09:30:00Z"
        case "csv":
            assert rows_of(text) == []
        case "ndjson":
            assert json.loads(text)["_end"]["count"] == 0
        case _:
            assert [] in json.loads(text).values()


def test_a_long_text_is_cut_between_words_in_a_title():
    title = headline(statement(text="word " * 40))
    assert title.endswith("word …")
    assert len(title) < 110

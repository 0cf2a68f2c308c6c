"""Every kind of input: the articles it gives, their origins, and what is told of the rest."""

import gzip
import io
import json
import logging
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard

from app.cli.console import OneLine
from app.errors import InputRejectedError
from app.ingestion.documents import Document
from app.ingestion.inputs import Kind, Reading, read_inputs
from app.ingestion.parsing import parse
from app.ingestion.raw import Raw, Unreadable
from tests.ingestion.pages import NOISE, make_page

SAID = "“The harbour will open in May,” said Mayor Ingrid Solberg."


def read(path: Path, **options: object) -> tuple[list[Document], list[str]]:
    """The documents in a file, and `name: reason` of what could not be read."""
    documents, failures = [], []
    for found in read_inputs([path], Reading(**options)):  # type: ignore[arg-type]
        if isinstance(found, Unreadable):
            failures.append(f"{found.name}: {found.reason}".removeprefix(f"{path.parent}/"))
            continue
        assert isinstance(found, Raw)
        try:
            documents.append(parse(found))
        except InputRejectedError as error:
            failures.append(f"{found.name}: {error.detail}".removeprefix(f"{path.parent}/"))
    return documents, failures


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("number", range(25))
def test_pages_give_their_text_and_what_they_say_of_it(tmp_path: Path, number: int):
    page = make_page(number)
    (document,), _ = read(write(tmp_path, "a.html", page.html))
    known = document.metadata
    assert (known.title, known.publisher, known.byline) == (page.title, page.publisher, page.byline)
    if page.layout != "microdata" or known.published_at:
        assert known.published_at == page.published_at
    assert known.language == "en"
    lines = document.text.split("\n")
    assert [line for line in lines if line in page.paragraphs] == list(page.paragraphs)
    assert not any(noise in document.text for noise in NOISE)


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8", ""), ("utf-16", ""), ("cp1251", "windows-1251"), ("shift_jis", "shift_jis"),
     ("cp1252", "iso-8859-1"), ("gb18030", "gb2312"), ("utf-8", "no-such")],
)  # fmt: skip
def test_pages_in_the_encodings_of_the_web(tmp_path: Path, encoding: str, declared: str):
    said = {
        "cp1251": "«Порт откроют в мае», — сказал мэр.",
        "shift_jis": "「港は五月に開く」と市長は述べた。",
        "gb18030": "“港口将于五月开放，”市长说。",
    }.get(encoding, "“Größer wird’s nicht”, said Müßig.")
    meta = f'<meta charset="{declared}">' if declared else ""
    html = f"<html><head>{meta}</head><body><article>{f'<p>{said}</p>' * 6}</article></body></html>"
    (document,), _ = read(write(tmp_path, "a.html", html.encode(encoding)))
    assert said in document.text


def test_a_page_without_end_or_bottom_is_read_or_refused(tmp_path: Path):
    deep = "<html><body>" + "<div>" * 100_000 + f"<p>{SAID}</p>"
    _, failures = read(write(tmp_path, "deep.html", deep))
    assert failures == ["deep.html: no article's text was found in the page"]
    wide = "<html><body><article>" + f"<p>{SAID}</p>" + "<br>" * 110_000
    _, failures = read(write(tmp_path, "wide.html", wide))
    assert failures == ["wide.html: a page of more than 100,000 elements"]


def test_a_page_that_scripts_fill_gives_what_it_carries_for_search_engines(tmp_path: Path):
    node = {"@type": "NewsArticle", "headline": "Harbour", "articleBody": f"{SAID}\n{SAID}"}
    script = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    html = f"<html><head>{script}</head><body><div id=app>Loading</div></body></html>"
    (document,), _ = read(write(tmp_path, "a.html", html))
    assert document.text == f"{SAID}\n{SAID}"


def test_lines_of_a_dump_each_by_itself(tmp_path: Path):
    good = {"id": 7, "headline": "Harbour", "body": SAID, "source": {"name": "Reuters"},
            "authors": ["Ann Lee", "Jo Day"], "url": "https://x.example/7?utm_source=a",
            "pubDate": "Wed, 12 Feb 2025 10:00:00 +0100", "lang": "en-GB"}  # fmt: skip
    html = {"content_html": f"<p>{SAID}</p><p>Two</p>"}
    lines = [json.dumps(good), "", "{", '{"title": "no text"}', '{"text": "Rain.", "date": "soon"}']
    lines += ['{"text": "' + "x" * 3000 + '"}', json.dumps(html)]
    path = write(tmp_path, "d.ndjson", "\r\n".join(lines))
    documents, failures = read(path, max_bytes=2000)
    assert [d.origin.partition("#")[2] for d in documents] == ["id=7", "line=7"]
    known = documents[0].metadata
    assert known.model_dump() == {
        "title": "Harbour", "publisher": "Reuters", "byline": "Ann Lee, Jo Day", "language": "en",
        "url": "https://x.example/7", "published_at": datetime(2025, 2, 12, 9, tzinfo=UTC),
    }  # fmt: skip
    assert documents[1].text == f"{SAID}\nTwo"
    assert [f.partition(": ")[0] for f in failures] == [f"d.ndjson:{n}" for n in (3, 4, 5, 6)]
    assert "published_at: 'soon' is not an ISO 8601" in " ".join(failures)


def test_a_mapping_names_the_fields(tmp_path: Path):
    record = {"meta": {"head": "Harbour"}, "story_html": f"<p>{SAID}</p>", "text": "not this"}
    path = write(tmp_path, "d.jsonl", json.dumps(record) + "\n" + json.dumps(record))
    fields = (("title", "meta.head"), ("html", "story_html"))
    documents, failures = read(path, fields=fields)
    assert [(d.metadata.title, d.text) for d in documents] == [("Harbour", SAID)] * 2
    assert not failures
    (plain, _), (mapped, _) = (read(path)[0], documents)
    assert plain.raw_sha256 != mapped.raw_sha256


@pytest.mark.parametrize(
    "wrap", ["%s", '{"articles": %s}', '{"status": "ok", "response": {"docs": %s}}', "\n \t%s\n"]
)
def test_arrays_of_records_whatever_they_lie_in(tmp_path: Path, wrap: str):
    records = [{"text": f'{SAID} "[{n}]" \\ }}'} for n in range(3)]
    documents, failures = read(write(tmp_path, "d.json", wrap % json.dumps(records)))
    assert [d.text for d in documents] == [r["text"] for r in records]
    assert not failures


def test_an_array_that_is_cut_off_gives_what_is_whole(tmp_path: Path):
    text = json.dumps([{"text": SAID}] * 3)
    documents, failures = read(write(tmp_path, "d.json", text[:-20]))
    assert len(documents) == 2
    assert failures == ["d.json: the array ends too soon, in or after item 2"]


def test_tables(tmp_path: Path):
    rows = f'id;title;text\n1;One;"{SAID}\nMore."\n2;Two\n3;Three;"{SAID}"\n'
    documents, failures = read(write(tmp_path, "t.csv", rows))
    assert [(d.metadata.title, d.text) for d in documents] == [
        ("One", f"{SAID}\nMore."), ("Three", SAID),
    ]  # fmt: skip
    assert failures == ["t.csv:4: 2 fields, but the first row names 3"]
    _, failures = read(write(tmp_path, "u.csv", "a,b\n1,2\n"))
    assert failures == [
        "u.csv: no column holds the text: there are a, b; say which with --map text=COLUMN"
    ]
    documents, _ = read(
        write(tmp_path, "v.tsv", f"x\ty\n1\t{SAID}\n".encode("utf-16")), fields=(("text", "y"),)
    )
    assert documents[0].text == SAID


@pytest.mark.parametrize(
    "item",
    [
        {"uri": "u1", "type": "text", "versioncreated": "2025-02-12T10:00:00Z",
         "headline": "Harbour", "byline": "Ann Lee", "copyrightholder": "NTB",
         "body_xhtml": f"<p>{SAID}</p>", "body_text": "not this", "language": "en-GB"},
        {"uri": "u1", "firstcreated": "2025-02-12T10:00:00Z", "by": "Ann Lee", "language": "en",
         "copyrightholder": "NTB", "headlines": [{"role": "sub", "value": "no"},
         {"role": "main", "value": "Harbour"}],
         "bodies": [{"contenttype": "text/plain", "value": SAID}]},
        {"uri": "u1", "versionCreated": "2025-02-12T11:00:00+01:00", "by": "Ann Lee",
         "copyrightHolder": "NTB", "language": "en", "headlines": [{"value": "Harbour"}],
         "bodies": [{"contentType": "text/html", "value": f"<section><p>{SAID}</p></section>"}]},
    ],
)  # fmt: skip
def test_ninjs_of_every_version(tmp_path: Path, item: dict[str, object]):
    (document,), _ = read(write(tmp_path, "n.json", json.dumps(item)))
    known = document.metadata
    assert (document.text, known.title, known.publisher, known.byline, known.language) == (
        SAID, "Harbour", "NTB", "Ann Lee", "en",
    )  # fmt: skip
    assert known.published_at == datetime(2025, 2, 12, 10, tzinfo=UTC)
    _, failures = read(write(tmp_path, "n.json", json.dumps(item | {"pubstatus": "canceled"})))
    assert failures == ["n.json: canceled by its publisher (pubstatus)"]


def warc(*pages: bytes) -> bytes:
    found = b""
    for n, page in enumerate(pages):
        payload = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
        found += (
            b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:%d>\r\nWARC-Target-URI: "
            b"https://x.example/%d?utm_source=a\r\nContent-Type: application/http\r\n"
            b"Content-Length: %d\r\n\r\n%b\r\n\r\n" % (n, n, len(payload), payload)
        )
    return found


def test_web_archives_cut_anywhere(tmp_path: Path):
    archive = warc(*(make_page(n).html.encode() for n in (2, 7)))
    documents, failures = read(write(tmp_path, "w.warc", archive))
    assert [(d.origin, d.metadata.url) for d in documents] == [
        ("urn:uuid:0", "https://x.example/0"), ("urn:uuid:1", "https://x.example/1"),
    ]  # fmt: skip
    assert not failures
    for end in range(10, len(archive) - 4, 97):
        documents, failures = read(write(tmp_path, "cut.warc", archive[:end]))
        assert documents or failures
        assert len(documents) + len(failures) <= 2
        assert len(documents) < 2


def test_a_wacz_is_read_by_its_archives_alone(tmp_path: Path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as wacz:
        wacz.writestr("datapackage.json", "{}")
        wacz.writestr("archive/data.warc.gz", gzip.compress(warc(make_page(1).html.encode())))
        wacz.writestr("pages/pages.jsonl", '{"text": "not this"}')
    documents, failures = read(write(tmp_path, "w.wacz", out.getvalue()))
    assert [d.metadata.title for d in documents] == [make_page(1).title]
    assert not failures


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_what_is_compressed_is_what_is_inside(tmp_path: Path, pack: object):
    suffix = ".gz" if pack is gzip.compress else ".zst"
    content = json.dumps({"text": SAID}).encode() + b"\n"
    packed = pack(content * 2)  # type: ignore[operator]
    assert len(read(write(tmp_path, "d.ndjson" + suffix, packed))[0]) == 2
    _, failures = read(write(tmp_path, "c.ndjson" + suffix, packed[:-5]))
    assert "ends too soon" in failures[-1]
    bomb = pack(b"[" * 120_000_000)  # type: ignore[operator]
    _, failures = read(write(tmp_path, "b.ndjson" + suffix, bomb))
    assert "taken for a bomb" in failures[-1]


def test_feeds_with_whole_articles_need_no_web(tmp_path: Path):
    feed = {
        "version": "https://jsonfeed.org/version/1.1", "language": "en",
        "items": [
            {"id": "1", "url": "https://x.example/1?utm_source=f", "title": "One",
             "content_html": f"<p>{SAID}</p>", "date_published": "2025-02-12T10:00:00Z",
             "authors": [{"name": "Ann Lee"}]},
            {"id": "2", "content_text": f"{SAID}\n1 < 2"},
            {"id": "3", "url": "https://x.example/3", "title": "Three"},
            {"title": "nothing"},
        ],
    }  # fmt: skip
    documents, failures = read(write(tmp_path, "f.json", json.dumps(feed)))
    assert [d.text for d in documents] == [SAID, f"{SAID}\n1 < 2"]
    assert documents[0].origin == documents[0].metadata.url == "https://x.example/1"
    assert documents[0].metadata.byline == "Ann Lee"
    assert failures == [
        "https://x.example/3: not fetched: reading from the web is switched off",
        "f.json: entry 4: an entry with neither a link nor an article",
    ]


def test_entities_are_not_expanded_and_nothing_is_loaded(tmp_path: Path):
    (tmp_path / "secret").write_text("SECRET")
    doctype = (
        f'<!DOCTYPE x [<!ENTITY a "{"a" * 100}"><!ENTITY b "{"&a;" * 100}">'
        f'<!ENTITY c "{"&b;" * 100}">'
        f'<!ENTITY d "{"&c;" * 1000}"><!ENTITY f SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    )
    content = f"<p>{SAID}</p> &d; &f;"
    space = 'xmlns:c="http://purl.org/rss/1.0/modules/content/"'
    item = f"<item><title>T &f;</title><guid>1</guid><c:encoded>{content}</c:encoded></item>"
    rss = f'<?xml version="1.0"?>{doctype}<rss {space}><channel>{item}</channel></rss>'
    documents, _ = read(write(tmp_path, "f.rss", rss))
    told = [d.text + str(d.metadata) for d in documents]
    page = f"{doctype}<html><body><article>{f'<p>{SAID} &d;&f;</p>' * 9}</article></body></html>"
    told += [d.text for d in read(write(tmp_path, "p.html", page))[0]]
    urls = "<urlset><url><loc>https://x.example/&d;&f;</loc></url></urlset>"
    urls = f'<?xml version="1.0"?>{doctype}{urls}'
    told += read(write(tmp_path, "s.xml", urls))[1]
    assert all("SECRET" not in t and "aaaa" not in t for t in told)
    assert all(len(t) < 5000 for t in told)


def test_the_kind_can_be_said(tmp_path: Path):
    path = write(tmp_path, "a.odd", SAID)
    assert read(path)[1] == ["a.odd: cannot read .odd files; see --as"]
    assert read(path, kind=Kind.TEXT)[0][0].text == SAID
    page = write(tmp_path, "a.txt", f"<html><p>{SAID}</p>" * 5)
    assert "<p>" in read(page)[0][0].text
    assert "<p>" not in read(page, kind=Kind.HTML)[0][0].text


def test_nothing_in_an_article_becomes_a_log_line_of_its_own():
    forged = "a\n2026-01-01 00:00:00,000 ERROR all is lost\r\x1b[2Jb"
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "reading %s", (forged,), None)
    lines = OneLine("%(asctime)s %(levelname)s %(message)s").format(record).split("\n")
    assert lines[1].startswith("    2026-01-01")
    assert all(line.isprintable() for line in lines)

"""Files in, documents out: encodings, metadata, and a clear reason for what cannot be read."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InputRejectedError
from app.ingestion.documents import Document, normalise
from app.ingestion.inputs import Reading, read_inputs
from app.ingestion.inputs.files import list_files
from app.ingestion.metadata import Metadata
from app.ingestion.parsing import decode, parse
from app.ingestion.raw import Raw, Unreadable

TEXT = "“Größer wird es nicht”, said the mayor of Köln, Jürgen Müßig, on Tuesday – smiling.\n"


def read(path: Path, given: Metadata | None = None, max_bytes: int = 10_000) -> Document:
    (raw,) = read_inputs([path], Reading(given or Metadata(), max_bytes))
    if isinstance(raw, Unreadable):
        raise InputRejectedError(raw.reason)
    assert isinstance(raw, Raw)
    return parse(raw)


def rejected(path: Path) -> str:
    with pytest.raises(InputRejectedError) as caught:
        read(path)
    return caught.value.detail


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_text_is_read_in_the_encoding_it_has(tmp_path: Path, encoding: str):
    path = tmp_path / "a.txt"
    path.write_bytes((TEXT * 5).encode(encoding))
    assert read(path).text == TEXT * 5


def test_line_ends_bom_and_nul_are_normalised_and_nothing_else():
    odd = "e\u0301\u200f \t"
    assert normalise(f"\ufeffa\r\nb\rc\x00d\ud800 {odd}") == f"a\nb\nc\ufffdd\ufffd {odd}"


@given(st.text())
def test_normalised_text_can_be_stored_and_normalising_again_changes_nothing(text: str):
    once = normalise(text)
    once.encode()
    assert "\r" not in once
    assert "\x00" not in once
    assert normalise(once).removeprefix("\ufeff") == once.removeprefix("\ufeff")


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_rejected_with_a_reason(content: bytes):
    try:
        outcome = decode(content)
    except InputRejectedError as error:
        outcome = error.detail
    assert isinstance(outcome, str)
    assert outcome or len(content) <= 4  # nothing, or a byte order mark alone


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        ("“”… — !".encode(), "no words"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", "binary"),
        (b"a\x00b\x00c\x00d\x00", "binary"),
        (b"\xff\xfea", "although its first bytes say so"),
        (b"x" * 10_001, "too large: more than 10,000 bytes"),
    ],
)
def test_what_is_no_text_is_rejected_with_the_reason(tmp_path: Path, content: bytes, reason: str):
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    assert reason in rejected(path)


def test_files_that_are_not_there_or_of_another_kind(tmp_path: Path):
    assert "no such file" in rejected(tmp_path / "gone.txt")
    (tmp_path / "a.docx").write_bytes(b"PK")
    assert ".docx" in rejected(tmp_path / "a.docx")


def test_folders_are_searched_and_every_file_comes_once(tmp_path: Path):
    (tmp_path / "sub").mkdir()
    for name in ("b.txt", "a.txt", "sub/c.txt", "sub/c.meta.json", "d.md"):
        (tmp_path / name).write_text("x")
    names = [p.relative_to(tmp_path).as_posix() for p in list_files([tmp_path, tmp_path / "a.txt"])]
    assert names == ["a.txt", "b.txt", "sub/c.txt"]


def test_metadata_beside_the_file_and_given_ones_before_it(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("The mayor said on Tuesday that the old bridge will be closed.")
    (tmp_path / "a.meta.json").write_text(
        json.dumps(
            {
                "title": "A mayor smiles",
                "publisher": "Kölner Bote",
                "published_at": "2025-02-12",
                "url": "https://bote.example/1",
            }
        )
    )
    document = read(path, Metadata(publisher="Reuters")).metadata
    assert document.title == "A mayor smiles"
    assert document.publisher == "Reuters"
    assert document.published_at == datetime(2025, 2, 12, tzinfo=UTC)
    assert document.url == "https://bote.example/1"
    assert document.language == "en"


@pytest.mark.parametrize(
    ("sidecar", "reason"),
    [
        ("{", "a.meta.json: not JSON"),
        ('{"titel": "x"}', "a.meta.json: titel"),
        ('{"published_at": "12.02.2025"}', "published_at: '12.02.2025' is not an ISO 8601"),
        ('{"url": "javascript:alert(1)"}', "url: must be an http(s) URL"),
        ('{"language": "English"}', "language"),
        ('{"publisher": 7}', "publisher"),
        ("[]", "a.meta.json"),
    ],
)
def test_bad_metadata_names_the_file_and_the_field(tmp_path: Path, sidecar: str, reason: str):
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "a.meta.json").write_text(sidecar)
    assert reason in rejected(tmp_path / "a.txt")


def test_nothing_is_guessed_from_the_first_paragraph(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text(TEXT)
    document = read(path).metadata
    assert (document.title, document.publisher, document.published_at) == (None, None, None)


def test_publisher_from_a_copyright_line(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text(TEXT + "Reproduction reserved © Copyright ANSA")
    assert read(path).metadata.publisher == "ANSA"

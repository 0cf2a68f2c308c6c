"""The README knows every setting, command and parameter, and what it shows is what happens."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.cli import make_cli
from app.formats import FORMATS
from app.queries import filters, name_filters, stats_filters
from app.queries.changes import ChangeList
from app.queries.jobs import RunList
from app.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_with_its_default():
    for field in Settings.model_fields.values():
        default = "none" if field.default is None else f"`{str(field.default).removesuffix('.0')}`"
        assert f"| `{field.validation_alias}` | {default} |" in README


def test_every_command():
    cli = make_cli()
    names = [c.name or (c.callback and c.callback.__name__) for c in cli.registered_commands]
    names += [
        f"{group.name} {command.name}"
        for group in cli.registered_groups
        if group.typer_instance is not None
        for command in group.typer_instance.registered_commands
    ]
    assert len(names) == 23
    for name in names:
        assert f"| `onrecord {name}` |" in README


@pytest.mark.parametrize(
    "model",
    [
        filters.StatementList,
        filters.SpeakerList,
        filters.SourceList,
        filters.TopicList,
        filters.ArticleList,
        filters.OccurrenceList,
        filters.TextVersion,
        RunList,
        filters.StatementExport,
        ChangeList,
        filters.SimilarList,
        name_filters.Autocomplete,
        stats_filters.FacetList,
        stats_filters.Timeline,
    ],
)
def test_every_parameter(model: type[filters.Parameters]):
    for name in model.model_fields:
        assert f"`{name}`" in README


def test_every_format():
    for form in FORMATS:
        assert f"| `/statements.{form.suffix}` | `{form.bare_type}` |" in README


def test_every_make_target_named_is_there():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"make ([a-z-]+)", README)) - {"and"}
    assert named
    assert named <= targets


def shown() -> list[tuple[str, str]]:
    """The tour's requests with the answers printed below them."""
    return re.findall(r"\$ curl '127\.0\.0\.1:8000([^']*)'\n(.*?)```", README, re.DOTALL)


def loosely(text: str) -> str:
    """Without white space, and without numbers: ids and scores move with the extraction."""
    return re.sub(r"\s", "", re.sub(r"(?<=: )[\d.]+", "", text))


@pytest.mark.parametrize(("path", "answer"), shown())
def test_the_tours_answers_are_real(api: TestClient, path: str, answer: str):
    served = loosely(json.dumps(api.get(path).json(), ensure_ascii=False))
    pieces = [part for part in re.split(r"…|[{}\[\]]", answer) if '": ' in part]
    assert pieces
    for piece in pieces:
        assert loosely(piece).strip(",") in served, piece


def questions() -> list[str]:
    """The requests of the ten questions, one or more a question."""
    table = README.split("## Ten questions")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and "`/" in line]
    assert len(rows) == 10
    return [request for row in rows for request in re.findall(r"`(/[^`{]+)`", row)]


# What the seed article, which is undated, cannot answer.
_NEEDS_DATES = ("published_from",)


@pytest.mark.parametrize("request_", questions())
def test_the_ten_questions_are_answered(api: TestClient, request_: str):
    response = api.get(request_)
    assert response.status_code == 200, response.text
    body = response.json()
    if any(name in request_ for name in _NEEDS_DATES):
        return
    assert body.get("data") or body["facets"]["speaker"]["buckets"]
    for found in body.get("resolved", {}).values():
        assert all(one["matched"] for one in found)


def test_there_are_five_requests_in_the_tour():
    assert len(shown()) == 5


def test_the_openapi_document_describes_itself(api: TestClient):
    document: dict[str, Any] = api.get("/openapi.json").json()
    assert document["info"]["summary"].startswith("Who said what")
    assert "the exact words" in " ".join(document["info"]["description"].split())

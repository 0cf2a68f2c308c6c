"""The OpenAPI document is true: what is served has the declared shape and status."""

import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel, TypeAdapter

from app.api import change_schemas, name_schemas, schemas, stats_schemas
from app.api.changes_routes import router as changes_router
from app.api.ingest_routes import router as ingest_router
from app.api.metrics_routes import router as metrics_router
from app.api.name_routes import router as name_router
from app.api.problems import Problem
from app.api.routes import hot, router
from app.api.service_routes import router as service_router
from app.api.stats_routes import router as stats_router
from app.api.text_routes import router as text_router
from app.api.topic_routes import router as topic_router
from app.errors import OnRecordError

ROUTERS = [
    hot, router, changes_router, ingest_router, metrics_router, name_router, service_router,
    stats_router, text_router, topic_router,
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/statements?limit=200&act=thought&act=speech&act=writing", schemas.StatementPage),
        ("/statements?speaker=Peskov&topic=NATO&via=x&source=y", schemas.StatementPage),
        ("/statements?total=none", schemas.StatementPage),
        ("/statements/1", schemas.Statement),
        ("/statements/1/occurrences", schemas.OccurrencePage),
        ("/changes?limit=1000", change_schemas.ChangePage),
        ("/speakers?limit=200", schemas.SpeakerPage),
        ("/speakers/1", name_schemas.SpeakerProfile),
        ("/sources?limit=200", schemas.SourcePage),
        ("/topics?limit=200", schemas.TopicPage),
        ("/articles?publisher=ANSA", schemas.ArticlePage),
        ("/articles/1", schemas.ArticleDetail),
        ("/statements?include=occurrences,article,topics", schemas.StatementPage),
        ("/statements/1/similar?min_likeness=0.1", schemas.SimilarStatements),
        ("/autocomplete?q=pes", name_schemas.Completions),
        ("/stats/facets?facet=speaker,via&facet=medium&topic=NATO", stats_schemas.Facets),
        ("/stats/timeline?split_by=speaker", stats_schemas.TimelineCounts),
        ("/healthz", schemas.Health),
        ("/readyz", schemas.Readiness),
    ],
)
def test_answers_have_the_declared_shape(api: TestClient, path: str, schema: type[BaseModel]):
    response = api.get(path)
    assert response.status_code == 200, response.text
    schema.model_validate_json(response.text, strict=False)
    # No field may be missing either: a default would hide it from the model.
    declared = set(schema.model_json_schema(by_alias=True)["required"])
    assert declared <= response.json().keys()


def operations(api: TestClient) -> list[dict[str, Any]]:
    document = api.get("/openapi.json").json()
    return [operation for path in document["paths"].values() for operation in path.values()]


def test_every_operation_has_an_id_a_tag_a_summary_and_problems(api: TestClient):
    found = operations(api)
    assert len({operation["operationId"] for operation in found}) == len(found) == 29
    for operation in found:
        assert operation["tags"]
        assert operation["description"]
        for status, response in operation["responses"].items():
            assert response["description"]
            if int(status) >= 400:
                (media,) = response["content"].items()
                assert media[0] == "application/problem+json"
                example = media[1]["example"]
                assert Problem.model_validate(example).status == int(status)
        assert {"413", "414", "422", "429", "500"} <= operation["responses"].keys()


def test_every_operation_has_an_example_of_the_shape_it_declares(api: TestClient):
    routes = [r for part in ROUTERS for r in part.routes]
    shapes = {route.operation_id: route.response_model for route in routes}  # type: ignore[attr-defined]
    for operation in operations(api):
        (media,) = operation["responses"]["200"]["content"].values()
        example = media["example"]
        shape = shapes.get(operation["operationId"])
        if shape is None:
            if operation["operationId"] == "get_metrics":
                continue
            assert operation["operationId"].startswith("export_")
            assert "The harbour will open in May" in str(example)
        else:
            TypeAdapter(shape).validate_json(json.dumps(example), strict=False)


def test_operation_ids_make_good_names_in_a_client(api: TestClient):
    for operation in operations(api):
        assert re.fullmatch(
            r"(list|get|count|export|create|extract)(_[a-z]+)+|autocomplete",
            operation["operationId"],
        )


def test_every_parameter_is_described(api: TestClient):
    described = {
        parameter["name"]: parameter.get("description") or parameter["schema"].get("description")
        for operation in operations(api)
        for parameter in operation.get("parameters", [])
    }
    assert [name for name, text in described.items() if not text] == []


def test_nothing_refers_to_what_is_not_there(api: TestClient):
    document = api.get("/openapi.json")
    names = document.json()["components"]["schemas"].keys()
    used = {part.split('"')[0] for part in document.text.split("#/components/schemas/")[1:]}
    assert used <= names


def test_problem_types_of_the_code_are_declared_statuses(api: TestClient):
    declared = {int(s) for operation in operations(api) for s in operation["responses"]}
    served = {
        error.status for error in OnRecordError.__subclasses__() if error.type != "input-rejected"
    }
    assert served <= declared
    assert Problem.model_json_schema()["required"] == ["type", "title", "status", "detail"]


def test_swagger_ui_loads_nothing_from_elsewhere(api: TestClient):
    page = api.get("/docs")
    assert page.status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text
    for path in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/static/{path}" in page.text
        assert api.get(f"/static/{path}").status_code == 200


def test_home_leads_to_the_docs(api: TestClient):
    response = api.get("/", follow_redirects=False)
    assert response.status_code == 307
    assert response.headers["Location"] == "/docs"

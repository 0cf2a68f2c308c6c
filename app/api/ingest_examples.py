"""Examples of what is posted and of the answers about ingestion, for the OpenAPI document."""

from typing import Any

_AT = "2025-03-03T08:00:00Z"
ARTICLE_IN: dict[str, Any] = {
    "text": "“The harbour will open in May,” said Mayor Ingrid Solberg, quoted by Reuters.",
    "title": "Harbour nearly done",
    "publisher": "The Example",
    "url": "https://example.org/harbour",
    "published_at": _AT,
    "language": "en",
}
_EXTRACT: dict[str, Any] = {
    "article": {
        "title": "Harbour nearly done",
        "publisher": "The Example",
        "byline": None,
        "url": "https://example.org/harbour",
        "published_at": _AT,
        "language": "en",
    },
    "statements": [
        {
            "text": "The harbour will open in May",
            "kind": "direct",
            "act": "speech",
            "speakers": [{"name": "Ingrid Solberg", "kind": "person", "description": "Mayor"}],
            "mention": "Mayor Ingrid Solberg",
            "cue": "said",
            "via": ["Reuters"],
            "medium": None,
            "said_on": None,
            "topics": [
                {"scheme": "iptc", "code": "medtop:20000337", "name": "transport", "score": 0.71}
            ],
            "confidence": 0.95,
            "selectors": [
                {
                    "exact": "“The harbour will open in May,”",
                    "prefix": "",
                    "suffix": " said Mayor Ingrid Solberg, quoted by Reuters.",
                    "start": 0,
                    "end": 31,
                }
            ],
        }
    ],
}
_RUN: dict[str, Any] = {
    "id": 4,
    "kind": "queue",
    "started_at": _AT,
    "finished_at": None,
    "extractor_version": "tagger-1",
    "counts": {"ingested": 117, "unchanged": 2, "updated": 0, "failed": 1},
    "item_count": 120,
    "items_per_second": 6.3,
}
_REASON = {"reason": "empty: there are no words in it", "count": 1, "inputs": ["Harbour"]}

_METRICS = """\
# HELP onrecord_http_requests_total Requests answered, by route, method and status.
# TYPE onrecord_http_requests_total counter
onrecord_http_requests_total{method="GET",route="/statements",status="200"} 1027.0
"""

INGEST_EXAMPLES: dict[str, Any] = {
    "get_metrics": _METRICS,
    "create_article": {
        "outcome": "updated",
        "article_id": 7,
        "statement_count": 1,
        "statements_url": "/statements?article=7",
    },
    "create_article 201": {
        "outcome": "ingested",
        "article_id": 7,
        "statement_count": 1,
        "statements_url": "/statements?article=7",
    },
    "create_article 202": {"job_id": 9, "state": "queued"},
    "extract_statements": _EXTRACT,
    "get_job": {
        "id": 9,
        "kind": "document",
        "input": "Harbour nearly done",
        "state": "succeeded",
        "attempts": 1,
        "outcome": "ingested",
        "reason": None,
        "article_id": 7,
        "created_at": _AT,
        "next_attempt_at": None,
        "finished_at": "2025-03-03T08:00:02Z",
    },
    "list_runs": {
        "data": [_RUN],
        "page": {"limit": 25, "next_cursor": None, "has_more": False},
        "total": {"value": 1, "relation": "eq"},
    },
    "get_run": _RUN | {"failures": [_REASON]},
}

"""An example of every answer, for the OpenAPI document. A test holds that each has its shape."""

from typing import Any

import orjson

from app.api.ingest_examples import INGEST_EXAMPLES
from app.formats import FORMATS, Origin, Tail

_AT = "2025-03-03T08:00:00Z"
_SPEAKER_REF = {
    "id": 12, "name": "Ingrid Solberg", "slug": "ingrid-solberg", "kind": "person",
}  # fmt: skip
_SOURCE_REF = {"id": 3, "name": "The Example"}
_OCCURRENCE: dict[str, Any] = {
    "id": 40,
    "article": {
        "id": 7,
        "title": "Harbour nearly done",
        "url": "https://example.org/harbour",
        "published_at": _AT,
        "source": _SOURCE_REF,
        "version": 1,
    },
    "mention": "the mayor",
    "speaker_description": "Mayor",
    "cue": "said",
    "kind": "direct",
    "act": "speech",
    "medium": None,
    "said_on": "2025-03-02",
    "via": [{"id": 4, "name": "Reuters"}],
    "confidence": 0.95,
    "extractor_version": "rules-1",
    "withdrawn": False,
    "selectors": [
        {
            "type": "TextQuoteSelector",
            "exact": "“The harbour will open in May,”",
            "prefix": "Work goes on. ",
            "suffix": " the mayor told Reuters on Sunday.",
        },
        {"type": "TextPositionSelector", "start": 14, "end": 45},
    ],
    "deep_link": "https://example.org/harbour"
    "#:~:text=%E2%80%9CThe%20harbour%20will%20open%20in%20May%2C%E2%80%9D",
}
_STATEMENT: dict[str, Any] = {
    "id": 31,
    "text": "The harbour will open in May",
    "kind": "direct",
    "act": "speech",
    "language": "en",
    "speaker": _SPEAKER_REF,
    "co_speakers": [],
    "topics": [
        {"id": 20, "scheme": "iptc", "code": "medtop:20000337", "name": "transport", "score": 0.71}
    ],
    "first_published_at": _AT,
    "occurrence_count": 1,
    "article_count": 1,
    "publisher_count": 1,
    "withdrawn": False,
    "updated_at": "2025-03-03T09:15:00Z",
    "occurrence": _OCCURRENCE,
    "cite_as": "Ingrid Solberg (Mayor), via Reuters, in “Harbour nearly done”, The Example,"
    " 3 March 2025, https://example.org/harbour",
}
_SPEAKER: dict[str, Any] = _SPEAKER_REF | {
    "description": "Mayor",
    "aliases": ["Ingrid Solberg", "Solberg"],
    "source_id": None,
    "wikidata_id": None,
    "statement_count": 1,
}
_WORDED = _OCCURRENCE | {"wording": _STATEMENT["text"], "differences": []}
_SIMILAR = {
    "likeness": 0.83,
    "differences": [{"before": "in", "after": "by"}],
    "statement": _STATEMENT,
}
_SEEN = {"count": 1, "first_seen": _AT, "last_seen": _AT}
_PROFILE: dict[str, Any] = _SPEAKER | {
    "first_statement": _STATEMENT,
    "last_statement": _STATEMENT,
    "descriptions": [{"text": "Mayor of Bergen"} | _SEEN],
    "affiliations": [{"name": "Bergen", "kind": "place"} | _SEEN],
    "by_month": [{"month": "2025-03", "count": 1}],
    "undated_count": 0,
    "topics": [
        {"id": 20, "scheme": "iptc", "code": "medtop:20000337", "name": "transport", "count": 1}
    ],
    "co_speakers": [],
    "decisions": [
        {
            "id": 3,
            "kind": "merge",
            "speaker_id": 31,
            "other_id": 12,
            "name": None,
            "made_at": "2025-03-20T09:12:00Z",
            "undone_at": None,
        }
    ],
    "timed_out": False,
}
_COMPLETION = {
    "type": "speaker", "id": 12, "name": "Ingrid Solberg", "slug": "ingrid-solberg",
    "hint": "Mayor", "count": 1, "exact": True,
}  # fmt: skip
_FACETS: dict[str, Any] = {
    "facets": {
        "speaker": {
            "buckets": [{"value": "12", "label": "Ingrid Solberg", "count": 1, "selected": False}],
            "other_count": 0,
            "unknown_count": 0,
            "timed_out": False,
        }
    },
    "resolved": {},
}
_TIMELINE: dict[str, Any] = {
    "interval": "month",
    "measure": "statements",
    "split_by": None,
    "buckets": [
        {
            "label": "2025-03",
            "start": "2025-03-01T00:00:00Z",
            "end": "2025-04-01T00:00:00Z",
            "partial": False,
            "count": 1,
        }
    ],
    "series": None,
    "undated_count": 0,
    "timed_out": False,
    "resolved": {},
}
_SOURCE = _SOURCE_REF | {
    "slug": "the-example",
    "kind": "newspaper",
    "homepage": "https://example.org",
    "aliases": ["The Example"],
    "article_count": 1,
}
_TOPIC = {
    "id": 20,
    "scheme": "iptc",
    "code": "medtop:20000337",
    "slug": "transport",
    "name": "transport",
    "parent_id": 4,
    "parent_code": "medtop:04000000",
    "narrower_count": 0,
    "statement_count": 1,
}
_TOPIC_DETAIL = _TOPIC | {
    "definition": "The moving of people and goods",
    "wikidata_id": None,
    "aliases": ["transport", "transportation"],
    "broader": [{"id": 4, "code": "medtop:04000000", "name": "economy, business and finance"}],
    "narrower": [],
    "total_statement_count": 1,
    "timed_out": False,
}
_ARTICLE = {
    "id": 7,
    "title": "Harbour nearly done",
    "url": "https://example.org/harbour",
    "byline": None,
    "published_at": _AT,
    "language": "en",
    "version": 1,
    "statement_count": 1,
    "source": _SOURCE_REF,
}
_MATCH = {
    "id": 12, "name": "Ingrid Solberg", "slug": "ingrid-solberg", "hint": "Mayor", "count": 1,
}  # fmt: skip
_RESOLVED = {"input": "Solberg", "matched": [_MATCH], "matched_count": 1, "suggestions": []}
_VERSION = {
    "n": 1,
    "seen_at": "2025-03-03T09:15:00Z",
    "text_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "characters": 2310,
}
_CHANGE = {
    "type": "statement",
    "id": 31,
    "change": "upsert",
    "merged_into_id": None,
    "changed_at": "2025-03-03T09:15:00Z",
    "statement": _STATEMENT,
    "speaker": None,
    "topic": None,
}


def _page(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "data": [row],
        "page": {"limit": 25, "next_cursor": None, "has_more": False},
        "total": {"value": 1, "relation": "eq"},
    }


def _export(suffix: str) -> Any:
    """What the format makes of the example statement: an object where it is JSON, else text."""
    (form,) = [form for form in FORMATS if form.suffix == suffix]
    writer = form.writer(Origin("https://onrecord.example", "speaker=Solberg"))
    tail = Tail(1, has_more=False, resolved={"speaker": [_RESOLVED]})
    text = writer.begin() + writer.rows([_STATEMENT]) + writer.end(tail)
    return orjson.loads(text) if form.is_json else text.decode()


# By operation id: what a request without surprises answers.
EXAMPLES: dict[str, Any] = INGEST_EXAMPLES | {
    "list_statements": _page(_STATEMENT) | {"resolved": {"speaker": [_RESOLVED]}},
    "get_statement": _STATEMENT,
    "list_occurrences": _page(_WORDED),
    "list_similar": {"data": [_SIMILAR], "timed_out": False},
    "list_speakers": _page(_SPEAKER),
    "get_speaker": _PROFILE,
    "autocomplete": {"data": [_COMPLETION]},
    "count_facets": _FACETS,
    "count_timeline": _TIMELINE,
    "list_sources": _page(_SOURCE),
    "list_topics": _page(_TOPIC),
    "get_topic": _TOPIC_DETAIL,
    "list_articles": _page(_ARTICLE) | {"resolved": {}},
    "get_article": _ARTICLE | {"versions": [_VERSION]},
    "get_article_text": {
        "article_id": 7,
        "version": 1,
        "text": "Work goes on. “The harbour will open in May,” the mayor told Reuters on Sunday.",
    },
    "list_changes": {
        "data": [_CHANGE], "after": "WzEsNzgyLCJzdGF0ZW1lbnQiLDMxXQ", "has_more": False,
    },
    "get_health": {"status": "ok"},
    "get_readiness": {"status": "ready", "database": "ok", "schema": "0004"},
} | {
    f"export_statements_{form.suffix.replace('.', '_')}": _export(form.suffix) for form in FORMATS
}  # fmt: skip

# By status: type, title, detail, and the parameter at fault.
PROBLEMS: dict[int, tuple[str, str, str, str | None]] = {
    400: (
        "cursor-mismatch",
        "The cursor does not belong to this query",
        "this cursor was not issued for these parameters; start again without it",
        "cursor",
    ),
    401: (
        "unauthorized",
        "A key is needed",
        "show a key: Authorization: Bearer onrecord_…",
        None,
    ),
    403: (
        "forbidden",
        "The key does not allow this",
        "this needs a key with the scope ingest",
        None,
    ),
    404: ("not-found", "Not found", "there is no statement 31", None),
    409: (
        "in-progress",
        "The same request is being answered",
        "a request with this Idempotency-Key is still being answered",
        None,
    ),
    413: ("content-too-large", "The body is too large", "the body is over 10,000,000 bytes", None),
    414: (
        "uri-too-long",
        "The query is too long",
        "the query is 40,000 bytes long, at most 32,768",
        None,
    ),
    422: (
        "invalid-parameter",
        "Invalid parameter",
        "unknown parameter; did you mean speaker?",
        "speeker",
    ),
    429: (
        "too-many-requests",
        "Too many requests",
        "at most 600 requests a minute; try again in 3 s",
        None,
    ),
    500: (
        "internal-error",
        "Something went wrong",
        "an internal error; it has been logged",
        None,
    ),
    503: (
        "query-timeout",
        "The query took too long",
        "the query took too long; narrow it",
        None,
    ),
}


def find_example(operation_id: str, status: str) -> Any:
    """What an operation answers with this status of success."""
    return EXAMPLES.get(f"{operation_id} {status}", EXAMPLES[operation_id])


def problem_example(status: int) -> dict[str, Any]:
    """A problem of this status as it is sent."""
    slug, title, detail, parameter = PROBLEMS[status]
    errors = [{"detail": detail, "parameter": parameter}] if parameter else []
    return {
        "type": f"/problems/{slug}",
        "title": title,
        "status": status,
        "detail": f"{parameter}: {detail}" if parameter else detail,
        "errors": errors,
    }

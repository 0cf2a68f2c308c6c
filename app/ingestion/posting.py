"""What somebody posts: ingested at once where it is short, queued where it is long."""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, func, select

from app.errors import InputRejectedError
from app.ingestion.articles import Written
from app.ingestion.drafts import Draft
from app.ingestion.idempotency import Answer, Claim, answer_once
from app.ingestion.ingester import Ingester, raw_text
from app.ingestion.metadata import Metadata
from app.ingestion.queue import enqueue_document, enqueue_url
from app.models import Occurrence, Outcome

AT_ONCE = 100_000  # characters: a few seconds of work


@dataclass(frozen=True, slots=True)
class Posted:
    """An article as it was posted; without a text its URL is to be fetched."""

    text: str | None
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class Wish:
    """How the poster wants it done: in the queue, and by which `Idempotency-Key` of which key."""

    key_id: int
    idempotency_key: str | None = None
    in_queue: bool = False


def post_article(ingester: Ingester, posted: Posted, wish: Wish, max_bytes: int) -> Answer:
    """Ingest an article, or have a worker do it.

    Raises InputRejectedError for what holds no text or too much, TooBusyError where too many
    wait, and what `answer_once` raises.
    """
    _check_size(posted.text or "", max_bytes)
    if wish.idempotency_key is None:
        return _post(ingester, posted, wish)
    request = orjson.dumps([wish.in_queue, posted.text, posted.metadata.model_dump(mode="json")])
    claim = Claim(wish.key_id, wish.idempotency_key, request)
    return answer_once(ingester.engine, claim, lambda: _post(ingester, posted, wish))


def _check_size(words: str, max_bytes: int) -> None:
    if (size := len(words.encode())) > max_bytes:
        raise InputRejectedError(
            f"too large: {size:,} bytes, at most {max_bytes:,} are taken", pointer="/text"
        )


def _post(ingester: Ingester, posted: Posted, wish: Wish) -> Answer:
    if posted.text is None or wish.in_queue or len(posted.text) > AT_ONCE:
        with ingester.engine.begin() as connection:
            job_id = _enqueue(connection, posted)
        return Answer(202, {"job_id": job_id, "state": "queued"}, f"/jobs/{job_id}")
    found = 0

    def count(connection: Connection, written: Written) -> None:
        nonlocal found
        found = _count_statements(connection, written.article_id)

    written = ingester.ingest(raw_text(posted.text, posted.metadata), count)
    body = {
        "outcome": written.outcome.value,
        "article_id": written.article_id,
        "statement_count": found,
        "statements_url": f"/statements?article={written.article_id}",
    }
    status = 201 if written.outcome is Outcome.INGESTED else 200
    return Answer(status, body, f"/articles/{written.article_id}")


def _enqueue(connection: Connection, posted: Posted) -> int:
    if posted.text is not None:
        return enqueue_document(connection, posted.text, posted.metadata)
    # Where the page was found is its URL then, after redirects.
    rest = posted.metadata.model_copy(update={"url": None})
    return enqueue_url(connection, posted.metadata.url or "", rest)


def _count_statements(connection: Connection, article_id: int) -> int:
    return (
        connection.scalar(
            select(func.count(func.distinct(Occurrence.statement_id))).where(
                Occurrence.article_id == article_id, ~Occurrence.withdrawn
            )
        )
        or 0
    )


def preview(ingester: Ingester, words: str, metadata: Metadata) -> dict[str, Any]:
    """What would be stored of an article; nothing is.

    Raises InputRejectedError for what holds no text or is too long to be read at once, and
    TooBusyError where too many wait.
    """
    if len(words) > AT_ONCE:
        raise InputRejectedError(
            f"too long to be read at once: at most {AT_ONCE:,} characters", pointer="/text"
        )
    prepared = ingester.prepare(raw_text(words, metadata))
    return {
        "article": prepared.document.metadata.model_dump(),
        "statements": [_shown(draft) for draft in prepared.drafts],
    }


def _shown(draft: Draft) -> dict[str, Any]:
    attribution = draft.attribution
    return {
        "text": draft.text,
        "kind": attribution.kind,
        "act": attribution.act,
        "speakers": [
            {"name": s.name, "kind": s.kind, "description": s.description}
            for s in attribution.speakers
        ],
        "mention": draft.mention,
        "cue": draft.cue,
        "via": list(attribution.via),
        "medium": attribution.medium,
        "said_on": attribution.said_on,
        "topics": [
            {"scheme": t.scheme, "code": t.code, "name": t.name, "score": round(t.score, 4)}
            for t in draft.topics
        ],
        "confidence": round(attribution.confidence, 4),
        "selectors": draft.selectors,
    }

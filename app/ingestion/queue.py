"""Jobs: put in the queue, and again where they failed. The queue is Procrastinate's.

Apart from what does them (`jobs.py`), so that who only queues need not hold what fetches and
parses.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.errors import NotFoundError
from app.ingestion.documents import storable
from app.ingestion.ingester import raw_text
from app.ingestion.metadata import Metadata
from app.models import IdempotentRequest, Job, JobKind, Outcome

TASK = "onrecord.do"
QUEUE = "ingestion"
_KEPT = text("interval '7 days'")  # what became of a job that went well
_ANSWERS_KEPT = text("interval '24 hours'")


def enqueue_document(connection: Connection, words: str, metadata: Metadata) -> int:
    """Have a worker ingest a text; gives the job's id. Part of the caller's transaction."""
    payload = {"text": storable(words), "metadata": metadata.model_dump(mode="json")}
    return _enqueue(connection, JobKind.DOCUMENT, raw_text(words, metadata).name, payload)


def enqueue_url(connection: Connection, url: str, metadata: Metadata) -> int:
    """Have a worker fetch a page and ingest it; `metadata` goes before what the page says."""
    payload = {"url": url, "metadata": metadata.model_dump(mode="json")}
    return _enqueue(connection, JobKind.URL, url, payload)


def _enqueue(connection: Connection, kind: JobKind, name: str, payload: dict[str, Any]) -> int:
    job_id = connection.execute(
        insert(Job).values(kind=kind, input=name, payload=payload).returning(Job.id)
    ).scalar_one()
    _defer(connection, job_id)
    return job_id


def _defer(connection: Connection, job_id: int) -> None:
    queue_id = defer(connection, TASK, {"job_id": job_id})
    connection.execute(update(Job).where(Job.id == job_id).values(queue_id=queue_id))


def defer(connection: Connection, task: str, arguments: dict[str, int]) -> int:
    """Have a worker do a task; gives the id of its row in the queue."""
    row_id: int = connection.execute(
        text(
            "SELECT (procrastinate.procrastinate_defer_jobs_v1(ARRAY[ROW(:queue, :task, 0, NULL,"
            " NULL, CAST(:args AS jsonb), NULL)::procrastinate.procrastinate_job_to_defer_v1]))[1]"
        ),
        {"queue": QUEUE, "task": task, "args": orjson.dumps(arguments).decode()},
    ).scalar_one()
    return row_id


def retry_jobs(connection: Connection, ids: Sequence[int] | None) -> list[int]:
    """Queue dead letters again, all of them where no ids are given; gives the ids.

    Raises NotFoundError for an id that is no dead letter.
    """
    dead = select(Job.id).where(Job.outcome == Outcome.FAILED, Job.finished_at.is_not(None))
    if ids is not None:
        dead = dead.where(Job.id.in_(ids))
    found = list(connection.scalars(dead.order_by(Job.id).with_for_update()))
    for missing in sorted(set(ids or ()) - set(found)):
        raise NotFoundError(f"there is no job {missing} that failed")
    connection.execute(
        update(Job)
        .where(Job.id.in_(found))
        .values(outcome=None, reason=None, finished_at=None, attempts=0)
    )
    for job_id in found:
        _defer(connection, job_id)
    return found


def clean(connection: Connection) -> None:
    """Forget jobs that went well a week ago and answers that nobody can ask for any more.

    Dead letters stay until they are retried.
    """
    connection.execute(
        delete(Job).where(
            Job.finished_at < func.clock_timestamp() - _KEPT, Job.outcome != Outcome.FAILED
        )
    )
    connection.execute(
        delete(IdempotentRequest).where(
            IdempotentRequest.claimed_at < func.clock_timestamp() - _ANSWERS_KEPT
        )
    )

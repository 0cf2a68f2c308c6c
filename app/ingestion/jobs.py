"""Jobs: put in the queue, done, retried. The queue is Procrastinate's; see `worker.py`."""

import logging
from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.db import AnyRow
from app.errors import InputRejectedError, NotFoundError
from app.ingestion.articles import Written
from app.ingestion.documents import storable
from app.ingestion.ingester import Ingester, raw_text
from app.ingestion.metadata import Metadata
from app.ingestion.web import TryLaterError, WebReader
from app.models import IdempotentRequest, Job, JobKind, Outcome

log = logging.getLogger(__name__)

TASK = "onrecord.do"
QUEUE = "ingestion"
TRIES = 6  # the first included
_LONGEST_REASON = 500
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


def do_job(ingester: Ingester, web: WebReader, job_id: int) -> None:
    """Do a job, or nothing if it is done. Whatever it raises is worth another try.

    What no other try can mend, and what failed too often, becomes a dead letter with its reason.
    """
    with ingester.engine.begin() as connection:
        job = _begin(connection, job_id)
    if job is None:
        return
    if job.attempts > TRIES:
        # It was begun that often and never came to an end: it may be what ends the workers.
        _bury(ingester, job, f"given up after {TRIES} tries, the last one cut short")
        return
    try:
        _ingest(ingester, web, job)
    except InputRejectedError as error:
        _bury(ingester, job, error.detail)
    except Exception as error:
        reason = _words(error)
        if job.attempts == TRIES:
            log.exception("job %d failed for good", job_id)
            _bury(ingester, job, reason)
            return
        with ingester.engine.begin() as connection:
            connection.execute(update(Job).where(Job.id == job.id).values(reason=reason))
        raise


def _bury(ingester: Ingester, job: AnyRow, reason: str) -> None:
    ingester.reject(job.input, reason)
    _fail(ingester, job, reason)


def _begin(connection: Connection, job_id: int) -> AnyRow | None:
    return connection.execute(
        update(Job)
        .where(Job.id == job_id, Job.finished_at.is_(None))
        .values(attempts=Job.attempts + 1)
        .returning(Job.id, Job.kind, Job.input, Job.payload, Job.attempts)
    ).one_or_none()


def _ingest(ingester: Ingester, web: WebReader, job: AnyRow) -> None:
    metadata = Metadata.model_validate(job.payload["metadata"])
    if job.kind is JobKind.URL:
        raw = web.read_page(job.payload["url"], metadata)
    else:
        raw = raw_text(job.payload["text"], metadata)

    def finish(connection: Connection, written: Written) -> None:
        _finish(connection, job.id, written)

    ingester.ingest(raw, finish, tell=False)


def _finish(connection: Connection, job_id: int, written: Written) -> None:
    connection.execute(
        update(Job)
        .where(Job.id == job_id)
        .values(
            outcome=written.outcome,
            article_id=written.article_id,
            reason=None,
            payload=None,
            finished_at=func.clock_timestamp(),
        )
    )


def _fail(ingester: Ingester, job: AnyRow, reason: str) -> None:
    with ingester.engine.begin() as connection:
        connection.execute(
            update(Job)
            .where(Job.id == job.id)
            .values(outcome=Outcome.FAILED, reason=reason, finished_at=func.clock_timestamp())
        )


def _words(error: Exception) -> str:
    """An error in one line, without the SQL that SQLAlchemy adds."""
    if isinstance(error, TryLaterError):
        return storable(str(error))[:_LONGEST_REASON]
    said = str(getattr(error, "orig", None) or error).strip()
    first = next(iter(said.splitlines()), "")[:_LONGEST_REASON]
    return storable(f"{type(error).__name__}: {first}")


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

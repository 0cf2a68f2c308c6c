"""Doing the jobs of the queue (`queue.py`), as workers do; see `worker.py`."""

import logging

from sqlalchemy import Connection, func, update

from app.db import AnyRow
from app.errors import InputRejectedError
from app.ingestion.articles import Written
from app.ingestion.documents import storable
from app.ingestion.ingester import Ingester, raw_text
from app.ingestion.metadata import Metadata
from app.ingestion.web import TryLaterError, WebReader
from app.models import Job, JobKind, Outcome

log = logging.getLogger(__name__)

TRIES = 6  # the first included
_LONGEST_REASON = 500


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

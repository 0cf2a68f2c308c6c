"""Reading jobs, and the runs of ingestion."""

from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db import AnySelect
from app.errors import NotFoundError
from app.models import IngestItem, IngestRun, Job, JobState, Outcome, QueuedJob
from app.queries.entities import as_dict
from app.queries.filters import Paging
from app.queries.paging import SortKey, count_total, decode_cursor, fetch_page

_MOST_REASONS = 50
_EXAMPLES = 5


class RunList(Paging):
    """Parameters of the list of runs."""


def state() -> ColumnElement[str]:
    """Where a job stands: our own account of its end, the queue's of all before."""
    return case(
        (Job.outcome == Outcome.FAILED, JobState.FAILED.value),
        (Job.finished_at.is_not(None), JobState.SUCCEEDED.value),
        (QueuedJob.c.status == "doing", JobState.RUNNING.value),
        (Job.attempts > 0, JobState.RETRYING.value),
        else_=JobState.QUEUED.value,
    )


def jobs() -> AnySelect:
    """Every job, as it is shown."""
    waits = Job.finished_at.is_(None) & (QueuedJob.c.status == "todo")
    return select(
        Job.id,
        Job.kind,
        Job.input,
        state().label("state"),
        Job.attempts,
        Job.outcome,
        Job.reason,
        Job.article_id,
        Job.created_at,
        case((waits, QueuedJob.c.scheduled_at)).label("next_attempt_at"),
        Job.finished_at,
    ).outerjoin(QueuedJob, QueuedJob.c.id == Job.queue_id)


async def get_job(connection: AsyncConnection, job_id: int) -> dict[str, Any]:
    """One job. Raises NotFoundError; what went well is forgotten after a week."""
    row = (await connection.execute(jobs().where(Job.id == job_id))).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no job {job_id}")
    return as_dict(row)


def _runs() -> AnySelect:
    return select(
        IngestRun.id,
        IngestRun.kind,
        IngestRun.started_at,
        IngestRun.finished_at,
        IngestRun.extractor_version,
        IngestRun.counts,
    )


async def list_runs(connection: AsyncConnection, parameters: RunList) -> dict[str, Any]:
    """A page of runs of ingestion, newest first. Raises CursorMismatchError."""
    keys = [SortKey(IngestRun.id, int, descending=True)]
    cursor = decode_cursor(parameters)
    rows, page = await fetch_page(connection, _runs(), keys, parameters, cursor)
    return {
        "data": [await _shown(connection, as_dict(row)) for row in rows],
        "page": page,
        "total": await count_total(connection, select(IngestRun.id), parameters, page, len(rows)),
    }


async def _shown(connection: AsyncConnection, run: dict[str, Any]) -> dict[str, Any]:
    """A run with its counts, those of an unfinished one so far, and its pace."""
    until = run["finished_at"]
    if until is None:
        counted = await connection.execute(
            select(IngestItem.outcome, func.count(), func.max(IngestItem.at))
            .where(IngestItem.run_id == run["id"])
            .group_by(IngestItem.outcome)
        )
        rows = counted.all()
        run["counts"] = {row[0].value: row[1] for row in rows}
        until = max((row[2] for row in rows), default=run["started_at"])
    run["counts"] = {outcome.value: run["counts"].get(outcome.value, 0) for outcome in Outcome}
    run["item_count"] = sum(run["counts"].values())
    seconds = (until - run["started_at"]).total_seconds()
    run["items_per_second"] = round(run["item_count"] / seconds, 3) if seconds > 0 else None
    return run


async def get_run(connection: AsyncConnection, run_id: int) -> dict[str, Any]:
    """One run with its failures by reason, the most frequent first. Raises NotFoundError."""
    row = (await connection.execute(_runs().where(IngestRun.id == run_id))).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no run {run_id}")
    inputs = func.array_agg(IngestItem.input)[1:_EXAMPLES]
    reasons = await connection.execute(
        select(
            IngestItem.reason,
            func.count().label("count"),
            inputs.label("inputs"),
        )
        .where(IngestItem.run_id == run_id, IngestItem.outcome == Outcome.FAILED)
        .group_by(IngestItem.reason)
        .order_by(func.count().desc(), IngestItem.reason)
        .limit(_MOST_REASONS)
    )
    run = await _shown(connection, as_dict(row))
    return run | {"failures": [as_dict(reason) for reason in reasons]}

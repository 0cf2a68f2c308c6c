"""How ingestion stands, for monitoring."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.models import IngestItem, IngestRun, Job, JobState, Outcome, QueuedJob, QueueWorker
from app.queries.jobs import state

_KEPT = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Gauges:
    """Inputs by outcome, jobs not done by state, seconds the oldest has waited, live workers."""

    items: dict[str, int]
    jobs: dict[str, int]
    oldest_seconds: float
    workers: int


class GaugeReader:
    """Reads the gauges, but not more often than every ten seconds, whoever asks."""

    def __init__(self, engine: AsyncEngine, worker_timeout: float) -> None:
        self._engine = engine
        self._worker_timeout = worker_timeout
        self._lock = asyncio.Lock()
        self._last: Gauges | None = None
        self._until = 0.0

    async def read(self) -> Gauges:
        """The gauges. Raises what the driver raises where the database is away."""
        async with self._lock:
            if self._last is None or time.monotonic() >= self._until:
                self._last = await self._read()
                self._until = time.monotonic() + _KEPT
            return self._last

    async def _read(self) -> Gauges:
        async with self._engine.connect() as connection:
            waiting = await connection.scalar(_OLDEST)
            alive = self._worker_timeout > _SILENCE
            return Gauges(
                items=await _count_items(connection),
                jobs=await _count_jobs(connection),
                oldest_seconds=float(waiting or 0),
                workers=await connection.scalar(_WORKERS.where(alive)) or 0,
            )


_OLDEST = select(func.extract("epoch", func.now() - func.min(Job.created_at))).where(
    Job.finished_at.is_(None)
)
_SILENCE = func.extract("epoch", func.now() - QueueWorker.c.last_heartbeat)
_WORKERS = select(func.count()).select_from(QueueWorker)


async def _count_items(connection: AsyncConnection) -> dict[str, int]:
    """Inputs by outcome: ended runs keep their counts, only those that go on are counted."""
    found = Counter({outcome.value: 0 for outcome in Outcome})
    for counts in await connection.scalars(
        select(IngestRun.counts).where(IngestRun.finished_at.is_not(None))
    ):
        found.update(counts)
    open_runs = select(IngestRun.id).where(IngestRun.finished_at.is_(None))
    rows = await connection.execute(
        select(IngestItem.outcome, func.count())
        .where(IngestItem.run_id.in_(open_runs))
        .group_by(IngestItem.outcome)
    )
    found.update({row[0].value: row[1] for row in rows})
    return dict(found)


async def _count_jobs(connection: AsyncConnection) -> dict[str, int]:
    """Jobs by state, but for those that went well, which the items tell."""
    jobs = {one.value: 0 for one in JobState if one is not JobState.SUCCEEDED}
    rows = await connection.execute(
        select(state().label("state"), func.count())
        .select_from(Job)
        .outerjoin(QueuedJob, QueuedJob.c.id == Job.queue_id)
        .where(Job.finished_at.is_(None) | (Job.outcome == Outcome.FAILED))
        .group_by("state")
    )
    return jobs | {row[0]: row[1] for row in rows}

"""A worker: takes jobs from the queue and does them, until it is told to stop.

The queue is Procrastinate's, in the schema `procrastinate` of the same database. A worker says
every few seconds that it is alive; the jobs of one that has not for `timeout` seconds are taken
up again by the others.
"""

import asyncio
import logging
import signal
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import procrastinate
from procrastinate.jobs import Job as Queued
from sqlalchemy import Engine, func, or_, select
from sqlalchemy.exc import DBAPIError

from app.db import libpq_url
from app.ingestion.feeds import poll, take_due
from app.ingestion.ingester import Ingester
from app.ingestion.jobs import do_job
from app.ingestion.queue import QUEUE, TASK, clean, defer
from app.ingestion.web import WebReader
from app.models import QueuedJob
from app.models.jobs import QUEUE_SCHEMA

log = logging.getLogger(__name__)

POLL = "onrecord.poll"
_MAINTENANCE = "maintenance"
_LONGEST_WAIT = 3600  # seconds before another try
_FORGET = 7 * 24  # hours
_POLL = 5.0  # seconds between looks for work, should a notification get lost
_LONGEST_PAUSE = 30.0  # seconds between looks for a database that is away
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class BackOff(procrastinate.BaseRetryStrategy):
    """Another try after 4, 16, 64, … seconds; how often at most is `do_job`'s to say."""

    def get_retry_decision(
        self, *, exception: BaseException, job: Queued
    ) -> procrastinate.RetryDecision:
        """When to try again."""
        seconds = min(_LONGEST_WAIT, 4 ** min(job.attempts + 1, 10))
        return procrastinate.RetryDecision(retry_in={"seconds": seconds})


@dataclass(frozen=True, slots=True)
class Work:
    """How a worker works: so many jobs at once, taken for dead after `timeout` seconds.

    With `until_empty` it ends when nothing is left that is due.
    """

    concurrency: int
    timeout: float
    until_empty: bool = False


@dataclass(frozen=True, slots=True)
class Hands:
    """What a worker works with."""

    ingester: Ingester
    web: WebReader


def make_queue(url: str, hands: Hands, work: Work) -> procrastinate.App:
    """The queue with all that can be done from it."""
    connector = procrastinate.PsycopgConnector(
        conninfo=libpq_url(url),
        kwargs={
            "options": f"-c search_path={QUEUE_SCHEMA} -c timezone=UTC",
            "application_name": "onrecord-worker",
            "connect_timeout": 10,
        },
        min_size=1,
        max_size=work.concurrency + 3,
        timeout=10.0,
    )
    queue = procrastinate.App(connector=connector)

    @queue.task(name=TASK, queue=QUEUE, retry=BackOff())
    def do(job_id: int) -> None:
        do_job(hands.ingester, hands.web, job_id)

    @queue.task(name=POLL, queue=QUEUE)
    def do_poll(feed_id: int) -> None:
        poll(hands.ingester, hands.web, feed_id)

    @queue.periodic(cron="* * * * * */15")
    @queue.task(name="onrecord.queue_polls", queue=_MAINTENANCE, queueing_lock="queue_polls")
    async def queue_polls(timestamp: int) -> None:
        await asyncio.to_thread(_queue_polls, hands.ingester.engine)

    @queue.periodic(cron="* * * * * */10")
    @queue.task(name="onrecord.take_up", queue=_MAINTENANCE, queueing_lock="take_up")
    async def take_up(timestamp: int) -> None:
        await take_up_stalled(queue, work.timeout)

    @queue.periodic(cron="17 3 * * *")
    @queue.task(name="onrecord.clean", queue=_MAINTENANCE, queueing_lock="clean")
    async def clean_up(timestamp: int) -> None:
        await asyncio.to_thread(_clean, hands.ingester.engine)
        await queue.job_manager.delete_old_jobs(nb_hours=_FORGET, include_failed=True)

    return queue


def _queue_polls(engine: Engine) -> None:
    with engine.begin() as connection:
        for feed_id in take_due(connection):
            defer(connection, POLL, {"feed_id": feed_id})


def _clean(engine: Engine) -> None:
    with engine.begin() as connection:
        clean(connection)


async def take_up_stalled(queue: procrastinate.App, silence: float) -> None:
    """Queue the jobs of workers that were not heard of for `silence` seconds again."""
    stalled = await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=silence)
    for job in stalled:
        if job.queue == _MAINTENANCE:  # comes again by itself
            failed = procrastinate.jobs.Status.FAILED
            await queue.job_manager.finish_job(job, status=failed, delete_job=True)
            continue
        log.warning("job %s of a worker that died is taken up again", job.id)
        await queue.job_manager.retry_job(job)


class _Stop:
    """SIGTERM and SIGINT: the first asks for an end in good order, the second has it at once."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[bool] | None = None
        for number in _SIGNALS:
            self._loop.add_signal_handler(number, self._ask)

    def _ask(self) -> None:
        log.info("stopping: what is in hand is finished first")
        self.asked.set()
        for number in _SIGNALS:
            self._loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)
        if self._task is not None:
            self._task.cancel()  # lets the jobs that it has begun come to their end

    async def run(self, work: Coroutine[Any, Any, bool]) -> bool:
        """Its result, or True where it was stopped."""
        self._task = asyncio.create_task(work)
        try:
            return await self._task
        except asyncio.CancelledError:
            return True
        finally:
            self._task = None

    async def wait(self, seconds: float) -> None:
        """So long, or until an end is asked for."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.asked.wait()


async def run_worker(url: str, hands: Hands, work: Work) -> None:
    """Work until SIGTERM or SIGINT, then finish what is in hand; a second signal ends it at once.

    A database that goes away is waited for.
    """
    stop, seconds = _Stop(), 1.0
    while not stop.asked.is_set():
        try:
            if await stop.run(_run_once(url, hands, work)):
                return
            seconds = 1.0
        except (procrastinate.exceptions.ConnectorException, DBAPIError, OSError) as error:
            log.warning("the database does not answer, again in %d s: %s", seconds, error)
            seconds = min(seconds * 2, _LONGEST_PAUSE)
        await stop.wait(seconds)


async def _run_once(url: str, hands: Hands, work: Work) -> bool:
    """Work until told to stop or cut off; whether all is done that was to be done."""
    queue = make_queue(url, hands, work)
    async with queue.open_async():
        await take_up_stalled(queue, work.timeout)
        await queue.run_worker_async(
            concurrency=work.concurrency,
            wait=not work.until_empty,
            fetch_job_polling_interval=_POLL,
            delete_jobs="successful",
            install_signal_handlers=False,
            update_heartbeat_interval=work.timeout / 3,
            stalled_worker_timeout=work.timeout,
        )
    return work.until_empty and not await asyncio.to_thread(_is_work_due, hands.ingester.engine)


def _is_work_due(engine: Engine) -> bool:
    due = or_(QueuedJob.c.scheduled_at.is_(None), QueuedJob.c.scheduled_at <= func.now())
    query = select(QueuedJob.c.id).where(
        QueuedJob.c.status == "todo", QueuedJob.c.queue_name == QUEUE, due
    )
    with engine.connect() as connection:
        return connection.scalar(query.limit(1)) is not None

"""Jobs: done, tried again with a reason, dead letters, and a worker as it is run."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import procrastinate
import pytest
from procrastinate.jobs import Job as Queued
from procrastinate.schema import migrations_path
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.exc import DBAPIError

from app.errors import NotFoundError
from app.ingestion.extractors import Extractors
from app.ingestion.ingester import Ingester
from app.ingestion.jobs import TRIES, do_job
from app.ingestion.metadata import Metadata
from app.ingestion.queue import clean, enqueue_document, retry_jobs
from app.ingestion.web import WebReader
from app.ingestion.worker import BackOff
from app.models import Article, IngestItem, Job, Outcome, QueuedJob, QueueWorker, RunKind
from app.queries.jobs import jobs
from tests.ingestion.site import make_fetcher
from tests.serving import Started, start

WORDS = "“The harbour will open in May,” said Mayor Ingrid Solberg. Part {}."


WEB = WebReader(make_fetcher(), 5_000_000)


@pytest.fixture
def ingester(engine: Engine) -> Ingester:
    return Ingester(engine, Extractors(0), RunKind.QUEUE)


def queue(engine: Engine, words: str = WORDS) -> int:
    with engine.begin() as connection:
        return enqueue_document(connection, words, Metadata(title="Harbour"))


def shown(engine: Engine, job_id: int) -> dict[str, Any]:
    with engine.connect() as connection:
        return dict(connection.execute(jobs().where(Job.id == job_id)).one()._mapping)


def count(engine: Engine, table: Any) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


@contextmanager
def refusing(engine: Engine) -> Iterator[None]:
    """No occurrence can be written meanwhile."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN"
                " RAISE EXCEPTION 'refused'; END $$ LANGUAGE plpgsql;"
                " CREATE TRIGGER refuse BEFORE INSERT ON occurrence"
                " FOR EACH ROW EXECUTE FUNCTION refuse()"
            )
        )
    yield
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER refuse ON occurrence; DROP FUNCTION refuse()"))


def test_a_job_is_queued_with_the_transaction_that_it_belongs_to(engine: Engine):
    with engine.connect() as connection:
        enqueue_document(connection, WORDS, Metadata())
        connection.rollback()
    assert count(engine, Job) == count(engine, QueuedJob) == 0
    assert shown(engine, queue(engine))["state"] == "queued"
    assert count(engine, QueuedJob) == 1


def test_a_job_is_done_once(engine: Engine, ingester: Ingester):
    job_id = queue(engine)
    for _ in range(2):
        do_job(ingester, WEB, job_id)
    done = shown(engine, job_id)
    assert (done["state"], done["outcome"], done["attempts"]) == ("succeeded", "ingested", 1)
    assert count(engine, Article) == count(engine, IngestItem) == 1
    with engine.connect() as connection:
        assert connection.scalar(select(Job.payload)) is None
    do_job(ingester, WEB, 999)  # forgotten meanwhile


def test_what_no_try_can_mend_is_a_dead_letter_at_once(engine: Engine, ingester: Ingester):
    good, bad = queue(engine), queue(engine, "…")
    do_job(ingester, WEB, bad)
    dead = shown(engine, bad)
    assert (dead["state"], dead["outcome"], dead["attempts"]) == ("failed", "failed", 1)
    assert "no words" in dead["reason"]
    missing = pytest.raises(NotFoundError, match=f"no job {good} that failed")
    with missing, engine.begin() as connection:
        retry_jobs(connection, [good, bad])
    with engine.begin() as connection:
        assert retry_jobs(connection, None) == [bad]
        assert retry_jobs(connection, None) == []
    again = shown(engine, bad)
    assert (again["state"], again["attempts"], again["reason"]) == ("queued", 0, None)


def test_what_may_pass_is_tried_again_and_then_given_up_with_its_reason(
    engine: Engine, ingester: Ingester
):
    job_id = queue(engine)
    with refusing(engine):
        for attempt in range(1, TRIES):
            with pytest.raises(DBAPIError):
                do_job(ingester, WEB, job_id)
            job = shown(engine, job_id)
            assert (job["state"], job["attempts"]) == ("retrying", attempt)
            assert job["reason"].endswith("refused")
        do_job(ingester, WEB, job_id)
    dead = shown(engine, job_id)
    assert (dead["state"], dead["attempts"]) == ("failed", TRIES)
    assert count(engine, Article) == 0
    with engine.begin() as connection:
        (item,) = connection.execute(select(IngestItem.outcome, IngestItem.reason)).all()
        assert (item.outcome, item.reason) == (Outcome.FAILED, dead["reason"])
        retry_jobs(connection, [job_id])
    do_job(ingester, WEB, job_id)
    assert shown(engine, job_id)["state"] == "succeeded"


def test_a_job_that_ends_its_workers_is_given_up(engine: Engine, ingester: Ingester):
    job_id = queue(engine)
    with engine.begin() as connection:
        connection.execute(update(Job).values(attempts=TRIES))
    do_job(ingester, WEB, job_id)
    assert "cut short" in shown(engine, job_id)["reason"]


def test_the_pauses_grow(engine: Engine):
    pauses = []
    for attempts in range(8):
        job = Queued(
            id=1, queue="q", lock=None, queueing_lock=None, task_name="t", attempts=attempts
        )
        decision = BackOff().get_retry_decision(exception=ValueError(), job=job)
        assert decision.retry_at is not None
        pauses.append(round(decision.retry_at.timestamp() - time.time()))
    assert pauses == [4, 16, 64, 256, 1024, 3600, 3600, 3600]


def test_old_jobs_are_forgotten_but_not_dead_letters(engine: Engine, ingester: Ingester):
    for words in (WORDS, "…"):
        do_job(ingester, WEB, queue(engine, words))
    with engine.begin() as connection:
        clean(connection)
        assert connection.scalar(select(func.count()).select_from(Job)) == 2
        connection.execute(update(Job).values(finished_at=Job.finished_at - text("interval '8 d'")))
        clean(connection)
        assert connection.scalars(select(Job.outcome)).all() == [Outcome.FAILED]


def test_the_queue_has_the_schema_of_the_package_that_is_locked(engine: Engine):
    """A newer Procrastinate needs a migration of ours that runs its own: see 0008."""
    newest = max(file.name for file in migrations_path.glob("*.sql"))
    assert newest == "03.04.00_50_post_add_retry_failed_job_procedure.sql"
    functions = text(
        "SELECT proname || pg_get_function_identity_arguments(oid), prosrc FROM pg_proc"
        " WHERE pronamespace = 'procrastinate'::regnamespace"
    )
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL search_path = procrastinate"))
        made = set(connection.execute(functions).all())
        connection.execute(text("DROP SCHEMA procrastinate CASCADE; CREATE SCHEMA procrastinate"))
        connection.exec_driver_sql(
            procrastinate.schema.SchemaManager.get_schema().replace("%", "%%")
        )
        assert set(connection.execute(functions).all()) == made


def worker(url: str, *options: str) -> Started:
    return start("worker", *options, DATABASE_URL=url, ONRECORD_WORKER_TIMEOUT="1")


def wait_for(engine: Engine, query: str) -> None:
    """Return once the query gives a row."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with engine.connect() as connection:
            if connection.execute(text(query)).first():
                return
        time.sleep(0.05)
    raise AssertionError(query)


def test_a_worker_does_what_is_queued(engine: Engine, db_url: str):
    ids = [queue(engine, WORDS.format(n)) for n in range(5)]
    process = worker(db_url, "--until-empty", "--concurrency", "2")
    output = process.finish()
    assert process.returncode == 0, output
    assert {shown(engine, job_id)["state"] for job_id in ids} == {"succeeded"}
    assert count(engine, QueueWorker) == 0


def test_sigterm_lets_the_article_in_hand_be_finished(engine: Engine, db_url: str):
    ids = [queue(engine, WORDS.format(n)) for n in range(3)]
    with engine.begin() as blocking:
        blocking.execute(text("LOCK TABLE occurrence IN EXCLUSIVE MODE"))
        process = worker(db_url)
        wait_for(engine, "SELECT 1 FROM pg_locks WHERE NOT granted")
        process.send_signal(signal.SIGTERM)
        wait_for(engine, "SELECT 1 FROM pg_locks WHERE NOT granted")  # still at it
    output = process.finish()
    assert process.returncode == 0, output
    states = [shown(engine, job_id)["state"] for job_id in ids]
    assert states == ["succeeded", "queued", "queued"]
    assert count(engine, Article) == 1


def test_the_job_of_a_killed_worker_is_taken_up_again(engine: Engine, db_url: str):
    job_id = queue(engine)
    with engine.begin() as blocking:
        blocking.execute(text("LOCK TABLE occurrence IN EXCLUSIVE MODE"))
        process = worker(db_url)
        wait_for(engine, "SELECT 1 FROM pg_locks WHERE NOT granted")
        process.kill()
        process.finish()
    assert shown(engine, job_id)["state"] == "running"  # as far as anybody can know
    wait_for(
        engine,
        "SELECT 1 FROM procrastinate.procrastinate_workers"
        " WHERE last_heartbeat < now() - interval '1 second'",
    )
    again = worker(db_url, "--until-empty")
    output = again.finish()
    assert again.returncode == 0, output
    job = shown(engine, job_id)
    assert (job["state"], job["attempts"]) == ("succeeded", 2)
    assert count(engine, Article) == 1

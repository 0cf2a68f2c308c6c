"""Whether the database is there and has the schema that this version needs."""

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db import is_gone
from app.errors import DatabaseUnavailableError
from app.migrate import head_revision


async def check_ready(connection: AsyncConnection) -> dict[str, str]:
    """The state of the database. Raises DatabaseUnavailableError where it cannot serve."""
    try:
        found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    except DBAPIError as error:
        if is_gone(error):
            raise
        found = None
    needed = head_revision()
    if found != needed:
        raise DatabaseUnavailableError(
            f"the schema is at {found or 'nothing'}, this version needs {needed}: "
            "run `onrecord migrate`"
        )
    return {"status": "ready", "database": "ok", "schema": needed}

"""Keys for tests that need one."""

from sqlalchemy import Engine

from app.ingestion.keys import create_key
from app.models import KeyScope


def make_key(engine: Engine, *scopes: KeyScope, name: str = "desk") -> dict[str, str]:
    """The header that shows a new key with these scopes."""
    with engine.begin() as connection:
        token = create_key(connection, name, scopes)
    return {"Authorization": f"Bearer {token}"}

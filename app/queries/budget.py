"""A time budget for what may be dear: counts, facets, timelines."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

SECONDS = 0.8  # for all that one request counts together: its answer takes under a second
_CANCELED = "57014"
_TRIES = 50


@dataclass(slots=True)
class Budget:
    """What is left of a request's time; `timed_out` says whether anything had to be given up."""

    ends_at: float = field(default_factory=lambda: time.monotonic() + SECONDS)
    timed_out: bool = False

    @asynccontextmanager
    async def spend(self, connection: AsyncConnection, parts: int = 1) -> AsyncIterator[None]:
        """Run queries until the time is up; then the block ends early and `timed_out` is set.

        The time is what is left, or a fair share of it where `parts` are still to come. The
        server stops the query itself, so nothing goes on behind the answer.
        """
        left = max(1, round((self.ends_at - time.monotonic()) / parts * 1000))
        await connection.execute(text(f"SET statement_timeout = {left}"))
        try:
            yield
        except DBAPIError as error:
            if not _is_canceled(error):
                raise
            self.timed_out = True
        finally:
            if not connection.invalidated:
                await _reset(connection)


def _is_canceled(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) == _CANCELED


async def _reset(connection: AsyncConnection) -> None:
    """Back to the timeout that the connection was opened with.

    This has to keep the old one itself, which may be a millisecond: if it does not, once more.
    """
    for left in reversed(range(_TRIES)):
        try:
            await connection.execute(text("RESET statement_timeout"))
        except DBAPIError as error:
            if not left or not _is_canceled(error):
                raise
        else:
            return

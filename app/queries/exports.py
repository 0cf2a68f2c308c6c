"""All statements of a query, batch by batch, from one snapshot of the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncResult

from app.queries.filters import StatementExport
from app.queries.shown import as_statement
from app.queries.statements import check_needs_q, select_statements
from app.queries.where import resolve_names

BATCH = 100  # rows held at a time, as text, as objects and as what is sent: about 2 MB
# The whole result may have to be sorted before the first row comes.
_TIMEOUT = 120  # seconds for one batch
# A reader who stalls keeps a connection and an old snapshot.
_STALLED = 60  # seconds between two batches


@dataclass(slots=True)
class Export:
    """The statements of one query as they come; `count` and `has_more` are true at the end."""

    resolved: dict[str, Any]
    limit: int | None
    result: AsyncResult[*tuple[Any, ...]]
    count: int = 0
    has_more: bool = False

    async def batches(self) -> AsyncIterator[list[dict[str, Any]]]:
        """The statements, never an empty batch. A failure raises: what came is not complete."""
        async for rows in self.result.partitions(BATCH):
            if self.limit is not None and self.count + len(rows) > self.limit:
                rows = rows[: self.limit - self.count]
                self.has_more = True
            self.count += len(rows)
            if rows:
                yield [as_statement(row) for row in rows]


@asynccontextmanager
async def open_export(engine: AsyncEngine, parameters: StatementExport) -> AsyncIterator[Export]:
    """Run the query in a transaction of its own that sees one state of the database.

    Raises InvalidParameterError for parameters that contradict each other.
    """
    async with engine.connect() as connection:
        await connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True, max_row_buffer=BATCH
        )
        for setting, value in (
            ("statement_timeout", f"{_TIMEOUT}s"),
            ("idle_in_transaction_session_timeout", f"{_STALLED}s"),
            ("plan_cache_mode", "auto"),  # a list may have left it to keep plans
        ):
            await connection.execute(text(f"SET LOCAL {setting} = '{value}'"))
        check_needs_q(parameters)
        names = await resolve_names(connection, parameters, {})
        query = select_statements(names.pattern(parameters), parameters.sort)
        # One more than asked for, to know whether there is more.
        query = query.limit(parameters.limit and parameters.limit + 1)
        async with connection.stream(query, names.values(parameters)) as result:
            yield Export(names.shown, parameters.limit, result)

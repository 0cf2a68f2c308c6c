"""Which documented queries read a whole table: their plans over a large synthetic database.

    python -m benchmarks.plans [--statements 2000000] [--data FOLDER]

Exit status 1, and the queries by name, where a plan holds a sequential scan of `statement` or
`occurrence`.
"""

import argparse
import asyncio
import re
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db import make_async_engine
from app.export import read_query
from app.queries.filters import StatementList
from app.queries.statements import list_statements
from benchmarks.api import QUERIES, databases

SCAN = re.compile(r"Seq Scan on (statement|occurrence)\b")


async def _scanned(connection: AsyncConnection, query: str) -> list[str]:
    raw: Any = (await connection.get_raw_connection()).driver_connection
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        sent.append((statement, values))

    def note_kept(asked: Any) -> None:
        sent.append((asked.query, asked.args))

    # What SQLAlchemy sends, and what goes straight to the driver.
    event.listen(connection.sync_connection, "before_cursor_execute", note)
    with raw.query_logger(note_kept):
        await list_statements(connection, read_query(StatementList, query))
    event.remove(connection.sync_connection, "before_cursor_execute", note)
    found = []
    for statement, values in sent:
        if statement.startswith(("SELECT", "WITH")):
            plan = "\n".join(line[0] for line in await raw.fetch(f"EXPLAIN {statement}", *values))
            found += SCAN.findall(plan)
    return found


async def read_plans(url: str) -> dict[str, list[str]]:
    """Each documented query with the large tables that it reads whole."""
    engine = make_async_engine(url, pool_size=1, statement_timeout=60)
    async with engine.connect() as connection:
        found = {query: await _scanned(connection, query) for query, _ in QUERIES}
    await engine.dispose()
    return found


def main() -> None:
    """Read the plans and print what they scan."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--statements", type=int, default=2_000_000)
    parser.add_argument("--data", type=Path, default=Path("build/benchmarks"))
    arguments = parser.parse_args()
    with databases(arguments.data, [arguments.statements]) as urls:
        found = asyncio.run(read_plans(urls[arguments.statements]))
    wrong = {query: tables for query, tables in found.items() if tables}
    print(f"{len(found)} queries, {len(wrong)} with a sequential scan")
    for query, tables in wrong.items():
        print(f"  {query or '(none)'}: {', '.join(tables)}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()

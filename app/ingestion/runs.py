"""Runs that no command begins: what is posted or done by workers on one day is one run."""

from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.extraction import EXTRACTOR_VERSION
from app.ingestion.topics import ensure_concepts
from app.models import IngestItem, IngestRun, RunKind


def run_of_today(connection: Connection, kind: RunKind) -> int:
    """The id of today's run of this kind (UTC); the first of a day ends those before it."""
    today = datetime.now(UTC).date()
    query = select(IngestRun.id).where(IngestRun.kind == kind, IngestRun.day == today)
    found = connection.scalar(query)
    if found is not None:
        return found
    ensure_concepts(connection)
    _end_earlier(connection, kind)
    connection.execute(
        insert(IngestRun)
        .values(kind=kind, day=today, extractor_version=EXTRACTOR_VERSION)
        .on_conflict_do_nothing(index_elements=[IngestRun.kind, IngestRun.day])
    )
    return connection.execute(query).scalar_one()


def _end_earlier(connection: Connection, kind: RunKind) -> None:
    open_runs = select(IngestRun.id).where(
        IngestRun.kind == kind, IngestRun.finished_at.is_(None), IngestRun.day.is_not(None)
    )
    for run_id in connection.scalars(open_runs).all():
        rows = connection.execute(
            select(IngestItem.outcome, func.count(), func.max(IngestItem.at))
            .where(IngestItem.run_id == run_id)
            .group_by(IngestItem.outcome)
        ).all()
        counts = Counter({row[0].value: row[1] for row in rows})
        last = max((row[2] for row in rows), default=datetime.now(UTC))
        connection.execute(
            update(IngestRun)
            .where(IngestRun.id == run_id)
            .values(finished_at=last, counts=dict(counts))
        )

"""Statements that were not there before, written as they are to stay: nothing to refresh."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.extraction.types import Act, Kind
from app.ingestion.driver import fetch
from app.ingestion.rows import as_json, insert_rows
from app.models import StatementSpeaker

_CREATE = """
    INSERT INTO statement (id, text, kind, act, language, first_published_at, occurrence_count,
        article_count, publisher_count, search)
    SELECT n.id, n.text, n.kind, n.act, %(language)s::text, %(at)s, n.occurrences, 1,
        %(publishers)s, onrecord_search(%(language)s::text, n.text, ARRAY(
            SELECT a.alias FROM unnest(n.speaker_ids) WITH ORDINALITY s(id, position)
            JOIN speaker_alias a ON a.speaker_id = s.id ORDER BY s.position, a.alias))
    FROM json_to_recordset(%(rows)s::json) AS n(
        id bigint, text text, kind text, act text, occurrences int, speaker_ids bigint[])
"""


@dataclass(frozen=True, slots=True)
class NewStatement:
    """A statement that stands in one article only, in so many places."""

    text: str
    kind: Kind
    act: Act
    speaker_ids: tuple[int, ...]
    occurrences: int

    @property
    def is_shown(self) -> bool:
        """Whether the API shows it unasked, so that it counts for its speakers and topics."""
        return self.act is not Act.THOUGHT


def create(
    connection: Connection,
    statements: Mapping[int, NewStatement],
    published_at: datetime | None,
    language: str | None,
    *,
    has_publisher: bool,
) -> None:
    """Write new statements, by id, with their speakers."""
    if not statements:
        return
    rows = [
        {
            "id": statement_id,
            "text": new.text,
            "kind": new.kind,
            "act": new.act,
            "occurrences": new.occurrences,
            "speaker_ids": new.speaker_ids,
        }
        for statement_id, new in statements.items()
    ]
    values = {
        "rows": as_json(rows),
        "language": language,
        "at": published_at,
        "publishers": int(has_publisher),
    }
    fetch(connection, _CREATE, values)
    links = [
        {
            "statement_id": statement_id,
            "speaker_id": speaker_id,
            "position": position,
            "first_published_at": published_at,
        }
        for statement_id, new in statements.items()
        for position, speaker_id in enumerate(new.speaker_ids)
    ]
    insert_rows(connection, StatementSpeaker, links)

"""The shape of what changed, for the OpenAPI document."""

from datetime import datetime

from pydantic import Field

from app.api.schemas import Shape, Speaker, Statement, Topic
from app.models import ChangedEntity
from app.queries.changes import ChangeKind


class Change(Shape):
    """What to do with a copy of one row, and its newest state."""

    type: ChangedEntity
    id: int
    change: ChangeKind
    merged_into_id: int | None = Field(description="For `merge`: what to replace it by.")
    changed_at: datetime
    statement: Statement | None
    speaker: Speaker | None
    topic: Topic | None


class ChangePage(Shape):
    """Changes, oldest first, and the position to ask from next time."""

    data: list[Change]
    after: str = Field(description="Keep it; `?after=` goes on from here.")
    has_more: bool = Field(description="Whether to ask again at once.")

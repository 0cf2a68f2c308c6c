"""What people decided about a speaker, as `/speakers/{id}` tells it."""

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.models import SpeakerDecision

_MOST = 100


async def decisions_about(connection: AsyncConnection, speaker_id: int) -> list[dict[str, Any]]:
    """The decisions that name a speaker, undone ones too, the newest 100 first."""
    rows = await connection.execute(
        select(
            SpeakerDecision.id,
            SpeakerDecision.kind,
            SpeakerDecision.speaker_id,
            SpeakerDecision.other_id,
            SpeakerDecision.name,
            SpeakerDecision.made_at,
            SpeakerDecision.undone_at,
        )
        .where(
            or_(SpeakerDecision.speaker_id == speaker_id, SpeakerDecision.other_id == speaker_id)
        )
        .order_by(SpeakerDecision.id.desc())
        .limit(_MOST)
    )
    return [dict(row._mapping) for row in rows]

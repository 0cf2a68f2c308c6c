"""The exchange format: one JSON object an attribution, as `onrecord extract` writes it."""

from typing import Any

from app.extraction.types import Attribution, SpeakerName


def as_json(attribution: Attribution) -> dict[str, Any]:
    """An attribution as plain JSON: spans as [start, end], `source` for the mention's spans.

    `content` begins with its conjunction ("that"), as in PolNeAR. Several speakers are one object,
    their names joined by " and "; nobody is null.
    """
    return {
        "kind": attribution.kind.value,
        "act": attribution.act.value,
        "statement": attribution.statement,
        "content": _content(attribution),
        "cue": [list(span) for span in attribution.cue],
        "source": [list(span) for span in attribution.mention],
        "speaker": _speaker(attribution.speakers),
        "via": list(attribution.via),
        "medium": attribution.medium.value if attribution.medium else None,
        "said_on": attribution.said_on.isoformat() if attribution.said_on else None,
        "confidence": round(attribution.confidence, 4),
    }


def _content(attribution: Attribution) -> list[list[int]]:
    spans = [list(span) for span in attribution.content]
    if attribution.conjunction:
        spans[0][0] = attribution.conjunction[0]
    return spans


def _speaker(speakers: tuple[SpeakerName, ...]) -> dict[str, str] | None:
    if not speakers:
        return None
    return {"name": " and ".join(s.name for s in speakers), "kind": speakers[0].kind.value}

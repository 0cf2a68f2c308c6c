"""Answering a request once, however often it is sent (the IETF's "Idempotency-Key" draft)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.errors import IdempotencyMismatchError, InProgressError
from app.models import IdempotentRequest

_KEPT = text("interval '24 hours'")
# A process that dies leaves its claim behind; no answer takes that long.
_ABANDONED = text("interval '5 minutes'")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: HTTP status, body, and where what was made is."""

    status: int
    body: dict[str, Any]
    location: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose request it is, by which key of theirs, and what it asks."""

    key_id: int
    idempotency_key: str
    request: bytes

    @property
    def sha256(self) -> bytes:
        """Over the request."""
        return hashlib.sha256(self.request).digest()


def answer_once(engine: Engine, claim: Claim, make: Callable[[], Answer]) -> Answer:
    """The answer that was made for this key within a day, else one made now and kept.

    What fails is not kept: the same key may try again. Raises IdempotencyMismatchError for
    another request under the same key, InProgressError while the first is being answered.
    """
    if not _take(engine, claim):
        return _find(engine, claim)
    try:
        answer = make()
    except BaseException:
        with engine.begin() as connection:
            connection.execute(delete(IdempotentRequest).where(_of(claim)))
        raise
    with engine.begin() as connection:
        kept = {"body": answer.body, "location": answer.location}
        connection.execute(
            update(IdempotentRequest).where(_of(claim)).values(status=answer.status, answer=kept)
        )
    return answer


def _of(claim: Claim) -> ColumnElement[bool]:
    return and_(
        IdempotentRequest.key_id == claim.key_id,
        IdempotentRequest.idempotency_key == claim.idempotency_key,
    )


def _take(engine: Engine, claim: Claim) -> bool:
    """Whether the key is ours now: new, or its earlier use is too old or was never answered."""
    age = func.clock_timestamp() - IdempotentRequest.claimed_at
    is_free = or_(age > _KEPT, and_(IdempotentRequest.status.is_(None), age > _ABANDONED))
    values = {"request_sha256": claim.sha256, "status": None, "answer": None}
    row = insert(IdempotentRequest).values(
        key_id=claim.key_id, idempotency_key=claim.idempotency_key, **values
    )
    taken = row.on_conflict_do_update(
        index_elements=[IdempotentRequest.key_id, IdempotentRequest.idempotency_key],
        set_=values | {"claimed_at": func.clock_timestamp()},
        where=is_free,
    ).returning(IdempotentRequest.key_id)
    with engine.begin() as connection:
        return connection.scalar(taken) is not None


def _find(engine: Engine, claim: Claim) -> Answer:
    """The answer that was kept."""
    with engine.connect() as connection:
        row = connection.execute(
            select(
                IdempotentRequest.request_sha256,
                IdempotentRequest.status,
                IdempotentRequest.answer,
            ).where(_of(claim))
        ).one_or_none()
    if row is None:
        raise InProgressError("the first request with this key has just failed; send it again")
    if row.request_sha256 != claim.sha256:
        raise IdempotencyMismatchError(
            "another request was sent with this key", parameter="Idempotency-Key"
        )
    if row.status is None:
        raise InProgressError("a request with this Idempotency-Key is still being answered")
    return Answer(row.status, row.answer["body"], row.answer["location"])

"""Expected failures in domain terms, each with its HTTP status and problem type (RFC 9457)."""

from typing import ClassVar


class OnRecordError(Exception):
    """Something that can be expected to go wrong; `detail` is one line for the person who asked."""

    status: ClassVar[int] = 500
    type: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Something went wrong"

    def __init__(
        self, detail: str, *, parameter: str | None = None, pointer: str | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.parameter = parameter  # of the query, the path or a header
        self.pointer = pointer  # JSON Pointer into the body

    @property
    def headers(self) -> dict[str, str]:
        """HTTP headers that the answer carries."""
        return {}


class NotFoundError(OnRecordError):
    """There is no such statement, speaker, source, topic or article."""

    status = 404
    type = "not-found"
    title = "Not found"


class MergedError(OnRecordError):
    """The row asked for was merged into another: 308 to the survivor."""

    status = 308
    type = "merged"
    title = "Merged into another"

    def __init__(self, survivor_id: int) -> None:
        super().__init__(f"merged into {survivor_id}")
        self.survivor_id = survivor_id


class UnauthorizedError(OnRecordError):
    """No key was shown, or one that is unknown or revoked."""

    status = 401
    type = "unauthorized"
    title = "A key is needed"

    def __init__(self, detail: str, *, wrong: bool) -> None:
        super().__init__(detail)
        self._wrong = wrong

    @property
    def headers(self) -> dict[str, str]:
        """How to authenticate (RFC 6750, section 3)."""
        error = ', error="invalid_token"' if self._wrong else ""
        return {"WWW-Authenticate": f'Bearer realm="onrecord"{error}'}


class ForbiddenError(OnRecordError):
    """The key does not allow this."""

    status = 403
    type = "forbidden"
    title = "The key does not allow this"

    def __init__(self, scope: str) -> None:
        super().__init__(f"this needs a key with the scope {scope}")
        self._scope = scope

    @property
    def headers(self) -> dict[str, str]:
        """Which scope is needed (RFC 6750, section 3.1)."""
        error = f'error="insufficient_scope", scope="{self._scope}"'
        return {"WWW-Authenticate": f'Bearer realm="onrecord", {error}'}


class InvalidParameterError(OnRecordError):
    """A parameter whose value cannot be meant, beyond what its type says."""

    status = 422
    type = "invalid-parameter"
    title = "Invalid parameter"


class CursorMismatchError(OnRecordError):
    """A cursor that was not issued for these filters and this sort."""

    status = 400
    type = "cursor-mismatch"
    title = "The cursor does not belong to this query"


class CursorExpiredError(OnRecordError):
    """A cursor of an earlier version of the API."""

    status = 400
    type = "cursor-expired"
    title = "The cursor is too old"


class DatabaseUnavailableError(OnRecordError):
    """The database does not answer; nothing was changed, trying again is safe."""

    status = 503
    type = "database-unavailable"
    title = "The database does not answer"


class QueryTimeoutError(OnRecordError):
    """The query took longer than the statement timeout allows."""

    status = 503
    type = "query-timeout"
    title = "The query took too long"


class TooBusyError(OnRecordError):
    """The server does as much of this as it can; trying again later is safe."""

    status = 503
    type = "too-busy"
    title = "Too busy"


class StartupError(OnRecordError):
    """The command cannot start: a port in use, a folder that cannot be written, no database."""

    type = "startup"
    title = "Cannot start"


class InputRejectedError(OnRecordError):
    """An input that cannot be ingested; `detail` says why, and the rest goes on."""

    status = 422
    type = "input-rejected"
    title = "The input cannot be ingested"

    def __init__(self, detail: str, *, pointer: str | None = None) -> None:
        # It may quote the input, which could hold line breaks or a terminal's commands.
        shown = "".join(c if c.isprintable() else "\ufffd" for c in detail)
        super().__init__(shown, pointer=pointer)


class IdempotencyMismatchError(OnRecordError):
    """The `Idempotency-Key` was used for another request before."""

    status = 422
    type = "idempotency-key-reused"
    title = "The Idempotency-Key belongs to another request"


class InProgressError(OnRecordError):
    """A request with the same `Idempotency-Key` is still being answered."""

    status = 409
    type = "in-progress"
    title = "The same request is being answered"

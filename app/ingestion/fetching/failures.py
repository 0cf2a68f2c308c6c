"""What can go wrong in fetching; each says whether trying again later may help."""

from app.errors import InputRejectedError


class FetchError(InputRejectedError):
    """A page that could not be fetched."""

    transient = False
    retry_after: float | None = None


class FetchRefusedError(FetchError):
    """A URL that On Record does not fetch: its address, its scheme, its site's robots.txt."""


class FetchLaterError(FetchError):
    """A failure that may pass: a time-out, a broken connection, 429, 5xx."""

    transient = True

    def __init__(self, detail: str, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after

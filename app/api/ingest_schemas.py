"""The shapes of what is posted, and of the answers about ingestion."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from app.api.schemas import Page, Shape, TotalCount
from app.extraction.types import Act, Kind, Medium, SpeakerKind
from app.ingestion.documents import storable
from app.ingestion.metadata import Line, Metadata, Url
from app.models import JobKind, JobState, Outcome, RunKind, TopicScheme
from app.moments import Moment


class _About(Metadata):
    """What is said about an article; what is neither given nor found in it is null."""

    title: Annotated[Line | None, Field(description="Its headline.")] = None
    publisher: Annotated[Line | None, Field(description="Who published it.")] = None
    byline: Annotated[Line | None, Field(description="Who wrote it, as printed.")] = None
    url: Annotated[
        Url | None,
        Field(
            description="Where it stands (http or https): what makes another text a new version."
        ),
    ] = None
    published_at: Annotated[
        Moment | None, Field(description="ISO 8601 date or date-time; UTC where no zone is given.")
    ] = None
    language: Annotated[
        str | None, Field(pattern="^[a-z]{2,3}$", description="ISO 639-1, such as en.")
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _make_storable(cls, value: Any) -> Any:
        """Strings without what PostgreSQL cannot hold, as in every text that is ingested."""
        if not isinstance(value, dict):
            return value
        return {k: storable(v) if isinstance(v, str) else v for k, v in value.items()}

    def about(self) -> Metadata:
        """What is said about the text."""
        fields = {name: getattr(self, name) for name in Metadata.model_fields}
        return Metadata.model_construct(**fields)


class TextIn(_About):
    """A text to be read, and what is said about it."""

    text: Annotated[str, Field(min_length=1, description="The article's text, as printed.")]


class ArticleIn(_About):
    """An article to ingest, or only the URL of one: then a worker fetches it."""

    text: Annotated[
        str | None,
        Field(min_length=1, description="As printed; without it the page at `url` is fetched."),
    ] = None

    @model_validator(mode="after")
    def _needs_one(self) -> Self:
        if self.text is None and self.url is None:
            raise ValueError("needs a text, or the url of a page")
        return self


class PostedArticle(Shape):
    """What became of a posted article."""

    outcome: Outcome
    article_id: int
    statement_count: int
    statements_url: str = Field(examples=["/statements?article=7"])


class QueuedArticle(Shape):
    """A posted article that a worker will ingest."""

    job_id: int
    state: Literal["queued"]


class FoundSpeaker(Shape):
    """Who speaks, as the article shows them."""

    name: str
    kind: SpeakerKind
    description: str | None


class FoundTopic(Shape):
    """What a statement is about."""

    scheme: TopicScheme
    code: str
    name: str
    score: float = Field(ge=0, le=1)


class FoundSelector(Shape):
    """The exact words and where they stand, in Unicode code points, end exclusive."""

    exact: str
    prefix: str
    suffix: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class FoundStatement(Shape):
    """A statement as it would be stored."""

    text: str
    kind: Kind
    act: Act
    speakers: list[FoundSpeaker]
    mention: str | None
    cue: str | None
    via: list[str]
    medium: Medium | None
    said_on: date | None
    topics: list[FoundTopic]
    confidence: float = Field(ge=0, le=1)
    selectors: list[FoundSelector]


class FoundArticle(Shape):
    """What is known about the article, given or found."""

    title: str | None
    publisher: str | None
    byline: str | None
    url: str | None
    published_at: datetime | None
    language: str | None


class Extract(Shape):
    """What would be stored of an article."""

    article: FoundArticle
    statements: list[FoundStatement]


class Job(Shape):
    """A job of the queue."""

    id: int
    kind: JobKind
    input: str = Field(description="What it is about: a title, or where it stands.")
    state: JobState
    attempts: int = Field(description="Begun since it was queued or retried.")
    outcome: Outcome | None
    reason: str | None = Field(description="Of the last failure.")
    article_id: int | None
    created_at: datetime
    next_attempt_at: datetime | None = Field(description="Not before; null for as soon as may be.")
    finished_at: datetime | None


class Counts(Shape):
    """How many inputs had each outcome."""

    ingested: int
    unchanged: int
    updated: int
    failed: int


class Run(Shape):
    """A run of ingestion; what is posted or done by workers on one day is one run."""

    id: int
    kind: RunKind
    started_at: datetime
    finished_at: datetime | None
    extractor_version: str
    counts: Counts
    item_count: int
    items_per_second: float | None = Field(description="From the start to the last item.")


class RunPage(Shape):
    """A page of runs."""

    data: list[Run]
    page: Page
    total: TotalCount | None


class FailureReason(Shape):
    """Inputs of a run that failed for the same reason."""

    reason: str | None
    count: int
    inputs: list[str] = Field(description="The first five.")


class RunDetail(Run):
    """A run with its failures, the most frequent reasons first."""

    failures: list[FailureReason] = Field(description="At most 50.")

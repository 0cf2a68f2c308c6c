"""The shapes of the answers, for the OpenAPI document; a test holds that answers have them."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.extraction.types import Act, Kind, Medium, SpeakerKind
from app.models import SourceKind, TopicScheme


class Shape(BaseModel):
    """What the document declares of an answer is all there is."""

    # A test holds the answers to it.
    model_config = ConfigDict(extra="forbid")


class SpeakerRef(Shape):
    """A speaker, in short."""

    id: int = Field(examples=[2])
    name: str = Field(examples=["Dmitry Peskov"])
    slug: str = Field(examples=["dmitry-peskov"])
    kind: SpeakerKind


class SourceRef(Shape):
    """A source, in short."""

    id: int = Field(examples=[4])
    name: str = Field(examples=["TASS"])


class StatementTopic(Shape):
    """A topic of a statement."""

    id: int
    scheme: TopicScheme
    code: str = Field(examples=["nato"])
    name: str = Field(examples=["NATO"])
    score: float = Field(ge=0, le=1)
    slug: str | None = Field(None, description="Only with `include=topics`, as all that follows.")
    parent_id: int | None = None
    parent_code: str | None = None
    narrower_count: int | None = None
    statement_count: int | None = None


class TextQuoteSelector(Shape):
    """The exact words with what stands around them (W3C Web Annotation)."""

    type: Literal["TextQuoteSelector"]
    exact: str
    prefix: str = Field(max_length=120)
    suffix: str = Field(max_length=120)


class TextPositionSelector(Shape):
    """Where the words stand: Unicode code points over the stored text, end exclusive.

    JavaScript counts UTF-16 units: use `Array.from(text).slice(start, end).join("")`.
    """

    type: Literal["TextPositionSelector"]
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class ArticleRef(Shape):
    """The article in which an occurrence stands."""

    id: int
    title: str | None
    url: str | None
    published_at: datetime | None
    source: SourceRef | None
    version: int = Field(description="The version of the text that the positions count in.")


class Occurrence(Shape):
    """One place where a statement stands, with its evidence."""

    id: int
    article: ArticleRef
    mention: str | None = Field(description="The words that name the speaker there.")
    speaker_description: str | None = Field(examples=["Kremlin spokesperson"])
    cue: str | None = Field(examples=["said"])
    kind: Kind
    act: Act
    medium: Medium | None
    said_on: date | None
    via: list[SourceRef] = Field(
        description="Through whom the words came, nearest the speaker first."
    )
    confidence: float = Field(ge=0, le=1)
    extractor_version: str
    withdrawn: bool
    selectors: list[TextQuoteSelector | TextPositionSelector] = Field(
        description="For each span a quote and a position selector, in this order."
    )
    deep_link: str | None = Field(description="The article's URL, jumping to the words.")


class Difference(Shape):
    """Words of a statement that stand otherwise somewhere; one side is empty where cut."""

    before: str = Field(examples=["will"])
    after: str = Field(examples=["shall"])


class WordedOccurrence(Occurrence):
    """One place where a statement stands, and how its words differ from the statement's."""

    wording: str = Field(description="The words there, as `text` is made of them.")
    differences: list[Difference] = Field(
        description="From the statement's text to the words there; case and marks do not count."
    )


class Article(Shape):
    """An article, without its text."""

    id: int
    title: str | None
    url: str | None
    byline: str | None
    published_at: datetime | None
    language: str | None
    version: int
    statement_count: int
    source: SourceRef | None


class Statement(Shape):
    """An utterance by a speaker, with the earliest occurrence that satisfies the query."""

    id: int
    text: str
    kind: Kind
    act: Act
    language: str | None = Field(description="Of the earliest article with it (ISO 639-1).")
    speaker: SpeakerRef | None
    co_speakers: list[SpeakerRef]
    topics: list[StatementTopic]
    first_published_at: datetime | None
    updated_at: datetime = Field(description="When anything of the statement last changed here.")
    occurrence_count: int
    article_count: int
    publisher_count: int
    withdrawn: bool
    occurrence: Occurrence
    cite_as: str = Field(
        description="A citation: who, through whom, where and when.",
        examples=["Dmitry Peskov (Kremlin spokesperson), via TASS, in “A title”, ANSA"],
    )
    highlight: str | None = Field(
        None, description="The text as HTML, matches in `<mark>`; only with `highlight=true`."
    )
    occurrences: list[WordedOccurrence] | None = Field(
        None, description="The first 50, only with `include=occurrences`."
    )
    article: Article | None = Field(
        None, description="The article of `occurrence`, only with `include=article`."
    )


class Match(Shape):
    """What a name in the query was taken for."""

    id: int
    name: str
    slug: str
    hint: str
    count: int = Field(description="Statements of a speaker or topic, articles of a source.")


class Resolution(Shape):
    """What one input means."""

    input: str
    matched: list[Match] = Field(description="The 25 most used of those matched.")
    matched_count: int
    suggestions: list[Match]


class Page(Shape):
    """Where in the list this page is."""

    limit: int
    next_cursor: str | None
    has_more: bool
    ranked_at_most: int | None = Field(None, description="The newest matches; by relevance only.")


class TotalCount(Shape):
    """How many match in all: exactly (`eq`), or at least (`gte`)."""

    value: int
    relation: Literal["eq", "gte"]
    timed_out: Literal[True] | None = Field(
        None,
        description="Only where counting took too long: then `value` is what is known to be there, "
        "1,000 or, where not even these could be counted, what this page shows.",
    )


class _List(Shape):
    page: Page
    total: TotalCount | None


class StatementPage(_List):
    """A page of statements."""

    data: list[Statement]
    resolved: dict[str, list[Resolution]]


def _require_nothing(schema: dict[str, Any]) -> None:
    del schema["required"]


class SelectedStatement(Statement):
    """A statement with only the fields that were asked for with `fields`."""

    model_config = ConfigDict(json_schema_extra=_require_nothing)


class SelectedStatementPage(_List):
    """A page of statements with only the fields that were asked for."""

    data: list[SelectedStatement]
    resolved: dict[str, list[Resolution]]


class SimilarStatement(Shape):
    """A statement of much the same words."""

    likeness: float = Field(
        ge=0, le=1, description="Share of the longer wording's words that both have, in order."
    )
    differences: list[Difference]
    statement: Statement


class SimilarStatements(Shape):
    """Statements of much the same words, the most alike first."""

    data: list[SimilarStatement]
    timed_out: bool = Field(description="There was no time to look through all.")


class OccurrencePage(_List):
    """A page of the occurrences of a statement."""

    data: list[WordedOccurrence]


class Speaker(SpeakerRef):
    """A speaker with every name as printed."""

    description: str | None
    aliases: list[str] | None
    source_id: int | None = Field(description="The source that itself speaks here.")
    wikidata_id: str | None
    statement_count: int


class SpeakerPage(_List):
    """A page of speakers."""

    data: list[Speaker]


class Source(SourceRef):
    """A publisher, agency, broadcaster, platform or official channel."""

    slug: str
    kind: SourceKind
    homepage: str | None
    aliases: list[str] | None
    article_count: int


class SourcePage(_List):
    """A page of sources."""

    data: list[Source]


class Topic(Shape):
    """A topic: an IPTC Media Topic, or an organisation, place or event."""

    id: int
    scheme: TopicScheme
    code: str
    slug: str
    name: str
    parent_id: int | None
    parent_code: str | None
    narrower_count: int = Field(description="How many topics are directly below.")
    statement_count: int = Field(description="Statements that carry this very topic.")


class TopicRef(Shape):
    """A topic, in short."""

    id: int
    code: str = Field(examples=["medtop:20000056"])
    name: str = Field(examples=["armed conflict"])


class NarrowerTopic(TopicRef):
    """A topic directly below another."""

    statement_count: int


class TopicDetail(Topic):
    """A topic with its names and its place in the hierarchy."""

    definition: str | None = Field(description="IPTC's, where its vocabulary was imported.")
    wikidata_id: str | None
    aliases: list[str] = Field(description="Every name that `topic=` takes for it.")
    broader: list[TopicRef] = Field(description="All that is above, the broadest first.")
    narrower: list[NarrowerTopic]
    total_statement_count: int | None = Field(
        description="Statements that carry the topic or a narrower one: what `topic=` finds."
    )
    timed_out: bool = Field(description="There was no time to count these.")


class TopicPage(_List):
    """A page of topics."""

    data: list[Topic]


class ArticleVersion(Shape):
    """One text of an article."""

    n: int
    seen_at: datetime
    text_sha256: str
    characters: int


class ArticleDetail(Article):
    """An article with the history of its text."""

    versions: list[ArticleVersion]


class ArticleText(Shape):
    """A text of an article, as stored."""

    article_id: int
    version: int
    text: str


class ArticlePage(_List):
    """A page of articles."""

    data: list[Article]
    resolved: dict[str, list[Resolution]]


class Health(Shape):
    """The process answers."""

    status: Literal["ok"]


class Readiness(Shape):
    """The process can serve."""

    status: Literal["ready"]
    database: Literal["ok"]
    schema_: str = Field(alias="schema")

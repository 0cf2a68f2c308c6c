"""The filters of every list, written once: parameters, their types and their documentation."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.extraction.types import Act, Kind, Medium, SpeakerKind
from app.models import SourceKind, TopicScheme
from app.moments import Day, Moment

MAX_ID = 2**63 - 1
EntityId = Annotated[int, Field(ge=1, le=MAX_ID)]
# PostgreSQL cannot hold NUL in text, so no name or query can contain it.
NO_NUL = r"^[^\x00]*$"
Words = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]
_SORT = "Order of the rows; `-` is descending."
Names = Annotated[list[Words], Field(max_length=50)]


class Total(StrEnum):
    """How to count all that match."""

    CAPPED = "capped"
    EXACT = "exact"
    NONE = "none"


class StatementSort(StrEnum):
    """Orders of statements."""

    NEWEST = "-published_at"
    OLDEST = "published_at"
    ID = "id"
    RELEVANCE = "relevance"


class StatementField(StrEnum):
    """What a statement of an answer holds, for `fields`."""

    ID = "id"
    TEXT = "text"
    KIND = "kind"
    ACT = "act"
    LANGUAGE = "language"
    SPEAKER = "speaker"
    CO_SPEAKERS = "co_speakers"
    TOPICS = "topics"
    FIRST_PUBLISHED_AT = "first_published_at"
    UPDATED_AT = "updated_at"
    OCCURRENCE_COUNT = "occurrence_count"
    ARTICLE_COUNT = "article_count"
    PUBLISHER_COUNT = "publisher_count"
    WITHDRAWN = "withdrawn"
    OCCURRENCE = "occurrence"
    CITE_AS = "cite_as"
    HIGHLIGHT = "highlight"
    OCCURRENCES = "occurrences"
    ARTICLE = "article"


class Include(StrEnum):
    """What can be embedded in a statement beyond what every answer holds."""

    OCCURRENCES = "occurrences"
    ARTICLE = "article"
    TOPICS = "topics"


def split_commas(value: object) -> object:
    """The items of a list that was given in one word, "a,b", as well as repeated."""
    if not isinstance(value, list):
        return value
    return [
        part for item in value for part in (item.split(",") if isinstance(item, str) else [item])
    ]


class Parameters(BaseModel):
    """Query parameters: what is not declared is an error, not silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoParameters(Parameters):
    """For what takes no parameters at all."""


class Paging(Parameters):
    """How much of a list, from where, and whether to count it."""

    limit: Annotated[int, Field(ge=1, le=200, description="Rows a page.")] = 25
    cursor: Annotated[
        str | None,
        Field(
            max_length=4000,
            description="`page.next_cursor` of the page before; the filters must be the same.",
        ),
    ] = None
    total: Annotated[
        Total,
        Field(
            description="`capped`: exact to 1,000, then `gte`; `exact`; `none`: not counted. What "
            "cannot be counted within a second is `gte` what is known, and `timed_out`."
        ),
    ] = Total.CAPPED


class StatementFilters(Parameters):
    """Which statements. Repeat a key for OR; different keys are ANDed."""

    id: Annotated[
        list[EntityId], Field(max_length=200, description="Statement ids, up to 200.")
    ] = []
    speaker: Annotated[
        Names,
        Field(
            description="Id, slug, name or alias; blind to case and accents; whole words. "
            "A name that several speakers bear gives them all: see `resolved`.",
            examples=[["Peskov"]],
        ),
    ] = []
    exclude_speaker: Annotated[
        Names, Field(description="Leaves out what these speakers said; named like `speaker`.")
    ] = []
    speaker_kind: Annotated[
        list[SpeakerKind],
        Field(description="What kind of entity speaks; with `speaker`, the same one."),
    ] = []
    has_speaker: Annotated[
        bool | None, Field(description="Whether anybody is known to have said it.")
    ] = None
    source: Annotated[
        Names,
        Field(description="Publisher, via, or the outlet that itself speaks: id, slug or name."),
    ] = []
    exclude_source: Annotated[
        Names,
        Field(description="Leaves out occurrences through these sources; named like `source`."),
    ] = []
    publisher: Annotated[Names, Field(description="Publisher of the article.")] = []
    via: Annotated[
        Names, Field(description="Agency, platform or outlet through which the words came.")
    ] = []
    topic: Annotated[
        Names,
        Field(description="Code, slug, name or alias of a topic; narrower ones are included."),
    ] = []
    has_topic: Annotated[bool | None, Field(description="Whether it has any topic.")] = None
    kind: Annotated[list[Kind], Field(description="How the words are given.")] = []
    act: Annotated[
        list[Act], Field(description="What the speaker did; thoughts only if asked for.")
    ] = [Act.SPEECH, Act.WRITING]
    medium: Annotated[list[Medium], Field(description="Occasion or form of the utterance.")] = []
    q: Annotated[
        Words | None,
        Field(
            description="Words of the statement and names of its speakers, websearch syntax: "
            '`nato "minsk 3" -troops`. Stemmed in the language of the article; blind to accents.'
        ),
    ] = None
    language: Annotated[
        list[Annotated[str, Field(pattern="^[a-z]{2,3}$")]],
        Field(max_length=50, description="Language of the article (ISO 639-1)."),
    ] = []
    published_from: Annotated[
        Moment | None, Field(description="Published at or after; a date is midnight UTC.")
    ] = None
    published_before: Annotated[
        Moment | None, Field(description="Published before; a date is midnight UTC.")
    ] = None
    has_date: Annotated[
        bool | None, Field(description="Whether any article with it carries a date.")
    ] = None
    said_from: Annotated[
        Day | None, Field(description="Said on or after this day, where the article tells.")
    ] = None
    said_before: Annotated[
        Day | None, Field(description="Said before this day, where the article tells.")
    ] = None
    min_occurrences: Annotated[
        int | None, Field(ge=1, le=1_000_000, description="Stands in at least so many places.")
    ] = None
    updated_since: Annotated[
        Moment | None, Field(description="Changed in the database at or after this time.")
    ] = None
    article: Annotated[list[EntityId], Field(max_length=200, description="Article ids.")] = []
    min_confidence: Annotated[
        float | None, Field(ge=0, le=1, description="Least confidence of the extraction.")
    ] = None
    withdrawn: Annotated[
        bool,
        Field(description="Also what a corrected article no longer says."),
    ] = False


class Shape(Parameters):
    """What of a statement to answer with. Lists take commas or a repeated key."""

    fields: Annotated[
        list[StatementField],
        BeforeValidator(split_commas),
        Field(
            max_length=50,
            description="Only these fields of each statement: `id,text,speaker`.",
        ),
    ] = []
    include: Annotated[
        list[Include],
        BeforeValidator(split_commas),
        Field(
            max_length=10,
            description="Embeds `occurrences` (the first 50), the whole `article`, whole `topics`.",
        ),
    ] = []


class SortedStatements(StatementFilters):
    """Which statements, and in what order."""

    sort: Annotated[
        StatementSort,
        Field(
            description="Undated rows come last either way; `relevance` needs `q` and ranks the "
            "newest 1,000 of what matches."
        ),
    ] = StatementSort.NEWEST


class StatementList(SortedStatements, Shape, Paging):
    """Parameters of `GET /statements`."""

    highlight: Annotated[
        bool,
        Field(
            description="Adds `highlight`: the text as HTML with the words that `q` found in "
            "`<mark>`; needs `q`."
        ),
    ] = False


class StatementExport(SortedStatements):
    """Parameters of `GET /statements.csv` and its like: the same query, not paged."""

    limit: Annotated[
        int | None,
        Field(ge=1, le=MAX_ID - 1, description="At most so many rows; without it, all of them."),
    ] = None


class SpeakerSort(StrEnum):
    """Orders of speakers."""

    COUNT = "-statement_count"
    NAME = "name"
    ID = "id"


class SpeakerList(Paging):
    """Parameters of `GET /speakers`."""

    q: Annotated[Words | None, Field(description="Name or alias, whole words.")] = None
    kind: Annotated[list[SpeakerKind], Field(description="What kind of entity speaks.")] = []
    sort: Annotated[SpeakerSort, Field(description=_SORT)] = SpeakerSort.COUNT


class SourceSort(StrEnum):
    """Orders of sources."""

    COUNT = "-article_count"
    NAME = "name"
    ID = "id"


class SourceList(Paging):
    """Parameters of `GET /sources`."""

    q: Annotated[Words | None, Field(description="Name or alias, whole words.")] = None
    kind: Annotated[list[SourceKind], Field(description="What kind of source.")] = []
    sort: Annotated[SourceSort, Field(description=_SORT)] = SourceSort.COUNT


class TopicSort(StrEnum):
    """Orders of topics."""

    COUNT = "-statement_count"
    NAME = "name"
    ID = "id"


class TopicList(Paging):
    """Parameters of `GET /topics`."""

    q: Annotated[Words | None, Field(description="Name or alias, whole words.")] = None
    scheme: Annotated[list[TopicScheme], Field(description="Which vocabulary.")] = []
    parent: Annotated[
        Words | None,
        Field(description="Only those directly below this topic: id, code, slug, name or alias."),
    ] = None
    sort: Annotated[TopicSort, Field(description=_SORT)] = TopicSort.COUNT


class ArticleSort(StrEnum):
    """Orders of articles."""

    NEWEST = "-published_at"
    OLDEST = "published_at"
    ID = "id"


class ArticleList(Paging):
    """Parameters of `GET /articles`."""

    publisher: Annotated[Names, Field(description="Publisher: id, slug or name.")] = []
    language: Annotated[
        list[Annotated[str, Field(pattern="^[a-z]{2,3}$")]],
        Field(max_length=50, description="Language (ISO 639-1)."),
    ] = []
    published_from: Annotated[Moment | None, Field(description="Published at or after.")] = None
    published_before: Annotated[Moment | None, Field(description="Published before.")] = None
    has_date: Annotated[bool | None, Field(description="Whether it carries a date.")] = None
    sort: Annotated[
        ArticleSort, Field(description=f"{_SORT} Undated rows come last either way.")
    ] = ArticleSort.NEWEST


class TextVersion(Parameters):
    """Parameters of an article's text."""

    version: Annotated[
        int | None,
        Field(ge=1, le=2**31 - 1, description="Of the text; the newest where not given."),
    ] = None


class OccurrenceList(Paging):
    """Parameters of `GET /statements/{id}/occurrences`."""

    withdrawn: Annotated[
        bool, Field(description="Also what a corrected article no longer says.")
    ] = False


class SimilarList(Parameters):
    """Parameters of `GET /statements/{id}/similar`."""

    min_likeness: Annotated[
        float,
        Field(ge=0.1, le=1, description="Least share of the longer wording's words in both."),
    ] = 0.5
    same_speaker: Annotated[
        bool | None, Field(description="Only by the same speakers, or only by others.")
    ] = None
    limit: Annotated[int, Field(ge=1, le=50, description="Statements at most.")] = 10

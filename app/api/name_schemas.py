"""The shapes of what finds names, and of a speaker at a glance."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.api.schemas import Shape, Speaker, SpeakerRef, Statement
from app.models import DecisionKind, TopicScheme
from app.queries.name_filters import NameType


class Completion(Shape):
    """A name for what was typed."""

    type: NameType = Field(description="The filter that takes it.")
    id: int
    name: str = Field(examples=["Dmitry Peskov"])
    slug: str = Field(examples=["dmitry-peskov"])
    hint: str = Field(description="Tells namesakes apart.", examples=["Kremlin spokesperson"])
    count: int = Field(description="Statements of a speaker or topic, articles of a source.")
    exact: bool = Field(description="False where it is only spelt much like it.")


class Completions(Shape):
    """Names that begin with what was typed, or nearly so."""

    data: list[Completion]


class Description(Shape):
    """What articles call a speaker, as printed."""

    text: str = Field(examples=["Kremlin spokesperson"])
    count: int
    first_seen: datetime | None
    last_seen: datetime | None


class Affiliation(Shape):
    """An organisation or place that descriptions of a speaker name."""

    name: str = Field(examples=["Russia"])
    kind: Literal["organisation", "place"]
    count: int
    first_seen: datetime | None
    last_seen: datetime | None


class MonthCount(Shape):
    """Statements first published in a month (UTC)."""

    month: str = Field(examples=["2025-02"])
    count: int


class TopicCount(Shape):
    """How often a speaker spoke of a topic."""

    id: int
    scheme: TopicScheme
    code: str
    name: str
    count: int


class SpeakerCount(SpeakerRef):
    """How often somebody made a statement together with the speaker."""

    count: int


class Decision(Shape):
    """What a person decided about speakers; it holds for later articles until it is undone."""

    id: int
    kind: DecisionKind = Field(
        description="`merge`: `speaker_id` is `other_id`. `split`: some of what `speaker_id` said "
        "is of `other_id`. `rename`: `speaker_id` is called `name`."
    )
    speaker_id: int
    other_id: int | None
    name: str | None
    made_at: datetime
    undone_at: datetime | None


class SpeakerProfile(Speaker):
    """A speaker at a glance."""

    first_statement: Statement | None
    last_statement: Statement | None
    descriptions: list[Description] = Field(description="In the order in which they came up.")
    affiliations: list[Affiliation] = Field(description="Taken from the descriptions.")
    by_month: list[MonthCount] = Field(description="Months without statements are left out.")
    undated_count: int | None
    topics: list[TopicCount] = Field(description="The ten most frequent.")
    co_speakers: list[SpeakerCount] = Field(description="The ten most frequent.")
    decisions: list[Decision] = Field(description="Undone ones too; the newest hundred first.")
    timed_out: bool = Field(description="There was no time to count everything.")

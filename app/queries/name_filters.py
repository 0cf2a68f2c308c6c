"""Parameters of what finds names."""

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from app.queries.filters import Parameters, Words, split_commas


class NameType(StrEnum):
    """What a name can be one of; each is the name of the filter that takes it."""

    SPEAKER = "speaker"
    SOURCE = "source"
    TOPIC = "topic"


class Autocomplete(Parameters):
    """Parameters of `GET /autocomplete`."""

    q: Annotated[Words, Field(description="The beginning of any word of a name; slips allowed.")]
    type: Annotated[
        list[NameType],
        BeforeValidator(split_commas),
        Field(
            default_factory=lambda: list(NameType),
            min_length=1,
            max_length=10,
            description="What to look for; all three without.",
        ),
    ]
    limit: Annotated[int, Field(ge=1, le=50, description="Names at most.")] = 10

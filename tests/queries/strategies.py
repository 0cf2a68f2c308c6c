"""Corpora and filters for hypothesis, over the names of `tests.queries.corpus`."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from tests.queries.corpus import DAY, SOURCES, SPEAKERS, TOPICS, WORDS, Place, Said

_DAYS = st.integers(0, 4)
_DATES = _DAYS.map(lambda n: (DAY + timedelta(days=n)).date().isoformat())
_TIMES = _DAYS.map(lambda n: (DAY + timedelta(days=n)).isoformat())
_MEDIA = st.sampled_from(["post", "interview"])
_ACTS = st.sampled_from(["speech", "writing", "thought"])
_KINDS = st.sampled_from(["direct", "indirect", "mixed"])

places = st.builds(
    Place,
    day=st.none() | _DAYS,
    publisher=st.none() | st.sampled_from(SOURCES),
    via=st.none() | st.sampled_from(SOURCES),
    language=st.sampled_from([None, "en", "de"]),
    medium=st.none() | _MEDIA,
    said=st.none() | _DAYS,
    confidence=st.sampled_from([0.3, 0.6, 0.9]),
    withdrawn=st.sampled_from([False, False, True]),
)
sayings = st.builds(
    Said,
    words=st.sampled_from(WORDS),
    kind=_KINDS,
    act=_ACTS,
    speakers=st.lists(st.sampled_from(list(SPEAKERS)), unique=True, max_size=2).map(tuple),
    topics=st.lists(st.sampled_from(TOPICS), unique=True, max_size=2).map(tuple),
    places=st.lists(places, min_size=1, max_size=3).map(tuple),
)


def _some(values: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=1, max_size=2, unique=True)


filters: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "speaker": _some(st.sampled_from(list(SPEAKERS))),
        "exclude_speaker": _some(st.sampled_from(list(SPEAKERS))),
        "speaker_kind": _some(st.sampled_from(["person", "organization"])),
        "has_speaker": st.booleans(),
        "source": _some(st.sampled_from(SOURCES)),
        "exclude_source": _some(st.sampled_from(SOURCES)),
        "publisher": _some(st.sampled_from(SOURCES)),
        "via": _some(st.sampled_from(SOURCES)),
        "topic": _some(st.sampled_from(TOPICS)),
        "has_topic": st.booleans(),
        "kind": _some(_KINDS),
        "act": _some(_ACTS),
        "medium": _some(_MEDIA),
        "q": st.sampled_from([*WORDS, "lee"]),
        "language": _some(st.sampled_from(["en", "de"])),
        "published_from": _TIMES,
        "published_before": _TIMES,
        "has_date": st.booleans(),
        "said_from": _DATES,
        "said_before": _DATES,
        "min_occurrences": st.integers(1, 3),
        "min_confidence": st.sampled_from([0.3, 0.6, 0.9]),
        "withdrawn": st.booleans(),
    },
)


@st.composite
def few_filters(draw: st.DrawFn) -> dict[str, Any]:
    """Up to four filters: more leave nothing of a small corpus."""
    drawn = draw(filters)
    kept = draw(st.lists(st.sampled_from(sorted(drawn)), max_size=4)) if drawn else []
    return {name: drawn[name] for name in kept}

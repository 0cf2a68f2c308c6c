"""Small corpora written row by row, and what the filters mean for them, said a second time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select

from app.extraction.folding import fold, slugify
from app.ingestion.origins import refresh_sources
from app.ingestion.search import refresh_search
from app.models import (
    Article,
    ArticleVersion,
    Occurrence,
    OccurrenceSource,
    Source,
    SourceAlias,
    Speaker,
    SpeakerAlias,
    Statement,
    StatementSource,
    StatementSpeaker,
    StatementTopic,
    Topic,
)

DAY = datetime(2025, 1, 1, tzinfo=UTC)
SPEAKERS = {"Ann Lee": "person", "Bo Chen": "person", "Acme": "organization"}
SOURCES = ("Daily", "Wire", "Acme")
TOPICS = ("rain", "tax")
WORDS = ("rain", "taxes", "harbours")


@dataclass(frozen=True)
class Place:
    """An occurrence in an article of its own; `day` counts from `DAY`."""

    day: int | None = None
    publisher: str | None = None
    via: str | None = None
    language: str | None = "en"
    medium: str | None = None
    said: int | None = None
    confidence: float = 0.5
    withdrawn: bool = False


@dataclass(frozen=True)
class Said:
    """A statement with its places."""

    words: str = "rain"
    kind: str = "direct"
    act: str = "speech"
    speakers: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    places: tuple[Place, ...] = field(default=(Place(),))

    @property
    def live(self) -> list[Place]:
        return [place for place in self.places if not place.withdrawn]


def at(day: int | None) -> datetime | None:
    return None if day is None else DAY + timedelta(days=day)


def empty(engine: Engine) -> None:
    """Take every statement out of the database; the names that they can have stay or are made."""
    with engine.begin() as connection:
        for table in (
            StatementSpeaker, StatementTopic, StatementSource, OccurrenceSource, Occurrence,
            Statement, ArticleVersion, Article,
        ):  # fmt: skip
            connection.execute(delete(table))
        if connection.scalar(select(Topic.id).limit(1)) is None:
            _add_names(connection)


def _add_names(connection: Connection) -> None:
    for n, name in enumerate(SOURCES, 1):
        connection.execute(insert(Source).values(name=name, slug=slugify(name), kind="other"))
        connection.execute(insert(SourceAlias).values(source_id=n, alias=name, folded=fold(name)))
    for n, (name, kind) in enumerate(SPEAKERS.items(), 1):
        voice = SOURCES.index(name) + 1 if name in SOURCES else None
        connection.execute(
            insert(Speaker).values(name=name, slug=slugify(name), kind=kind, source_id=voice)
        )
        connection.execute(insert(SpeakerAlias).values(speaker_id=n, alias=name, folded=fold(name)))
    for name in TOPICS:
        connection.execute(insert(Topic).values(scheme="entity", code=name, slug=name, name=name))


def add(engine: Engine, sayings: list[Said]) -> list[int]:
    """Store statements; gives their ids."""
    with engine.begin() as connection:
        ids = [_add(connection, said) for said in sayings]
        refresh_search(connection, ids)
        refresh_sources(connection, ids)
    return ids


def _add(connection: Connection, said: Said) -> int:
    days = [place.day for place in said.live or said.places if place.day is not None]
    first = at(min(days)) if days else None
    statement_id: int = connection.execute(
        insert(Statement).values(
            text=said.words, kind=said.kind, act=said.act, first_published_at=first,
            occurrence_count=len(said.live), withdrawn=not said.live,
        ).returning(Statement.id)
    ).scalar_one()  # fmt: skip
    for n, name in enumerate(said.speakers):
        connection.execute(
            insert(StatementSpeaker).values(
                statement_id=statement_id, speaker_id=list(SPEAKERS).index(name) + 1, position=n,
                first_published_at=first,
            )
        )  # fmt: skip
    for name in said.topics:
        connection.execute(
            insert(StatementTopic).values(
                statement_id=statement_id, topic_id=TOPICS.index(name) + 1, score=0.5,
                first_published_at=first,
            )
        )  # fmt: skip
    for place in said.places:
        _add_place(connection, statement_id, said, place)
    return statement_id


def _add_place(connection: Connection, statement_id: int, said: Said, place: Place) -> None:
    publisher = SOURCES.index(place.publisher) + 1 if place.publisher else None
    article = connection.execute(
        insert(Article)
        .values(
            origin="x", source_id=publisher, language=place.language, published_at=at(place.day)
        )
        .returning(Article.id)
    ).scalar_one()
    connection.execute(
        insert(ArticleVersion).values(
            article_id=article, n=1, origin="x", text="x", text_sha256=b"", raw_sha256=b""
        )
    )
    said_on = at(place.said)
    occurrence = connection.execute(
        insert(Occurrence).values(
            statement_id=statement_id, article_id=article, version=1, spans=[[0, 1]],
            selectors=[{"exact": said.words, "prefix": "", "suffix": "", "start": 0, "end": 1}],
            folded_hash=b"", kind=said.kind, act=said.act, medium=place.medium,
            said_on=said_on and said_on.date(), confidence=place.confidence,
            extractor_version="x", publisher_id=publisher, published_at=at(place.day),
            withdrawn=place.withdrawn,
        ).returning(Occurrence.id)
    ).scalar_one()  # fmt: skip
    if place.via:
        connection.execute(
            insert(OccurrenceSource).values(
                occurrence_id=occurrence, position=0, source_id=SOURCES.index(place.via) + 1
            )
        )


def _is_from(said: Said, place: Place, names: list[str]) -> bool:
    return any(name in (place.publisher, place.via, *said.speakers) for name in names)


def _place_matches(said: Said, place: Place, f: dict[str, Any]) -> bool:
    day = at(place.day)
    spoken = None if place.said is None else (DAY + timedelta(days=place.said)).date()
    conditions: dict[str, Callable[[Any], object]] = {
        "publisher": lambda v: place.publisher in v,
        "via": lambda v: place.via in v,
        "source": lambda v: _is_from(said, place, v),
        "exclude_source": lambda v: not _is_from(said, place, v),
        "medium": lambda v: place.medium in v,
        "language": lambda v: place.language in v,
        "min_confidence": lambda v: place.confidence >= v,
        "published_from": lambda v: day is not None and day >= datetime.fromisoformat(v),
        "published_before": lambda v: day is not None and day < datetime.fromisoformat(v),
        "said_from": lambda v: spoken is not None and spoken >= date.fromisoformat(v),
        "said_before": lambda v: spoken is not None and spoken < date.fromisoformat(v),
    }
    if place.withdrawn and not f.get("withdrawn"):
        return False
    return all(conditions[name](f[name]) for name in conditions if name in f)


def matching(said: Said, f: dict[str, Any]) -> list[Place]:
    """The places of a statement that satisfy filters, none where the statement does not."""
    kinds = [SPEAKERS[name] for name in said.speakers if name in f.get("speaker", SPEAKERS)]
    dated = any(p.day is not None for p in said.live or said.places)
    conditions: dict[str, Callable[[Any], object]] = {
        "speaker": lambda v: set(v) & set(said.speakers),
        "exclude_speaker": lambda v: not set(v) & set(said.speakers),
        "speaker_kind": lambda v: set(v) & set(kinds),
        "has_speaker": lambda v: bool(said.speakers) is v,
        "topic": lambda v: set(v) & set(said.topics),
        "has_topic": lambda v: bool(said.topics) is v,
        "kind": lambda v: said.kind in v,
        "has_date": lambda v: dated is v,
        "min_occurrences": lambda v: len(said.live) >= v,
        "q": lambda v: said.words == v or (v == "lee" and "Ann Lee" in said.speakers),
    }
    if said.act not in f.get("act", ["speech", "writing"]):
        return []
    if not all(conditions[name](f[name]) for name in conditions if name in f):
        return []
    return [place for place in said.places if _place_matches(said, place, f)]

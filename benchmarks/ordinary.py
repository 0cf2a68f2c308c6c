"""The ordinary way: ORM entities with relationships, validated through `response_model`.

The same page for the same speaker as the API, as a tutorial would write it. Run by
`benchmarks.api`.
"""

import os
from datetime import date
from typing import Annotated, Any

from fastapi import FastAPI, Query
from pydantic import ConfigDict, create_model
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, relationship, selectinload

from app import models
from app.api import schemas
from app.db import make_async_engine
from app.extraction.types import Act


class Base(DeclarativeBase):
    """Entities of their own over the same tables, with the relationships that a page needs."""

    metadata = models.Base.metadata


class Source(Base):
    __table__ = models.Source.__table__


class Speaker(Base):
    __table__ = models.Speaker.__table__


class Topic(Base):
    __table__ = models.Topic.__table__


class Article(Base):
    __table__ = models.Article.__table__
    source = relationship(Source)


class Via(Base):
    __table__ = models.OccurrenceSource.__table__
    source = relationship(Source)


class StatementTopic(Base):
    __table__ = models.StatementTopic.__table__
    topic = relationship(Topic)


class Occurrence(Base):
    __table__ = models.Occurrence.__table__
    article = relationship(Article, foreign_keys=[models.Occurrence.__table__.c.article_id])
    links = relationship(Via, order_by=Via.__table__.c.position)


class StatementSpeaker(Base):
    __table__ = models.StatementSpeaker.__table__
    speaker = relationship(Speaker)


class Statement(Base):
    __table__ = models.Statement.__table__
    spoken = relationship(StatementSpeaker, order_by=StatementSpeaker.__table__.c.position)
    about = relationship(StatementTopic)
    occurrences = relationship(
        Occurrence, foreign_keys=[models.Occurrence.__table__.c.statement_id]
    )


_NOBODY = "Unattributed"


def cite(statement: dict[str, Any]) -> str:
    """A citation of a statement as the API answers it: its speakers and the shown occurrence.

    What is not known is left out, so it names only what the article itself gives:
    `Dmitry Peskov (Kremlin spokesperson), via TASS, in “Title”, ANSA, 12 February 2025, https://…`.
    """
    occurrence = statement["occurrence"]
    article = occurrence["article"]
    parts = [_names(statement, occurrence["speaker_description"])]
    parts += (
        [f"via {' and '.join(v['name'] for v in occurrence['via'])}"] if occurrence["via"] else []
    )
    place = [f"“{article['title']}”"] if article["title"] else []
    place += [article["source"]["name"]] if article["source"] else []
    parts.append(f"in {', '.join(place or ['an article'])}")
    published = article["published_at"]
    parts += [_day(published)] if published else []
    parts += [article["url"]] if article["url"] else []
    return ", ".join(parts)


def _names(statement: dict[str, Any], description: str | None) -> str:
    names = [s["name"] for s in (statement["speaker"], *statement["co_speakers"]) if s]
    if not names:
        return _NOBODY
    # With several speakers nobody can tell whose description it is.
    known = description if len(names) == 1 and description != names[0] else None
    return " and ".join(names) + (f" ({known})" if known else "")


def _day(moment: date) -> str:
    """A day in words that no reader takes for another: 12 February 2025."""
    return f"{moment.day} {moment:%B} {moment.year}"


def deep_link(url: str | None, fragment: str) -> str | None:
    """The article's URL with a fragment that jumps to the words."""
    return url and url + (":~:" if "#" in url else "#:~:") + fragment


_LOADED = (
    selectinload(Statement.spoken).selectinload(StatementSpeaker.speaker),
    selectinload(Statement.about).selectinload(StatementTopic.topic),
    selectinload(Statement.occurrences)
    .selectinload(Occurrence.article)
    .selectinload(Article.source),
    selectinload(Statement.occurrences).selectinload(Occurrence.links).selectinload(Via.source),
)
_Page = create_model(
    "_Page", data=(list[schemas.Statement], ...), __config__=ConfigDict(from_attributes=True)
)
app = FastAPI()
engine = make_async_engine(os.environ["DATABASE_URL"], pool_size=10, statement_timeout=10)
sessions = async_sessionmaker(engine)


def _columns(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _occurrence(found: Any) -> dict[str, Any]:
    article, source = found.article, found.article.source
    shown = _columns(
        found, "id", "mention", "speaker_description", "cue", "kind", "act", "medium", "said_on",
        "confidence", "extractor_version", "withdrawn",
    )  # fmt: skip
    return shown | {
        "article": _columns(article, "id", "title", "url", "published_at")
        | {"version": found.version, "source": source and _columns(source, "id", "name")},
        "via": [_columns(link.source, "id", "name") for link in found.links],
        "selectors": [
            selector
            for one in found.selectors
            for selector in (
                {"type": "TextQuoteSelector"} | {k: one[k] for k in ("exact", "prefix", "suffix")},
                {"type": "TextPositionSelector"} | {k: one[k] for k in ("start", "end")},
            )
        ],
        "deep_link": deep_link(article.url, found.fragment),
    }


def _statement(row: Any) -> dict[str, Any]:
    live = [o for o in row.occurrences if not o.withdrawn]
    first = min(live, key=lambda o: (o.published_at is None, o.published_at, o.id))
    who = [_columns(link.speaker, "id", "name", "slug", "kind") for link in row.spoken]
    about = sorted(row.about, key=lambda link: (-link.score, link.topic_id))
    made = _columns(
        row, "id", "text", "kind", "act", "language", "first_published_at",
        "occurrence_count", "article_count", "publisher_count", "withdrawn", "updated_at",
    )  # fmt: skip
    made |= {
        "speaker": who[0] if who else None,
        "co_speakers": who[1:],
        "topics": [
            _columns(link.topic, "id", "scheme", "code", "name") | {"score": link.score}
            for link in about
        ],
        "occurrence": _occurrence(first),
    }
    return made | {"cite_as": cite(made)}


@app.get("/statements", response_model=_Page, response_model_exclude_unset=True)
async def list_statements(
    speaker: Annotated[str, Query()], limit: Annotated[int, Query(ge=1, le=200)] = 25
) -> dict[str, Any]:
    """The page."""
    columns, links = models.Statement.__table__.c, models.StatementSpeaker.__table__.c
    query = (
        select(Statement)
        .join(Statement.spoken)
        .where(columns.merged_into_id.is_(None), ~columns.withdrawn)
        .where(columns.act.in_([Act.SPEECH, Act.WRITING]))
        .order_by(links.first_published_at.desc().nulls_last(), links.statement_id.desc())
        .limit(limit)
        .options(*_LOADED)
    )
    session: AsyncSession
    async with sessions() as session:
        named = select(models.SpeakerAlias.speaker_id).where(
            models.SpeakerAlias.folded == func.lower(speaker)
        )
        query = query.where(links.speaker_id == (await session.scalars(named)).one())
        rows = (await session.scalars(query)).all()
        return {"data": [_statement(row) for row in rows]}

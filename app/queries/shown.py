"""What an answer shows of a statement, as JSON that PostgreSQL builds: the one place that says so.

The API passes these bytes on; whoever needs them as objects parses them. Times are in UTC with Z.
"""

from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    FromClause,
    LargeBinary,
    SQLColumnExpression,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, aggregate_order_by
from sqlalchemy.orm import aliased

from app.db import AnyRow, AnySelect
from app.models import (
    Article,
    Occurrence,
    OccurrenceSource,
    Source,
    Speaker,
    Statement,
    StatementSpeaker,
    StatementTopic,
    Topic,
)

Json = dict[str, Any]
Shown = aliased(Occurrence, name="shown")
Publisher = aliased(Source)
_EMPTY = literal_column("'[]'::json", JSON)


def _text(words: str) -> ColumnElement[str]:
    return literal_column("'" + words.replace("'", "''") + "'", Text)


def _object(fields: dict[str, SQLColumnExpression[Any]]) -> ColumnElement[Any]:
    return func.json_build_object(
        *(part for name, value in fields.items() for part in (_text(name), value)), type_=JSON
    )


def as_time(moment: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """A time as answers write it. The session's zone is UTC, so its text ends in +00."""
    return func.replace(
        func.left(cast(moment, Text), literal_column("-3")), _text(" "), _text("T")
    ) + _text("Z")


def _columns(entity: Any, *names: str) -> dict[str, SQLColumnExpression[Any]]:
    return {name: getattr(entity, name) for name in names}


_speaker = aggregate_order_by(
    _object(_columns(Speaker, "id", "name", "slug", "kind")), StatementSpeaker.position
)
_speakers = func.array_agg(_speaker, type_=ARRAY(JSON))
_WHO = (
    select(
        _speakers.label("all"),
        func.count().label("n"),
        func.string_agg(
            Speaker.name, aggregate_order_by(_text(" and "), StatementSpeaker.position)
        ).label("names"),
    )
    .select_from(Speaker)
    .join(StatementSpeaker, StatementSpeaker.speaker_id == Speaker.id)
    .where(StatementSpeaker.statement_id == Statement.id)
    .correlate(Statement)
    .lateral("who")
)
_TOPICS = (
    select(
        func.json_agg(
            aggregate_order_by(
                _object(
                    _columns(Topic, "id", "scheme", "code", "name")
                    | {"score": StatementTopic.score}
                ),
                StatementTopic.score.desc(),
                Topic.id,
            ),
            type_=JSON,
        )
    )
    .select_from(Topic)
    .join(StatementTopic, StatementTopic.topic_id == Topic.id)
    .where(StatementTopic.statement_id == Statement.id)
    .correlate(Statement)
    .scalar_subquery()
)
_VIA = (
    select(
        func.json_agg(
            aggregate_order_by(_object(_columns(Source, "id", "name")), OccurrenceSource.position),
            type_=JSON,
        ).label("all"),
        func.string_agg(
            Source.name, aggregate_order_by(_text(" and "), OccurrenceSource.position)
        ).label("names"),
    )
    .select_from(Source)
    .join(OccurrenceSource, OccurrenceSource.source_id == Source.id)
    .where(OccurrenceSource.occurrence_id == Shown.id)
    .correlate(Shown)
    .lateral("through")
)


def _pair(one: str) -> tuple[str, str]:
    """The W3C Web Annotation selectors of one span: by its words, and by its position."""
    quote = ", ".join(f"'{key}', {one} -> '{key}'" for key in ("exact", "prefix", "suffix"))
    position = f"'start', {one} -> 'start', 'end', {one} -> 'end'"
    return (
        f"json_build_object('type', 'TextQuoteSelector', {quote})",
        f"json_build_object('type', 'TextPositionSelector', {position})",
    )


_only, _each = _pair("(shown.selectors -> 0)"), _pair("each.one")
# Nearly all have one span: to unnest and sort that would take as long as all the rest.
_SELECTORS: ColumnElement[Any] = literal_column(
    f"""CASE jsonb_array_length(shown.selectors)
    WHEN 1 THEN json_build_array({_only[0]}, {_only[1]})
    ELSE (SELECT json_agg(two.half ORDER BY each.n, two.rank)
        FROM jsonb_array_elements(shown.selectors) WITH ORDINALITY AS each(one, n),
        LATERAL (VALUES (1, {_each[0]}), (2, {_each[1]})) AS two(rank, half))
    END""",  # noqa: S608 no value of anybody's is in it
    JSON,
)
# The link jumps to the words and marks them: a text fragment (WICG).
_DEEP_LINK = (
    Article.url
    + case((Article.url.contains(_text("#")), _text(":~:")), else_=_text("#:~:"))
    + Shown.fragment
)
_OCCURRENCE = _object(
    {
        "id": Shown.id,
        "article": _object(
            {
                **_columns(Article, "id", "title", "url"),
                "published_at": as_time(Shown.published_at),
                "source": case(
                    (Publisher.id.is_not(None), _object(_columns(Publisher, "id", "name")))
                ),
                "version": Shown.version,
            }
        ),
        **_columns(Shown, "mention", "speaker_description", "cue", "kind", "act", "medium"),
        "said_on": Shown.said_on,
        "via": func.coalesce(_VIA.c.all, _EMPTY, type_=JSON),
        **_columns(Shown, "confidence", "extractor_version", "withdrawn"),
        "selectors": _SELECTORS,
        "deep_link": _DEEP_LINK,
    }
)


def _some(text: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    return func.nullif(text, _text(""))


# With several speakers nobody can tell whose description it is.
_known = case(
    (
        and_(_WHO.c.n == literal_column("1"), Shown.speaker_description != _WHO.c.names),
        _text(" (") + _some(Shown.speaker_description) + _text(")"),
    )
)
_place = func.concat_ws(
    _text(", "), _text("“") + _some(Article.title) + _text("”"), _some(Publisher.name)
)
# Who, through whom, where and when, in one line; what is not known is left out. A day in words,
# which no reader takes for another: `Dmitry Peskov (Kremlin spokesperson), via TASS, in “Title”,
# ANSA, 12 February 2025, https://…`.
_CITATION = func.concat_ws(
    _text(", "),
    func.coalesce(_WHO.c.names + func.coalesce(_known, _text("")), _text("Unattributed")),
    _text("via ") + _VIA.c.names,
    _text("in ") + func.coalesce(_some(_place), _text("an article")),
    func.to_char(Shown.published_at, _text("FMDD FMMonth YYYY")),
    _some(Article.url),
)
_STATEMENT = _object(
    {
        **_columns(Statement, "id", "text", "kind", "act", "language"),
        "speaker": literal_column("who.all[1]", JSON),
        "co_speakers": literal_column("coalesce(array_to_json(who.all[2:]), '[]')", JSON),
        "topics": func.coalesce(_TOPICS, _EMPTY, type_=JSON),
        "first_published_at": as_time(Statement.first_published_at),
        "updated_at": as_time(Statement.updated_at),
        **_columns(Statement, "occurrence_count", "article_count", "publisher_count", "withdrawn"),
        "occurrence": _OCCURRENCE,
        "cite_as": _CITATION,
    }
)


def _bytes(json: ColumnElement[Any], name: str) -> ColumnElement[bytes]:
    return func.convert_to(cast(json, Text), _text("UTF8"), type_=LargeBinary).label(name)


# Made once: to spell it out for each request would take longer than the rest of the query.
_ROWS: AnySelect = select(_bytes(_STATEMENT, "statement"))
_OCCURRENCES: AnySelect = (
    select(Shown.statement_id, _bytes(_OCCURRENCE, "occurrence"))
    .select_from(Shown)
    .join(Article, Article.id == Shown.article_id)
    .outerjoin(Publisher, Publisher.id == Shown.publisher_id)
    .join(_VIA, true())
)


def show(page: FromClause) -> AnySelect:
    """`statement`, as JSON, of the statements and occurrences that `page` names, in any order.

    `page` has the columns `id` and `occurrence_id`; all others it has are kept.
    """
    return (
        _ROWS.add_columns(*(c for c in page.c if c.name not in ("id", "occurrence_id")))
        .select_from(page)
        .join(Statement, Statement.id == page.c.id)
        .join(Shown, Shown.id == page.c.occurrence_id)
        .join(Article, Article.id == Shown.article_id)
        .outerjoin(Publisher, Publisher.id == Shown.publisher_id)
        .join(_WHO, true())
        .join(_VIA, true())
    )


def show_occurrences() -> AnySelect:
    """`occurrence`, as JSON, and `statement_id` of every `Shown`."""
    return _OCCURRENCES


def as_statement(row: AnyRow) -> Json:
    """A statement that was asked for with `show`, as an object."""
    statement: Json = orjson.loads(row.statement)
    return statement

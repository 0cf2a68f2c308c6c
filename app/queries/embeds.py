"""What an answer's statements hold beyond the usual: `include`, `fields` and `highlight`."""

import html
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, bindparam, cast, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db import AnySelect
from app.models import Article, Occurrence, Statement, among
from app.queries.entities import articles, as_article, as_dict
from app.queries.filters import Include, StatementField
from app.queries.topics import topics_by_id

MOST_OCCURRENCES = 50  # that are embedded in one statement
# Two characters that no text holds, so that what stands between them can be escaped first.
_START, _STOP = "\x02", "\x03"
_OPTIONS = f'HighlightAll=true,StartSel="{_START}",StopSel="{_STOP}"'


def headline() -> ColumnElement[str]:
    """A statement's text with what matches the words of `q` between the two marks."""
    config = func.onrecord_config(Statement.language)
    return func.ts_headline(
        config,
        func.translate(Statement.text, _START + _STOP, ""),
        func.websearch_to_tsquery(config, bindparam("q", type_=String())),
        _OPTIONS,
    )


def as_html(marked: str) -> str:
    """The text with marks as HTML: `<mark>` around what matched, all else escaped."""
    return html.escape(marked).replace(_START, "<mark>").replace(_STOP, "</mark>")


def first_occurrences(statement_ids: Sequence[int]) -> AnySelect:
    """The ids of the first live occurrences of these statements."""
    wanted = (
        func.unnest(cast(list(statement_ids), ARRAY(BigInteger)))
        .table_valued("id", name="wanted")
        .render_derived()
    )
    first = (
        select(Occurrence.id)
        .where(Occurrence.statement_id == wanted.c.id, ~Occurrence.withdrawn)
        .order_by(Occurrence.published_at.nulls_last(), Occurrence.id)
        .limit(MOST_OCCURRENCES)
        .correlate(wanted)
        .lateral("first")
    )
    return select(first.c.id).select_from(wanted).join(first, true())


async def embed(
    connection: AsyncConnection, statements: Sequence[dict[str, Any]], include: Iterable[Include]
) -> None:
    """Add the whole article and the whole topics to statements where asked for."""
    if Include.ARTICLE in include:
        ids = {s["occurrence"]["article"]["id"] for s in statements}
        rows = await connection.execute(articles().where(among(Article.id, ids)))
        found = {row.id: as_article(as_dict(row)) for row in rows}
        for statement in statements:
            statement["article"] = found[statement["occurrence"]["article"]["id"]]
    if Include.TOPICS in include:
        ids = {topic["id"] for s in statements for topic in s["topics"]}
        whole = await topics_by_id(connection, ids)
        for statement in statements:
            statement["topics"] = [topic | whole[topic["id"]] for topic in statement["topics"]]


def select_fields(
    statements: Iterable[dict[str, Any]], fields: Sequence[StatementField]
) -> list[dict[str, Any]]:
    """The statements with only these fields, all where none are named."""
    if not fields:
        return list(statements)
    names = [field.value for field in StatementField if field in fields]
    return [{name: s[name] for name in names if name in s} for s in statements]

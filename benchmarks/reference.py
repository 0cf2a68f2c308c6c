"""The yardstick: `/statements?speaker=…` written by hand, PostgreSQL building the JSON.

Starlette and asyncpg, one query a request, the same body as the API for the same name, nothing
else: no other filter, no validation, no problems, no headers. Run by `benchmarks.api`.
"""

import base64
import hashlib
import os
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

QUERY = """
WITH found AS MATERIALIZED (
    SELECT id, name, slug, coalesce(description, kind) AS hint, statement_count AS count
    FROM speaker WHERE merged_into_id IS NULL
    AND id IN (SELECT speaker_id FROM speaker_alias WHERE folded = $1)
    ORDER BY statement_count DESC, id LIMIT 1000
), page AS MATERIALIZED (
    SELECT s.* FROM found CROSS JOIN LATERAL (
        SELECT s.id, s.text, s.kind, s.act, s.language, s.first_published_at, s.occurrence_count,
            s.article_count, s.publisher_count, s.withdrawn, s.updated_at
        FROM statement_speaker l JOIN statement s ON s.id = l.statement_id
        WHERE l.speaker_id = found.id
        AND s.merged_into_id IS NULL AND NOT s.withdrawn AND s.act IN ('speech', 'writing')
        ORDER BY l.first_published_at DESC NULLS LAST, l.statement_id DESC LIMIT $2 + 1
    ) s
    ORDER BY s.first_published_at DESC NULLS LAST, s.id DESC LIMIT $2 + 1
), shown AS (
    SELECT page.*, o.id AS o_id, o.article_id, o.version, o.mention, o.speaker_description, o.cue,
        o.kind AS o_kind, o.act AS o_act, o.medium, o.said_on, o.confidence, o.extractor_version,
        o.selectors, o.withdrawn AS o_withdrawn, o.published_at, a.title, a.url,
        p.id AS p_id, p.name AS p_name, o.fragment, who.speakers, what.topics, through.via
    FROM (SELECT * FROM page LIMIT $2) page
    JOIN LATERAL (
        SELECT * FROM occurrence WHERE statement_id = page.id AND NOT withdrawn
        ORDER BY published_at NULLS LAST, id LIMIT 1
    ) o ON true
    JOIN article a ON a.id = o.article_id
    LEFT JOIN source p ON p.id = o.publisher_id
    LEFT JOIN LATERAL (
        SELECT json_agg(json_build_object('id', k.id, 'name', k.name, 'slug', k.slug,
            'kind', k.kind) ORDER BY l.position) AS speakers
        FROM statement_speaker l JOIN speaker k ON k.id = l.speaker_id
        WHERE l.statement_id = page.id
    ) who ON true
    LEFT JOIN LATERAL (
        SELECT json_agg(json_build_object('id', t.id, 'scheme', t.scheme, 'code', t.code,
            'name', t.name, 'score', l.score) ORDER BY l.score DESC, t.id) AS topics
        FROM statement_topic l JOIN topic t ON t.id = l.topic_id WHERE l.statement_id = page.id
    ) what ON true
    LEFT JOIN LATERAL (
        SELECT json_agg(json_build_object('id', v.id, 'name', v.name) ORDER BY l.position) AS via,
            string_agg(v.name, ' and ' ORDER BY l.position) AS names
        FROM occurrence_source l JOIN source v ON v.id = l.source_id WHERE l.occurrence_id = o.id
    ) through ON true
)
SELECT (SELECT json_agg(json_build_object(
    'id', id, 'text', text, 'kind', kind, 'act', act, 'language', language,
    'speaker', speakers -> 0, 'co_speakers', (speakers::jsonb - 0),
    'topics', coalesce(topics, '[]'),
    'first_published_at', first_published_at, 'occurrence_count', occurrence_count,
    'article_count', article_count, 'publisher_count', publisher_count,
    'withdrawn', withdrawn, 'updated_at', updated_at,
    'occurrence', json_build_object(
        'id', o_id,
        'article', json_build_object('id', article_id, 'title', title, 'url', url,
            'published_at', published_at, 'source', CASE WHEN p_id IS NOT NULL THEN
            json_build_object('id', p_id, 'name', p_name) END, 'version', version),
        'mention', mention, 'speaker_description', speaker_description, 'cue', cue,
        'kind', o_kind, 'act', o_act, 'medium', medium, 'said_on', said_on,
        'via', coalesce(via, '[]'), 'confidence', confidence,
        'extractor_version', extractor_version, 'withdrawn', o_withdrawn,
        'selectors', (SELECT json_agg(pair.one ORDER BY n, pair.rank)
            FROM jsonb_array_elements(selectors) WITH ORDINALITY AS each(it, n),
            LATERAL (VALUES
                (1, json_build_object('type', 'TextQuoteSelector', 'exact', it -> 'exact',
                    'prefix', it -> 'prefix', 'suffix', it -> 'suffix')),
                (2, json_build_object('type', 'TextPositionSelector', 'start', it -> 'start',
                    'end', it -> 'end'))) AS pair(rank, one)),
        'deep_link', url || CASE WHEN position('#' IN url) > 0 THEN ':~:' ELSE '#:~:' END
            || fragment),
    'cite_as', concat_ws(', ',
        (SELECT string_agg(k ->> 'name', ' and ') FROM json_array_elements(speakers) k)
            || CASE WHEN json_array_length(speakers) = 1
               THEN ' (' || speaker_description || ')' ELSE '' END,
        'via ' || (SELECT string_agg(v ->> 'name', ' and ') FROM json_array_elements(via) v),
        'in “' || title || '”', p_name, to_char(published_at, 'FMDD FMMonth YYYY'), url)
    ) ORDER BY first_published_at DESC NULLS LAST, id DESC)::text FROM shown),
    (SELECT json_agg(f)::text FROM found f), (SELECT count(*) FROM found),
    (SELECT array_agg(id) FROM found), (SELECT count(*) FROM page),
    (SELECT json_build_array(first_published_at, id)::text FROM shown
     ORDER BY first_published_at NULLS FIRST, id LIMIT 1)
"""


def next_cursor(name: str, last: str, ids: list[int]) -> str:
    """The cursor that the API gives, made by hand."""
    query = orjson.dumps({"speaker": [name]}).decode()
    hashed = hashlib.sha256(f"StatementList{query}".encode()).hexdigest()[:16]
    at, number = orjson.loads(last)
    values = [at and at.replace("+00:00", "Z"), number]
    packed = zlib.compress(orjson.dumps([1, hashed, values, {"speaker": ids}]))
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


async def list_statements(request: Request) -> Response:
    """The page."""
    name = request.query_params["speaker"]
    limit = int(request.query_params.get("limit", 25))
    data, matched, matches, ids, rows, last = await request.app.state.pool.fetchrow(
        QUERY, name.lower(), limit
    )
    more = rows > limit
    page = {"limit": limit, "next_cursor": next_cursor(name, last, ids) if more else None}
    resolved = b'{"speaker":[{"input":%s,"matched":%s,"matched_count":%d,"suggestions":[]}]}' % (
        orjson.dumps(name),
        matched.encode(),
        matches,
    )
    body = b'{"data":%s,"page":%s,"total":null,"resolved":%s}' % (
        data.encode(),
        orjson.dumps(page | {"has_more": more}),
        resolved,
    )
    return Response(body, media_type="application/json")


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """The pool, as large as the API's."""
    settings = {"jit": "off", "timezone": "UTC"}
    async with asyncpg.create_pool(
        os.environ["DATABASE_URL"], min_size=10, max_size=10, server_settings=settings
    ) as pool:
        app.state.pool = pool
        yield


app = Starlette(routes=[Route("/statements", list_statements)], lifespan=lifespan)

"""A database of made-up statements with a realistic skew, written through COPY.

    python -m benchmarks.synthetic postgresql://… --statements 200000

Fills an empty, migrated database. Who speaks, who publishes and what about follow Zipf's law;
days are bursty (log-normal weights, fewer at weekends); a tenth of the statements stand in several
articles; some are undated, withdrawn, thought, by nobody known or by two. The same seed gives the
same rows. Indexes are built after the rows, as for any bulk load.
"""

import argparse
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import numpy as np
import psycopg
from sqlalchemy import text as sql

from app.db import make_engine
from app.ingestion.origins import refresh_sources
from app.ingestion.search import refresh_search
from app.text_fragments import text_fragment
from benchmarks.drawn import (
    ACTS,
    CHUNK,
    EPOCH,
    KINDS,
    LANGUAGES,
    MEDIA,
    SOURCES,
    SPEAKERS,
    TOPICS,
    WORDS,
    Made,
    Sizes,
    word,
    zipf,
)

SEARCH = "ix_statement_search"  # made last, when there is something to find


def stamp(seconds: float) -> str:
    """Seconds after the epoch as COPY reads a timestamp; infinity is none."""
    return "\\N" if seconds == np.inf else str(EPOCH + timedelta(seconds=float(seconds)))


def title(number: int) -> str:
    """Words with capitals, for a name."""
    return f"{word(number * 7 + 31).title()} {word(number * 13 + 1777).title()}"


def speaker_name(number: int) -> str:
    """The name of a speaker: of those in use, else a made-up one, unlike any other."""
    return SPEAKERS.get(number, f"{title(number)} {word(number + 90_000).title()}")


def sentences(made: Made, count: int) -> Iterator[str]:
    """Texts of statements: words by Zipf's law, the real ones among the middling."""
    vocabulary = [word(n) for n in range(made.sizes.words + 1)]
    for n, real in enumerate(WORDS):
        vocabulary[60 * (n + 1) ** 2] = real
    words = np.array(vocabulary)
    for start in range(0, count, CHUNK):
        size = min(CHUNK, count - start)
        drawn = zipf(made.rng, made.sizes.words, size * 24).reshape(size, 24)
        lengths = made.rng.integers(8, 25, size)
        for row, length in zip(words[drawn], lengths, strict=True):
            yield " ".join(row[:length]).capitalize() + "."


def articles(made: Made) -> Iterator[str]:
    for i in range(made.sizes.articles):
        at = stamp(made.published[i]) if made.dated[i] else "\\N"
        url = f"https://news.example/{i + 1}" if i % 3 else "\\N"
        language = LANGUAGES[made.language[i]]
        yield f"{i + 1}\t{made.publisher[i]}\t{url}\to{i + 1}\t{title(i)}\t{at}\t{language}\n"


def versions(made: Made) -> Iterator[str]:
    for i in range(made.sizes.articles):
        sha = hashlib.sha256(str(i).encode()).hexdigest()
        yield f"{i + 1}\t1\to{i + 1}\t{title(i)}\t\\\\x{sha}\t\\\\x{sha}\n"


def statements(made: Made, texts: list[str]) -> Iterator[str]:
    for i, text in enumerate(texts):
        seen = 0 if made.withdrawn[i] else made.occurrences[i]
        yield (
            f"{i + 1}\t{text}\t{KINDS[made.kind[i]]}\t{ACTS[made.act[i]]}\t{stamp(made.first[i])}"
            f"\t{seen}\t{seen}\t{min(seen, 3)}\t{'t' if made.withdrawn[i] else 'f'}\n"
        )


def statement_speakers(made: Made) -> Iterator[str]:
    for i in range(made.sizes.statements):
        for position, speaker in enumerate((made.speaker[i], made.second[i])):
            if speaker:
                yield f"{i + 1}\t{speaker}\t{position}\t{stamp(made.first[i])}\n"


def statement_topics(made: Made) -> Iterator[str]:
    for i in range(made.sizes.statements):
        for position, topic in enumerate(made.topics[i]):
            if topic:
                yield f"{i + 1}\t{topic}\t{0.9 - position / 5:.1f}\t{stamp(made.first[i])}\n"


def occurrences(made: Made, texts: list[str]) -> Iterator[str]:
    around = [texts[i % len(texts)] for i in range(1000)]
    for i, (statement, article) in enumerate(
        zip(made.statement_of.tolist(), made.article_of.tolist(), strict=True)
    ):
        text, start = texts[statement], 40 + i
        folded_hash = hashlib.sha256(text.encode()).hexdigest()
        selectors = json.dumps(
            [
                {
                    "exact": text,
                    "prefix": around[i % 1000][:120],
                    "suffix": around[i % 997][:120],
                    "start": start,
                    "end": start + len(text),
                }
            ]
        )
        at = stamp(made.published[article]) if made.dated[article] else "\\N"
        medium = "\\N" if made.medium[i] < 0 else MEDIA[made.medium[i]]
        yield (
            f"{i + 1}\t{statement + 1}\t{article + 1}\t1\t{{{{{start},{start + len(text)}}}}}"
            f"\t{selectors}\t{text_fragment([text])}\t\\\\x{folded_hash}"
            f"\tthe speaker\ta spokesperson\tsaid"
            f"\t{KINDS[made.kind[statement]]}\t{ACTS[made.act[statement]]}"
            f"\t{medium}\t{made.confidence[i]}\tsynthetic"
            f"\t{'t' if made.withdrawn[statement] else 'f'}\t{made.publisher[article]}\t{at}\n"
        )


def vias(made: Made) -> Iterator[str]:
    for i in np.flatnonzero(made.via).tolist():
        yield f"{i + 1}\t0\t{made.via[i]}\n"


def speakers(made: Made) -> Iterator[str]:
    for n in range(1, made.sizes.speakers + 1):
        name = speaker_name(n)
        slug = name.lower().replace(" ", "-")
        kind = "organization" if n % 9 == 0 else "person"
        yield f"{n}\t{name}\t{slug}\t{kind}\ta spokesperson\t{made.said[n]}\n"


def speaker_aliases(made: Made) -> Iterator[str]:
    for n in range(1, made.sizes.speakers + 1):
        name = speaker_name(n)
        for alias in {name, name.rsplit(" ", 1)[1]}:
            yield f"{n}\t{alias}\t{alias.lower()}\n"


def named(names: tuple[str, ...], n: int) -> str:
    return names[n - 1] if n <= len(names) else title(n + 500)


def sources(made: Made) -> Iterator[str]:
    for n in range(1, made.sizes.sources + 1):
        name = named(SOURCES, n)
        kind = "agency" if n <= 3 else "newspaper"
        yield f"{n}\t{name}\t{name.lower().replace(' ', '-')}\t{kind}\t{made.printed[n]}\n"


def source_aliases(made: Made) -> Iterator[str]:
    for n in range(1, made.sizes.sources + 1):
        name = named(SOURCES, n)
        yield f"{n}\t{name}\t{name.lower()}\n"


def topics(made: Made) -> Iterator[str]:
    for n in range(1, made.sizes.topics + 1):
        name = named(TOPICS, n)
        slug = name.lower().replace(" ", "-")
        yield f"{n}\tentity\t{slug}\t{slug}\t{name}\t{made.about[n]}\n"


def topic_aliases(made: Made) -> Iterator[str]:
    for n in range(1, made.sizes.topics + 1):
        name = named(TOPICS, n)
        yield f"{n}\t{name}\t{name.lower()}\n"


def changes(made: Made) -> Iterator[str]:
    for i in range(1, made.sizes.statements + 1):
        yield f"statement\t{i}\t{1 + i // 50}\n"


def copy(connection: psycopg.Connection, table: str, rows: Iterator[str]) -> None:
    """Write lines of COPY's text format to a table, named with its columns."""
    with connection.cursor().copy(f"COPY {table} FROM STDIN") as stream:
        lines: list[str] = []
        for line in rows:
            lines.append(line)
            if len(lines) == CHUNK:
                stream.write("".join(lines))
                lines.clear()
        stream.write("".join(lines))


def fill(url: str, count: int, seed: int = 1, tell: Callable[[str], None] = print) -> None:
    """Fill an empty, migrated database with so many statements and what belongs to them."""
    started = time.monotonic()
    made = Made(Sizes(count), seed)
    texts = list(sentences(made, count))
    tables: list[tuple[str, Iterator[str]]] = [
        ("source (id, name, slug, kind, article_count)", sources(made)),
        ("source_alias (source_id, alias, folded)", source_aliases(made)),
        ("topic (id, scheme, code, slug, name, statement_count)", topics(made)),
        ("topic_alias (topic_id, alias, folded)", topic_aliases(made)),
        ("speaker (id, name, slug, kind, description, statement_count)", speakers(made)),
        ("speaker_alias (speaker_id, alias, folded)", speaker_aliases(made)),
        ("article (id, source_id, url, origin, title, published_at, language)", articles(made)),
        ("article_version (article_id, n, origin, text, text_sha256, raw_sha256)", versions(made)),
        (
            "statement (id, text, kind, act, first_published_at, occurrence_count, article_count,"
            " publisher_count, withdrawn)",
            statements(made, texts),
        ),
        (
            "statement_speaker (statement_id, speaker_id, position, first_published_at)",
            statement_speakers(made),
        ),
        (
            "statement_topic (statement_id, topic_id, score, first_published_at)",
            statement_topics(made),
        ),
        (
            "occurrence (id, statement_id, article_id, version, spans, selectors, fragment,"
            " folded_hash, mention, speaker_description, cue, kind, act, medium, confidence,"
            " extractor_version, withdrawn, publisher_id, published_at)",
            occurrences(made, texts),
        ),
        ("occurrence_source (occurrence_id, position, source_id)", vias(made)),
        ("change (entity, entity_id, xid)", changes(made)),
    ]
    with psycopg.connect(url) as connection:
        # No foreign key is checked and no trigger runs row by row: what is drawn is whole.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '512MB'")
        indexes = _drop_indexes(connection)
        for table, rows in tables:
            copy(connection, table, rows)
            tell(f"{time.monotonic() - started:6.0f} s  {table.split(' ')[0]}")
        for index in indexes:
            if SEARCH not in index:
                connection.execute(index)
        tell(f"{time.monotonic() - started:6.0f} s  {len(indexes) - 1} indexes")
        _move_sequences(connection)
        # Else the planner takes large tables for empty ones.
        connection.execute("ANALYZE")
    _refresh(url, count)
    tell(f"{time.monotonic() - started:6.0f} s  search and sources")
    with psycopg.connect(url) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        (index,) = [index for index in indexes if SEARCH in index]
        connection.execute(index)
    tell(f"{time.monotonic() - started:6.0f} s  {SEARCH}")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
    tell(f"{time.monotonic() - started:6.0f} s  vacuumed and analysed")


def _drop_indexes(connection: psycopg.Connection) -> list[str]:
    """Drop the indexes that no constraint needs; gives the commands that make them again."""
    rows = connection.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
        " JOIN pg_class t ON t.oid = i.indrelid WHERE t.relnamespace = 'public'::regnamespace"
        " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)"
    ).fetchall()
    for name, _ in rows:
        connection.execute(f"DROP INDEX {name}")
    return [definition for _, definition in rows]


def _refresh(url: str, count: int) -> None:
    """Language, search words and sources of every statement, as ingestion writes them."""
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(sql("SET LOCAL session_replication_role = replica"))
        for first in range(1, count + 1, CHUNK):
            ids = range(first, min(first + CHUNK, count + 1))
            refresh_search(connection, ids)
            refresh_sources(connection, ids)
    engine.dispose()


def _move_sequences(connection: psycopg.Connection) -> None:
    for table in ("source", "topic", "speaker", "article", "statement", "occurrence"):
        connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608
        )


def main() -> None:
    """Fill the database that the arguments name."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("url", help="an empty, migrated database")
    parser.add_argument("--statements", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    fill(arguments.url, arguments.statements, arguments.seed)


if __name__ == "__main__":
    main()

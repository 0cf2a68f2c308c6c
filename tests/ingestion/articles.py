"""Articles made by hand, with their attributions given, for tests of what is done with them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from app.extraction.types import Act, Attribution, Kind, SpeakerKind, SpeakerName
from app.ingestion.articles import Written, write_article
from app.ingestion.documents import Document
from app.ingestion.drafts import make_drafts
from app.ingestion.metadata import Metadata
from app.ingestion.topics import ensure_concepts


@dataclass(frozen=True)
class Said:
    """Words of an article and who said them (nobody where empty)."""

    words: str
    by: tuple[str, ...] = ("Ann Lee",)
    act: Act = Act.SPEECH
    kind: SpeakerKind = SpeakerKind.PERSON
    via: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    description: str | None = None


def attribution(text: str, said: Said, start: int) -> Attribution:
    """The attribution of words that stand at `start`."""
    at = text.index(said.words, start)
    speakers = tuple(
        SpeakerName(n, said.kind, (n, *said.aliases), said.description) for n in said.by
    )
    return Attribution(
        content=((at, at + len(said.words)),),
        cue=(),
        mention=(),
        kind=Kind.INDIRECT,
        act=said.act,
        statement=True,
        speakers=speakers,
        via=said.via,
        medium=None,
        said_on=None,
        confidence=0.9,
    )


def write(
    engine: Engine,
    *sayings: Said,
    origin: str = "file:///a.txt",
    at: datetime | None = None,
    publisher: str | None = None,
    url: str | None = None,
    text: str | None = None,
    language: str | None = None,
) -> Written:
    """Store an article that holds these sayings, one a line, or `text` where given."""
    body = text if text is not None else "\n".join(said.words for said in sayings)
    attributions, start = [], 0
    for said in sayings:
        found = attribution(body, said, start)
        start = found.content[0][1]
        attributions.append(found)
    # Who says what is given here, not found in the bytes: it counts as part of them.
    raw = hashlib.sha256(f"{body}|{sayings}".encode()).digest()
    given = Metadata(published_at=at, publisher=publisher, url=url, language=language)
    document = Document(origin, raw, body, given)
    with engine.begin() as connection:
        ensure_concepts(connection)
        return write_article(connection, document, make_drafts(document, attributions))

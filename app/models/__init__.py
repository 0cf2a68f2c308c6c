"""SQLAlchemy tables and constraints: design.md section 3, one module a subject."""

from app.models.articles import Article, ArticleVersion
from app.models.base import Base, among
from app.models.changes import Change, ChangedEntity
from app.models.ingestion import IngestItem, IngestRun, Outcome
from app.models.keys import ApiKey, KeyScope
from app.models.sources import Source, SourceAlias, SourceKind
from app.models.speakers import Speaker, SpeakerAlias
from app.models.statements import (
    NearWording,
    Occurrence,
    OccurrenceSource,
    Statement,
    StatementSource,
    StatementSpeaker,
)
from app.models.topics import StatementTopic, Topic, TopicAlias, TopicScheme

__all__ = [
    "ApiKey",
    "Article",
    "ArticleVersion",
    "Base",
    "Change",
    "ChangedEntity",
    "IngestItem",
    "IngestRun",
    "KeyScope",
    "NearWording",
    "Occurrence",
    "OccurrenceSource",
    "Outcome",
    "Source",
    "SourceAlias",
    "SourceKind",
    "Speaker",
    "SpeakerAlias",
    "Statement",
    "StatementSource",
    "StatementSpeaker",
    "StatementTopic",
    "Topic",
    "TopicAlias",
    "TopicScheme",
    "among",
]

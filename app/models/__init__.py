"""SQLAlchemy tables and constraints: design.md section 3, one module a subject."""

from app.models.articles import Article, ArticleVersion, TextCluster, TextSignature
from app.models.base import Base, among
from app.models.changes import Change, ChangedEntity
from app.models.feeds import Feed
from app.models.ingestion import IngestItem, IngestRun, Outcome, RunKind
from app.models.jobs import IdempotentRequest, Job, JobKind, JobState, QueuedJob, QueueWorker
from app.models.keys import ApiKey, KeyScope
from app.models.sources import Source, SourceAlias, SourceKind
from app.models.speakers import (
    DecisionKind,
    Speaker,
    SpeakerAlias,
    SpeakerDecision,
    SpeakerDescription,
)
from app.models.statements import (
    NearWording,
    Occurrence,
    OccurrenceSource,
    OccurrenceSpeaker,
    Statement,
    StatementSource,
    StatementSpeaker,
    Why,
)
from app.models.topics import StatementTopic, Topic, TopicAlias, TopicScheme
from app.models.visits import Visit

__all__ = [
    "ApiKey",
    "Article",
    "ArticleVersion",
    "Base",
    "Change",
    "ChangedEntity",
    "DecisionKind",
    "Feed",
    "IdempotentRequest",
    "IngestItem",
    "IngestRun",
    "Job",
    "JobKind",
    "JobState",
    "KeyScope",
    "NearWording",
    "Occurrence",
    "OccurrenceSource",
    "OccurrenceSpeaker",
    "Outcome",
    "QueueWorker",
    "QueuedJob",
    "RunKind",
    "Source",
    "SourceAlias",
    "SourceKind",
    "Speaker",
    "SpeakerAlias",
    "SpeakerDecision",
    "SpeakerDescription",
    "Statement",
    "StatementSource",
    "StatementSpeaker",
    "StatementTopic",
    "TextCluster",
    "TextSignature",
    "Topic",
    "TopicAlias",
    "TopicScheme",
    "Visit",
    "Why",
    "among",
]

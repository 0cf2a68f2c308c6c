"""What readers give and ingestion takes: the bytes of one article, hashed but not yet parsed."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from app.ingestion.metadata import Metadata


class Form(StrEnum):
    """How the bytes of an article are to be parsed."""

    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Raw:
    """The bytes of one article with what is said about it. Goes from process to process.

    `origin` is the URI it was read from, with a fragment for one article of many in a file;
    `name` is what a person calls it in reports.
    """

    origin: str
    name: str
    content: bytes
    metadata: Metadata = field(default_factory=Metadata)
    form: Form = Form.TEXT

    @property
    def sha256(self) -> bytes:
        """Over the bytes."""
        return hashlib.sha256(self.content).digest()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An input, or a part of one, that gave no article, and why."""

    name: str
    reason: str

"""Attributed statements from text: a pure library that knows no database, web or settings."""

from app.extraction.engine import EXTRACTOR_VERSION, extract

__all__ = ["EXTRACTOR_VERSION", "extract"]

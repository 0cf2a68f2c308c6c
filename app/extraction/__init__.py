"""Attributed statements from text: a pure library that knows no database, web or settings."""

"""A title for a statement, where a format wants one."""

from app.formats.base import Statement, speakers

_LONGEST = 80  # characters of the words


def headline(statement: Statement) -> str:
    """Who said it and how the words begin, cut between two words."""
    words = " ".join(statement["text"].split())
    if len(words) > _LONGEST:
        words = words[:_LONGEST].rpartition(" ")[0] + " …"
    who = " and ".join(speaker["name"] for speaker in speakers(statement))
    return f"{who}: {words}" if who else words

"""Statements as JSON-LD in the words of schema.org: Quotation and Claim."""

from typing import Any

from app.extraction.types import Kind, SpeakerKind
from app.formats.base import Statement, speakers
from app.formats.document import JsonDocument


def _without_nulls(node: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if value not in (None, [], "")}


class JsonLd(JsonDocument):
    """One document whose `@graph` holds the statements.

    Words between quotation marks, wholly or partly, are a Quotation with `spokenByCharacter`;
    what is only reported is a Claim with `author`, since schema.org knows no speaker of one.
    """

    def begin(self) -> bytes:
        """The context, and the graph's opening."""
        return b'{"@context":"https://schema.org","@graph":['

    def _item(self, statement: Statement) -> dict[str, Any]:
        occurrence = statement["occurrence"]
        quoted = statement["kind"] != Kind.INDIRECT
        by = [self._speaker(speaker) for speaker in speakers(statement)]
        return _without_nulls(
            {
                "@type": "Quotation" if quoted else "Claim",
                "@id": self._origin.statement(statement["id"]),
                "identifier": str(statement["id"]),
                "text": statement["text"],
                ("spokenByCharacter" if quoted else "author"): by[0] if len(by) == 1 else by,
                "dateCreated": occurrence["said_on"],
                "datePublished": statement["first_published_at"],
                "dateModified": statement["updated_at"],
                "about": [{"@type": "Thing", "name": t["name"]} for t in statement["topics"]],
                "isBasedOn": self._article(occurrence["article"]),
                "citation": statement["cite_as"],
                "url": occurrence["deep_link"],
            }
        )

    def _speaker(self, speaker: dict[str, Any]) -> dict[str, Any]:
        person = speaker["kind"] in (SpeakerKind.PERSON, SpeakerKind.UNNAMED)
        return {
            "@type": "Person" if person else "Organization",
            "@id": self._origin.speaker(speaker["id"]),
            "name": speaker["name"],
        }

    def _article(self, article: dict[str, Any]) -> dict[str, Any]:
        publisher = article["source"]
        return _without_nulls(
            {
                "@type": "NewsArticle",
                "@id": f"{self._origin.base}/articles/{article['id']}",
                "url": article["url"],
                "headline": article["title"],
                "datePublished": article["published_at"],
                "publisher": publisher and {"@type": "Organization", "name": publisher["name"]},
            }
        )

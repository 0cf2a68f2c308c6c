"""Articles and the versions of their text."""

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, CreatedAt, Id, Timestamp
from app.models.sources import Source


class Article(Base):
    """An article at one publisher. `origin` is where we read it; `version` its newest text."""

    __tablename__ = "article"
    __table_args__ = (
        Index(
            "ix_article_published_at_id",
            text("published_at DESC NULLS LAST"),
            text("id DESC"),
        ),
    )

    id: Mapped[Id]
    source_id: Mapped[int | None] = mapped_column(ForeignKey(Source.id), index=True)
    url: Mapped[str | None] = mapped_column(unique=True)
    origin: Mapped[str] = mapped_column(index=True)
    title: Mapped[str | None]
    byline: Mapped[str | None]
    published_at: Mapped[Timestamp | None]
    language: Mapped[str | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(server_default=text("1"))


class ArticleVersion(Base):
    """One text of an article, normalised but otherwise as printed; offsets count its code points.

    `raw_sha256` covers the bytes read at `origin`, so that a repeat is known before anything is
    parsed; `text_sha256` covers the normalised text. `extractor_version` is what last read it.
    """

    __tablename__ = "article_version"

    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    origin: Mapped[str]
    text: Mapped[str]
    text_sha256: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    raw_sha256: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    seen_at: Mapped[CreatedAt]
    extractor_version: Mapped[str | None]

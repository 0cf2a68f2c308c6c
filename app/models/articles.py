"""Articles and the versions of their text."""

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, CreatedAt, Id, Timestamp
from app.models.sources import Source


class TextCluster(Base):
    """Articles of several publishers that print one text: an agency's, cut or added to."""

    __tablename__ = "text_cluster"

    id: Mapped[Id]


class Article(Base):
    """An article at one publisher. `origin` is where we read it; `version` its newest text.

    `text_cluster_id` is set once a copy at another publisher is known.
    """

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
    text_cluster_id: Mapped[int | None] = mapped_column(ForeignKey(TextCluster.id), index=True)


class TextSignature(Base):
    """What copies of an article are found by: the MinHash of its newest text's shingles.

    `bands` are hashes of its parts, of which copies share one; `size` is the number of shingles.
    """

    __tablename__ = "text_signature"
    __table_args__ = (
        # Every article looks for its bands: a list of what waits would be read each time.
        Index(None, "bands", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )

    article_id: Mapped[int] = mapped_column(
        ForeignKey(Article.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    bands: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]


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

"""What is said about a document beside its text: options and `NAME.meta.json` files."""

import json
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from app.errors import InputRejectedError
from app.ingestion.urls import canonical_url
from app.moments import Moment

_LONGEST_URL = 2000  # bytes: what an index and every browser take
_LARGEST = 1_000_000  # bytes of a meta.json


def _check_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("must be an http(s) URL")
    if len(value.encode()) > _LONGEST_URL:
        raise ValueError(f"longer than {_LONGEST_URL:,} bytes")
    return canonical_url(value)


Url = Annotated[str, Field(pattern=r"^[^\x00-\x20\x7f]+$"), AfterValidator(_check_url)]
MAX_LINE = 500
Line = Annotated[str, Field(min_length=1, max_length=MAX_LINE, pattern=r"^[^\x00-\x1f]*$")]


class Metadata(BaseModel):
    """What a person says about a document; unknown keys are errors, so that typos show."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Line | None = None
    publisher: Line | None = None
    byline: Line | None = None
    url: Url | None = None
    published_at: Moment | None = None
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")] | None = None

    def over(self, other: Self) -> Self:
        """These values where given, the other's elsewhere."""
        return other.model_copy(update=self.model_dump(exclude_none=True))


def describe(error: ValidationError) -> str:
    """One line naming each field that is wrong and why."""
    return "; ".join(
        f"{'.'.join(map(str, e['loc'])) or 'document'}: {e['msg'].removeprefix('Value error, ')}"
        for e in error.errors()
    )


def read_sidecar(path: Path) -> Metadata:
    """The metadata in NAME.meta.json beside NAME.txt, empty where there is none.

    Raises InputRejectedError naming the file and the field that is wrong.
    """
    sidecar = path.with_name(path.stem + ".meta.json")
    try:
        with sidecar.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise InputRejectedError(f"{sidecar.name}: larger than {_LARGEST:,} bytes")
        return Metadata.model_validate(json.loads(content))
    except FileNotFoundError:
        return Metadata()
    except OSError as error:
        raise InputRejectedError(f"{sidecar.name}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise InputRejectedError(f"{sidecar.name}: {describe(error)}") from error
    except (ValueError, RecursionError) as error:
        raise InputRejectedError(f"{sidecar.name}: not JSON: {error}") from error

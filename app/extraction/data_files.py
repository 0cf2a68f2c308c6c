"""The language data beside the code, read once."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def load_data(name: str) -> dict[str, Any]:
    """The table in ``data/NAME.toml``. Raises FileNotFoundError for a name there is none of."""
    file = resources.files("app.extraction") / "data" / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def words_of(text: str) -> frozenset[str]:
    """The whitespace-separated words of a data entry."""
    return frozenset(text.split())

"""The language of a text, as an ISO 639-1 code."""

from functools import lru_cache
from typing import Protocol

_SAMPLE = 3000  # characters: more changes nothing but the time
_MIN_LETTERS = 20
_SURE = 0.9


class _Identifier(Protocol):
    def classify(self, text: str) -> tuple[str, float]: ...


@lru_cache(maxsize=1)
def _identifier() -> _Identifier:
    # Loaded when first asked for: the model and NumPy are a fifth of a second.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    identifier: _Identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return identifier


def detect_language(text: str) -> str | None:
    """The language's code ("en"), or None where the text is too short or too odd to say."""
    sample = text[:_SAMPLE]
    if sum(c.isalpha() for c in sample) < _MIN_LETTERS:
        return None
    language, probability = _identifier().classify(sample)
    return language if probability >= _SURE else None

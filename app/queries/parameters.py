"""From a query string to the values that a model of parameters takes."""

from typing import Any, get_origin
from urllib.parse import parse_qsl

from app.errors import InvalidParameterError
from app.queries.filters import Parameters


def given_parameters(model: type[Parameters], query: str) -> dict[str, Any]:
    """The values in a query string by name: lists where the model takes several.

    Raises InvalidParameterError for a parameter given twice that takes one value: which one was
    meant?
    """
    given: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        field = model.model_fields.get(name)
        if field is not None and get_origin(field.annotation) is list:
            given.setdefault(name, []).append(value)
        elif name in given:
            raise InvalidParameterError("given more than once, takes one value", parameter=name)
        else:
            given[name] = value
    return given

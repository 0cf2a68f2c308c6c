"""A route for lists that are asked for all the time: parameters are read once for each query.

What FastAPI does for a request (walking the tree of dependencies, looking for thirty parameters
one by one) takes longer than the rest. The route is declared as any other, so the OpenAPI document
says what it takes; where a key is needed, FastAPI asks for it in its own way.
"""

from collections.abc import Callable, Coroutine
from functools import lru_cache
from typing import Any, get_type_hints

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError

from app.queries.filters import Parameters
from app.queries.parameters import given_parameters

_SHORT = 500  # bytes of a query whose parameters are remembered


def parse_parameters(model: type[Parameters], query: bytes) -> Parameters:
    """The parameters in a query string.

    Raises RequestValidationError, as FastAPI does, and InvalidParameterError for a parameter
    given twice that takes one value.
    """
    given = given_parameters(model, query.decode("latin-1"))
    try:
        return model.model_validate(given)
    except ValidationError as error:
        errors = [one | {"loc": ("query", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(errors) from error


_remembered = lru_cache(maxsize=2000)(parse_parameters)


class LeanRoute(APIRoute):
    """For an endpoint of exactly `request`, `connection` and `parameters`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint, called directly where anybody may read."""
        in_full = super().get_route_handler()
        endpoint = self.endpoint
        model = get_type_hints(endpoint)["parameters"]

        async def handle(request: Request) -> Response:
            state = request.app.state
            if state.reading_needs_key:
                return await in_full(request)
            query = request.scope["query_string"]
            read = _remembered if len(query) < _SHORT else parse_parameters
            parameters = read(model, query)
            async with state.engine.connect() as connection:
                response: Response = await endpoint(request, connection, parameters)
            return response

        return handle

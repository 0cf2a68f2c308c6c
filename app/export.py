"""Statements of a query written to a file or a stream, as `onrecord export` does."""

from typing import BinaryIO, TypeVar

from pydantic import ValidationError

from app.db import make_async_engine, translate_errors
from app.errors import InvalidParameterError, StartupError
from app.formats import FORMATS, Format, Origin, Tail
from app.ingestion.metadata import describe
from app.queries.exports import open_export
from app.queries.filters import Parameters, StatementExport
from app.queries.parameters import given_parameters
from app.settings import Settings

_Model = TypeVar("_Model", bound=Parameters)


def find_format(suffix: str) -> Format:
    """The format of this suffix. Raises StartupError naming those there are."""
    for form in FORMATS:
        if form.suffix == suffix:
            return form
    known = ", ".join(form.suffix for form in FORMATS)
    raise StartupError(f"there is no format {suffix!r}; there are {known}")


def read_query(model: type[_Model], query: str) -> _Model:
    """The parameters in a query string, as the API takes them.

    Raises StartupError naming each parameter that is wrong.
    """
    try:
        return model.model_validate(given_parameters(model, query.removeprefix("?")))
    except InvalidParameterError as error:
        raise StartupError(f"query: {error.parameter}: {error.detail}") from error
    except ValidationError as error:
        raise StartupError(f"query: {describe(error)}") from error


async def export(
    settings: Settings, query: StatementExport, form: Format, origin: Origin, out: BinaryIO
) -> int:
    """Write the whole answer to `out`; gives how many statements it holds.

    Raises DatabaseUnavailableError: what was written until then is not complete.
    """
    assert settings.database_url is not None  # noqa: S101 the command has made sure
    engine = make_async_engine(
        settings.database_url, pool_size=1, statement_timeout=settings.statement_timeout
    )
    writer = form.writer(origin)
    try:
        with translate_errors():
            async with open_export(engine, query) as found:
                out.write(writer.begin())
                async for batch in found.batches():
                    out.write(writer.rows(batch))
                out.write(writer.end(Tail(found.count, found.has_more, found.resolved)))
                return found.count
    finally:
        await engine.dispose()

"""The statements of a query in formats to take away, streamed."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.api.dependencies import reject_repeats
from app.api.openapi import problems
from app.errors import TooBusyError
from app.formats import FORMATS, Format, Origin, Tail, Writer
from app.queries.exports import Export, open_export
from app.queries.filters import StatementExport

router = APIRouter(dependencies=[Depends(reject_repeats)], tags=["exports"])


_PATIENCE = 2.0  # seconds that an export waits for one of the others to end


class _Stream(StreamingResponse):
    """An answer of unknown length; however it ends, what `held` holds is given back.

    What fails after the first byte breaks the connection off: no reader takes it for complete.
    """

    def __init__(self, pieces: AsyncGenerator[bytes], held: AsyncExitStack, form: Format) -> None:
        filename = f'inline; filename="statements.{form.suffix}"'
        super().__init__(
            pieces, media_type=form.media_type, headers={"Content-Disposition": filename}
        )
        self._pieces = pieces
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._pieces.aclose()
            await self._held.aclose()


async def _write(
    writer: Writer, export: Export, first: list[Any], rest: AsyncIterator[list[Any]]
) -> AsyncGenerator[bytes]:
    yield writer.begin()
    if first:
        yield writer.rows(first)
    async for batch in rest:
        yield writer.rows(batch)
    yield writer.end(Tail(export.count, export.has_more, export.resolved))


async def _start(request: Request, form: Format, parameters: StatementExport) -> Response:
    """Everything up to the first batch, so that what fails early fails as a problem."""
    slots: asyncio.Semaphore = request.app.state.export_slots
    held = AsyncExitStack()
    try:
        async with asyncio.timeout(_PATIENCE):
            await held.enter_async_context(slots)
    except TimeoutError as error:
        detail = "as many exports are running as this server allows; try again later"
        raise TooBusyError(detail) from error
    try:
        export = await held.enter_async_context(open_export(request.app.state.engine, parameters))
        batches = export.batches()
        first: list[Any] = await anext(batches, [])
    except BaseException:
        await held.aclose()
        raise
    writer = form.writer(Origin(str(request.base_url).rstrip("/"), request.url.query))
    return _Stream(_write(writer, export, first, batches), held, form)


def _handler(form: Format) -> Callable[..., Coroutine[Any, Any, Response]]:
    async def export_statements(
        request: Request, parameters: Annotated[StatementExport, Query()]
    ) -> Response:
        return await _start(request, form, parameters)

    return export_statements


def _answer(form: Format) -> dict[int | str, dict[str, Any]]:
    schema = {"type": "object" if form.is_json else "string"}
    content = {form.bare_type: {"schema": schema}}
    return {200: {"description": f"{form.description}.", "content": content}}


for _form in FORMATS:
    router.add_api_route(
        f"/statements.{_form.suffix}",
        _handler(_form),
        operation_id=f"export_statements_{_form.suffix.replace('.', '_')}",
        summary=f"Statements as {_form.description}",
        description=(
            "All statements that satisfy the filters, whatever their number, streamed from one "
            "state of the database. An answer that breaks off is not complete. "
            f"`GET /statements` with `Accept: {_form.bare_type}` gives the same."
        ),
        response_class=Response,
        responses=problems(422, 500, 503) | _answer(_form),
    )

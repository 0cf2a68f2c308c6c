"""The full text of articles, which is their publishers': only with a key."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.api import schemas
from app.api.auth import NEEDS_KEY, require_key
from app.api.dependencies import Connection, EntityId, answer, reject_repeats
from app.api.openapi import OF_ONE
from app.queries.entities import get_text
from app.queries.filters import TextVersion

router = APIRouter(dependencies=[Depends(require_key), Depends(reject_repeats)], tags=["articles"])


@router.get(
    "/articles/{article_id}/text",
    operation_id="get_article_text",
    response_model=schemas.ArticleText,
    responses=OF_ONE | NEEDS_KEY,
)
async def get_article_text(
    connection: Connection, article_id: EntityId, parameters: Annotated[TextVersion, Query()]
) -> Response:
    """The text in which the positions of selectors count; needs a key, whatever its scope."""
    return answer(await get_text(connection, article_id, parameters.version))

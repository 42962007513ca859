"""`POST /v1/diagnose/batch`: many signals come in, a line of JSON for each goes out."""

from collections.abc import AsyncIterator
from typing import Annotated

import fastapi
from fastapi import APIRouter, Request
from starlette.responses import Response

from service import docs
from service.answering import refuse_unanswerable
from service.batch import Lines, held, of_lines, of_upload
from service.bodies import kind_of
from service.bodies.incoming import declared, drained_if_refused, encoding_of
from service.bodies.ndjson import NAMES
from service.bodies.upload import announced
from service.errors import refused
from service.parts import parts_of
from service.question import Query
from service.settings import Settings


def router(settings: Settings) -> APIRouter:
    """`/v1/diagnose/batch`."""
    routes = APIRouter(tags=["diagnosis"])

    @routes.post(
        "/v1/diagnose/batch",
        summary="The same question about many recordings or channels",
        description=docs.batch(settings),
        response_class=Response,
        responses=docs.BATCH_RESPONSES,
        openapi_extra={"requestBody": docs.batch_body()},
    )
    async def batch(request: Request, query: Annotated[Query, fastapi.Query()]) -> Response:
        parts = parts_of(request.app)
        async with drained_if_refused(request):
            refuse_unanswerable(parts, request)
            if kind_of(request.headers.get("content-type")) in NAMES:
                encoding_of(request.headers.get("content-encoding"))
                place = parts.queue.place(request, declared(request, settings.max_bytes(text=False)))
                return Lines(await _begun(held(place, of_lines(parts, request, query, place))))
            body = announced(request, settings)
            place = parts.queue.place(request, declared(request, body.limit))
        return Lines(await _begun(held(place, of_upload(parts, request, body, query, place))))

    return routes


async def _begun(lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The lines, of which the first is there: what cannot be read at all is still a refusal.

    Raises:
        RequestRefused: 422, nothing to answer, or nothing that could be read.
    """
    first = await anext(lines, None)
    if first is None:
        raise refused(422, "body", "there is nothing in it to answer")

    async def all_of_them() -> AsyncIterator[bytes]:
        yield first
        async for line in lines:
            yield line

    return all_of_them()

"""`POST /v1/diagnose/batch`: many signals come in, a line of JSON for each goes out."""

from collections.abc import AsyncIterator
from typing import Annotated

import fastapi
from fastapi import APIRouter, Request
from starlette.responses import Response

from service import docs, errors
from service.answering import refuse_unanswerable
from service.batch import Lines, of_lines, of_upload
from service.bodies import kind_of
from service.bodies.incoming import drain, encoding_of
from service.bodies.ndjson import NAMES
from service.bodies.upload import receive
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
        try:
            refuse_unanswerable(parts, request)
            if kind_of(request.headers.get("content-type")) in NAMES:
                encoding_of(request.headers.get("content-encoding"))
                return Lines(of_lines(parts, request, query))
            upload = await receive(request, parts.settings)
        except errors.RequestRefused:
            await drain(request)
            raise
        return Lines(await _begun(of_upload(parts, request, upload, query)))

    return routes


async def _begun(lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The lines, of which the first is there: an upload that cannot be read at all is still a refusal."""
    first = await anext(lines, None)

    async def all_of_them() -> AsyncIterator[bytes]:
        if first is not None:
            yield first
        async for line in lines:
            yield line

    return all_of_them()

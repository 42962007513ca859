"""`POST /v1/diagnose`: a signal comes in, a diagnosis goes out."""

import time
from typing import Annotated

import fastapi
from fastapi import APIRouter, Request
from starlette.responses import Response

from service import docs, errors
from service.answering import answered, refuse_unanswerable
from service.bodies.incoming import drain
from service.bodies.upload import Upload, one, receive
from service.diagnosis import Diagnosis
from service.parts import Parts, parts_of
from service.question import Query
from service.settings import Settings


def router(settings: Settings) -> APIRouter:
    """`/v1/diagnose`."""
    routes = APIRouter(tags=["diagnosis"])

    @routes.post(
        "/v1/diagnose",
        summary="Which part of the bearing is failing?",
        description=docs.diagnose(settings),
        response_model=Diagnosis,
        responses=docs.DIAGNOSE_RESPONSES,
        openapi_extra={"requestBody": docs.request_body()},
    )
    async def diagnose(request: Request, query: Annotated[Query, fastapi.Query()]) -> Response:
        return await _diagnose(parts_of(request.app), request, query)

    return routes


async def _diagnose(parts: Parts, request: Request, query: Query) -> Response:
    try:
        refuse_unanswerable(parts, request)
        upload = await receive(request, parts.settings)
    except errors.RequestRefused:
        await drain(request)
        raise
    answer = await parts.in_pool(lambda: _answer(parts, upload, query, errors.request_id(request)))
    return Response(answer, media_type="application/json")


def _answer(parts: Parts, upload: Upload, query: Query, identity: str) -> bytes:
    began = time.perf_counter()
    given = one(upload, query, parts.settings)
    decode_ms = (time.perf_counter() - began) * 1e3
    return answered(parts, given, identity, decode_ms).model_dump_json().encode()

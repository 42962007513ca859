"""`POST /v1/diagnose`: a signal comes in, a diagnosis goes out."""

import time
from typing import Annotated

import fastapi
from fastapi import APIRouter, Request
from starlette.responses import Response

from service import docs
from service.answering import Answered, answered, kept
from service.asking import asked
from service.bodies.upload import Upload, one
from service.diagnosis import Diagnosis
from service.errors import request_id
from service.parts import Parts, parts_of
from service.question import Query
from service.retrying import PARAMETER, REPLAYED
from service.settings import Settings
from service.store.store import Retried


def router(settings: Settings) -> APIRouter:
    """`/v1/diagnose`."""
    routes = APIRouter(tags=["diagnosis"])

    @routes.post(
        "/v1/diagnose",
        summary="Which part of the bearing is failing?",
        description=docs.diagnose(settings),
        response_model=Diagnosis,
        responses=docs.DIAGNOSE_RESPONSES,
        openapi_extra={"requestBody": docs.request_body(), "parameters": [PARAMETER, docs.DEADLINE]},
    )
    async def diagnose(request: Request, query: Annotated[Query, fastapi.Query()]) -> Response:
        return await _diagnose(parts_of(request.app), request, query)

    return routes


async def _diagnose(parts: Parts, request: Request, query: Query) -> Response:
    async with asked(parts, request) as question:
        if question.earlier:
            return _response(question.earlier[0].answer, replayed=True)
        found = await question.place.answer(
            lambda: _answer(parts, question.upload, query, request_id(request), question.again)
        )
    answer = await kept(parts, found)
    return _response(answer, replayed=answer is not found.entry.answer)


def _answer(parts: Parts, upload: Upload, query: Query, identity: str, again: Retried | None) -> Answered:
    began = time.perf_counter()
    given = one(upload, query, parts.settings)
    return answered(parts, given, identity, (time.perf_counter() - began) * 1e3, again)


def _response(answer: bytes, *, replayed: bool) -> Response:
    return Response(answer, media_type="application/json", headers=REPLAYED if replayed else None)

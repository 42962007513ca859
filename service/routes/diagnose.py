"""`POST /v1/diagnose`: a signal comes in, a diagnosis goes out."""

import time
from typing import Annotated

import fastapi
from fastapi import APIRouter, Request
from starlette.responses import Response

from service import docs, errors
from service.bodies import Bytes, Codec, codec, collect, declared, drained_if_refused, read_json
from service.diagnosis import Diagnosis
from service.errors import refused
from service.parts import Parts, parts_of
from service.question import Query, limit_length
from service.registry import NoSuchBundle
from service.repeated import refuse_repeated
from service.retrying import PARAMETER, REPLAYED, key_of, retried
from service.settings import Settings
from service.store.store import Entry, Retried


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
    if not parts.registry.bundles:
        raise refused(503, "bundle", "no bundle is ready; GET /readyz says why")
    async with drained_if_refused(request):
        refuse_repeated(request)
        key = key_of(request)
        parts.store.check()
        decode = codec(request.headers.get("content-type"))
        encoding = request.headers.get("content-encoding", "identity").strip().lower()
        if encoding != "identity":
            raise refused(415, "content_encoding", f"bodies in {encoding} are not read")
        limit = parts.settings.max_bytes(json=decode is read_json)
        place = parts.queue.place(request, declared(request, limit))
    with place:
        async with drained_if_refused(request):
            body = await collect(request.stream(), request.headers.get("content-length"), limit)
        place.holds(len(body))
        again = None if key is None else await parts.in_pool(lambda: retried(request, key, body))
        earlier = None if again is None else await parts.store.earlier(again)
        if earlier is not None:
            return Response(earlier, media_type="application/json", headers=REPLAYED)
        entry = await place.answer(lambda: _answer(parts, decode, body, query, errors.request_id(request), again))
    answer = await parts.store.keep(entry)
    return Response(answer, media_type="application/json", headers=None if answer is entry.answer else REPLAYED)


def _answer(parts: Parts, decode: Codec, body: Bytes, query: Query, identity: str, again: Retried | None) -> Entry:
    began = time.perf_counter()
    question = decode(body, query)
    decode_ms = round((time.perf_counter() - began) * 1e3, 3)
    limit_length(question, parts.settings.max_seconds)
    try:
        diagnosis = parts.engine.diagnose(
            question.recording, bundle=question.bundle, windows=question.windows, warnings=question.warnings
        )
    except NoSuchBundle as error:
        raise refused(422, "bundle", str(error)) from None
    used = None if diagnosis.bundle is None else parts.registry.bundles[diagnosis.bundle.name].manifest
    timing = diagnosis.timing.model_copy(
        update={"decode_ms": decode_ms, "total_ms": round(diagnosis.timing.total_ms + decode_ms, 3)}
    )
    diagnosis = diagnosis.model_copy(update={"request_id": identity, "timing": timing})
    parts.metrics.observe(diagnosis, used)
    return parts.store.entry(diagnosis, question.source, again)

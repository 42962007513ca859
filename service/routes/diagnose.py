"""`POST /v1/diagnose`: a signal comes in, a diagnosis goes out."""

import time
from collections import Counter
from typing import Annotated

import fastapi
from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import Response

from service import docs, errors
from service.bodies import Bytes, Codec, codec, collect, drain, read_json
from service.diagnosis import Diagnosis
from service.engine import Engine
from service.errors import refused
from service.parts import Parts, parts_of
from service.question import Query, Question
from service.registry import NoSuchBundle
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
    engine, challenger = parts.engine, parts.registry.snapshot.challenger
    if not engine.bundles:
        raise refused(503, "bundle", "no bundle is ready; GET /readyz says why")
    try:
        _refuse_repeated(request)
        decode = codec(request.headers.get("content-type"))
        encoding = request.headers.get("content-encoding", "identity").strip().lower()
        if encoding != "identity":
            raise refused(415, "content_encoding", f"bodies in {encoding} are not read")
        limit = parts.settings.max_bytes(json=decode is read_json)
        body = await collect(request.stream(), request.headers.get("content-length"), limit)
    except errors.RequestRefused:
        await drain(request)
        raise
    identity = errors.request_id(request)
    answer, question, diagnosis = await parts.in_pool(
        lambda: _answer(parts.settings, engine, decode, body, query, identity)
    )
    sent = BackgroundTask(parts.shadow.offer, challenger, question.recording, diagnosis)
    return Response(answer, media_type="application/json", background=sent)


def _answer(
    settings: Settings, engine: Engine, decode: Codec, body: Bytes, query: Query, identity: str
) -> tuple[bytes, Question, Diagnosis]:
    began = time.perf_counter()
    question = decode(body, query)
    decode_ms = round((time.perf_counter() - began) * 1e3, 3)
    _limit_length(question, settings)
    try:
        diagnosis = engine.diagnose(
            question.recording, bundle=question.bundle, windows=question.windows, warnings=question.warnings
        )
    except NoSuchBundle as error:
        raise refused(422, "bundle", str(error)) from None
    timing = diagnosis.timing.model_copy(
        update={"decode_ms": decode_ms, "total_ms": round(diagnosis.timing.total_ms + decode_ms, 3)}
    )
    diagnosis = diagnosis.model_copy(update={"request_id": identity, "timing": timing})
    return diagnosis.model_dump_json().encode(), question, diagnosis


def _refuse_repeated(request: Request) -> None:
    """One of two values would be taken without a word."""
    counts = Counter(name for name, _ in request.query_params.multi_items())
    for name, count in counts.items():
        if count > 1:
            raise refused(422, name, f"stands in the query {count} times; give it once")


def _limit_length(question: Question, settings: Settings) -> None:
    if question.recording.seconds > settings.max_seconds:
        reason = f"{question.recording.seconds:.1f} s of signal; at most {settings.max_seconds:g} s are read"
        raise refused(422, "samples", reason)

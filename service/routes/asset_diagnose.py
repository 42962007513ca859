"""`POST /v1/assets/{id}/diagnose`: signals of a measuring point come in, a diagnosis of each axis goes out."""

import time
from functools import partial
from typing import Annotated

import fastapi
from fastapi import APIRouter, Request
from starlette.responses import Response

from service import docs
from service.answering import Answered, all_kept, remember
from service.asking import Asked, asked
from service.assets.answer import AssetDiagnosis, together
from service.assets.diagnosing import Listening, diagnosed
from service.assets.point import Point
from service.assets.signals import Query, by_axis
from service.bodies.incoming import drained_if_refused
from service.errors import request_id
from service.parts import Parts, parts_of
from service.retrying import PARAMETER, REPLAYED
from service.routes.assets import NONE_SUCH, Id, point_of
from service.settings import Settings

DESCRIPTION = """
Takes what `POST /v1/diagnose` takes. Speed, bearing, unit and sensitivity come from the asset where the request does
not say them; where both do, the request counts, and a warning says what the asset says. An asset whose speed is a range
or given each time needs a speed in each request (or in its file).

An asset with several axes takes a file with a channel for each, or JSON with `signals` by axis in place of `samples`;
`?axis=x` says that the request brings one alone. Each axis is diagnosed and stored by itself, `worst` is the one that
stands for the point. Beside what `POST /v1/diagnose` answers stand the condition indicators, the three voices (network,
evidence, change from this machine's healthy recordings), what they say together, how severe it is and what to do next.

    curl -F file=@fan.wav 'http://127.0.0.1:8000/v1/assets/mill-3.fan.de/diagnose?speed_rpm=1480'
"""


def router(_: Settings) -> APIRouter:
    """`/v1/assets/{id}/diagnose`."""
    routes = APIRouter(tags=["assets"])

    @routes.post(
        "/v1/assets/{id}/diagnose",
        summary="Which part of this point's bearing is failing?",
        description=DESCRIPTION,
        response_model=AssetDiagnosis,
        responses=docs.REFUSED | NONE_SUCH,
        openapi_extra={"requestBody": docs.axes_body(), "parameters": [PARAMETER, docs.DEADLINE]},
    )
    async def diagnose(request: Request, identity: Id, query: Annotated[Query, fastapi.Query()]) -> Response:
        return await _diagnose(parts_of(request.app), request, identity, query)

    return routes


async def _diagnose(parts: Parts, request: Request, identity: str, query: Query) -> Response:
    async with drained_if_refused(request):
        point = await point_of(parts, identity)
    async with asked(parts, request) as question:
        if question.earlier:
            answers = {each.axis or "": each.answer for each in question.earlier}
            return await _response(parts, identity, answers, replayed=True)
        fresh = await of_every_axis(parts, question, point, query, request_id(request))
    stored = await all_kept(parts, list(fresh.values()))
    remember(parts, list(fresh.values()), stored, asked=query.keep)
    replayed = any(answer is not each.entry.answer for answer, each in zip(stored, fresh.values(), strict=True))
    return await _response(parts, identity, dict(zip(fresh, stored, strict=True)), replayed=replayed)


async def of_every_axis(
    parts: Parts, question: Asked, point: Point, query: Query, identity: str
) -> dict[str, Answered]:
    """The answer about each axis that the request brings, one after another: what others wait for goes between."""
    began = time.perf_counter()
    signals = await question.place.answer(lambda: by_axis(question.upload, query, point.asset, parts.settings))
    decode_ms = (time.perf_counter() - began) * 1e3 / len(signals)
    answers: dict[str, Answered] = {}
    for number, (axis, given) in enumerate(signals.items()):
        again = None if question.again is None else question.again.part(number)
        listening = Listening(point.asset, axis, point.healthy.get(axis.name))
        work = partial(diagnosed, parts, listening, given, identity, decode_ms, again)
        answers[axis.name] = await question.place.answer(work)
    return answers


async def _response(parts: Parts, identity: str, answers: dict[str, bytes], *, replayed: bool) -> Response:
    body = await parts.in_pool(lambda: together(identity, answers).model_dump_json())
    return Response(body, media_type="application/json", headers=REPLAYED if replayed else None)

"""`/v1/assets/{id}/baseline`: how a measuring point sounds when it is healthy."""

import re
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, TypeVar

import fastapi
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from sqlalchemy import Connection
from starlette.responses import Response

from data.errors import SignalError
from service import docs
from service.answering import Answered, all_kept, remember
from service.asking import Asked, asked
from service.assets import baselines
from service.assets.answer import AxisDiagnosis
from service.assets.baseline_shown import Baselines, Commissioned, commissioned, shown, versions
from service.assets.commissioning import (
    MOST_HEALTHY,
    MOST_VERSIONS,
    Answers,
    Earlier,
    Mode,
    Order,
    commission,
    drafted,
    refuse_doubted,
    undo,
)
from service.assets.diagnosing import Listening, diagnosed
from service.assets.point import Point
from service.assets.signals import OfAxes, each_by_axis
from service.bodies import JSON, kind_of
from service.bodies.incoming import drained_if_refused
from service.bodies.json import parsed
from service.bodies.upload import plain
from service.errors import RequestRefused, problem, refusal_of, refused, request_id
from service.parts import Parts, parts_of
from service.repeated import refuse_repeated
from service.retrying import PARAMETER, REPLAYED
from service.routes.assets import NONE_SUCH, UNREADABLE, Id, no_such_asset, point_of
from service.routes.bundles import refusals
from service.security.asker import key_id
from service.settings import Settings
from service.store import reading
from service.store.store import Retried
from service.store.trouble import KeyRefused

DESCRIPTION = f"""
Takes recordings of the machine when it is healthy, one or several in a request: files of a form, lines of JSON
(NDJSON), or whatever `POST /v1/assets/{{id}}/diagnose` takes as one; or `{{"diagnoses": [...]}}`, the ids of earlier
diagnoses of this point. Each is diagnosed and stored, and its signal kept; it advances no alarm. From then on every
answer says what has changed.

With n recordings no rate of false alarms under 1 / (n + 1) can be promised; under 19 a baseline is provisional.
`mode=new` takes the place of what stands, `mode=extend` adds to it; at most {MOST_HEALTHY} of an axis are held. What
looks faulty (lines of damage, zone C or D) is a 409, unless `confirm=true` and `why` say that it is meant.

    curl -F file=@monday.wav -F file=@tuesday.wav 'http://127.0.0.1:8000/v1/assets/mill-3.fan.de/baseline?mode=extend'
"""

Result = TypeVar("Result")

DOUBTED = refusals({409: "What is called healthy does not look so: what speaks against it, unless it is confirmed."})
NOT_NEWEST = refusals({409: "There is a newer version, to be undone first."})

_OF_DIAGNOSES = re.compile(rb'"diagnoses"\s*:')


class Query(OfAxes):
    """The query of `POST /v1/assets/{id}/baseline`: what `POST /v1/diagnose` takes, and what is to be made of it."""

    mode: Annotated[Mode, Field(description="`new` takes the place of what stands, `extend` adds to it.")] = "new"
    pieces: Annotated[bool, Field(description="They were cut from one recording: no rate can be promised.")] = False
    confirm: Annotated[bool, Field(description="Take them although they look faulty; say `why`.")] = False
    why: Annotated[str | None, Field(min_length=3, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")] = None


class Undoing(BaseModel):
    """The query of `DELETE /v1/assets/{id}/baseline`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[int, Field(ge=1, le=1 << 31, description="The newest that stands: twice is as once.")]


_EARLIER = TypeAdapter(Earlier)


def router(_: Settings) -> APIRouter:
    """`/v1/assets/{id}/baseline`."""
    routes = APIRouter(tags=["assets"])

    @routes.post(
        "/v1/assets/{id}/baseline",
        summary="This is how the machine sounds when it is healthy",
        description=DESCRIPTION,
        status_code=201,
        response_model=Commissioned,
        responses=docs.REFUSED | NONE_SUCH | DOUBTED,
        openapi_extra={"requestBody": docs.baseline_body(), "parameters": [PARAMETER, docs.DEADLINE]},
    )
    async def commission(request: Request, identity: Id, query: Annotated[Query, fastapi.Query()]) -> Response:
        return await _commission(parts_of(request.app), request, identity, query)

    @routes.get(
        "/v1/assets/{id}/baseline",
        summary="How does this point sound when it is healthy?",
        response_model=Baselines,
        responses=NONE_SUCH | UNREADABLE,
    )
    async def baseline(request: Request, identity: Id) -> Response:
        return await _state(parts_of(request.app), identity)

    @routes.delete(
        "/v1/assets/{id}/baseline",
        summary="Undo the newest baseline",
        description="What it took the place of stands again. The answer is that of GET.",
        response_model=Baselines,
        responses=NONE_SUCH | NOT_NEWEST | UNREADABLE,
    )
    async def undone(request: Request, identity: Id, query: Annotated[Undoing, fastapi.Query()]) -> Response:
        refuse_repeated(request)
        parts = parts_of(request.app)
        await _write(parts, identity, lambda connection: undo(connection, identity, query.version))
        return await _state(parts, identity)

    return routes


async def _commission(parts: Parts, request: Request, identity: str, query: Query) -> Response:
    async with drained_if_refused(request):
        if query.confirm != (query.why is not None):
            raise refused(422, "confirm", "goes with `why`, and that with confirm=true")
        point = await point_of(parts, identity)
    async with asked(parts, request, lines=True) as question:
        if question.again is not None and (earlier := await _earlier(parts, question.again)) is not None:
            return await _made(parts, identity, earlier, replayed=True)
        key = key_id(request)
        ordered = partial(Order, mode=query.mode, pieces=query.pieces, why=query.why, by=key, again=question.again)
        content = plain(question.upload) if kind_of(question.upload.content_type) == JSON else b""
        if _OF_DIAGNOSES.search(content):
            order = ordered(await _of_diagnoses(parts, identity, parsed(_EARLIER, content).diagnoses))
            await parts.in_pool(lambda: _checked(order, point))
        else:
            fresh = await _of_recordings(parts, question, point, query, request_id(request))
            order = ordered(_by_axis(fresh))
            await parts.in_pool(lambda: _checked(order, point))
            remember(parts, fresh, await all_kept(parts, fresh), baseline=True)
    version = await _write(parts, identity, lambda connection: commission(connection, identity, order))
    if parts.memory is not None:
        parts.memory.keep(identity, [int(each.id or "0", 16) for of_axis in order.answers.values() for each in of_axis])
    return await _made(parts, identity, version, replayed=False)


def _checked(order: Order, point: Point) -> None:
    """Before anything of it is kept."""
    drafted(order, point.healthy, 1)
    refuse_doubted(order)


async def _of_recordings(parts: Parts, question: Asked, point: Point, query: Query, identity: str) -> list[Answered]:
    """The answer about each axis of each recording."""
    recordings = each_by_axis(question.upload, query, point.asset, parts.settings)
    found: list[Answered] = []
    for number in range(1, MOST_HEALTHY + 2):
        began = time.perf_counter()
        try:
            signals = await question.place.answer(lambda: next(recordings, None))
            if signals is None:
                break
            if number > MOST_HEALTHY:
                raise refused(422, "recordings", f"over {MOST_HEALTHY} in one request")
            decode_ms = (time.perf_counter() - began) * 1e3 / len(signals)
            for axis, given in signals.items():
                question.place.renew()
                again = None if question.again is None else question.again.part(len(found))
                listening = Listening(point.asset, axis, point.healthy.get(axis.name), commissioning=True)
                work = partial(diagnosed, parts, listening, given, identity, decode_ms, again)
                found.append(await question.place.answer(work))
        except (RequestRefused, SignalError) as error:
            raise _of_recording(number, refusal_of(error)) from None
    if not found:
        raise refused(422, "recordings", "none came")
    return found


def _of_recording(number: int, refusal: RequestRefused) -> RequestRefused:
    """The refusal of one among several."""
    told = [problem(each.field, f"recording {number}: {each.reason}") for each in refusal.problems]
    return RequestRefused(refusal.status, told, refusal.headers)


def _by_axis(found: Sequence[Answered]) -> Answers:
    by_axis: dict[str, list[AxisDiagnosis]] = {}
    for each in found:
        answer, row = each.entry.diagnosis, each.entry.row
        if isinstance(answer, AxisDiagnosis) and row is not None and row["axis"] is not None:
            by_axis.setdefault(row["axis"], []).append(answer)
    return by_axis


async def _of_diagnoses(parts: Parts, identity: str, wanted: Sequence[str]) -> Answers:
    """What was answered before about this point, by axis; each once."""
    ids = sorted({int(each, 16) for each in wanted})
    found = await parts.store.read(lambda connection: reading.of_asset(connection, identity, ids))
    missing = [each for each in wanted if int(each, 16) not in found]
    if missing:
        raise refused(422, "diagnoses", f"{missing[0]} is no diagnosis of {identity}, or no longer kept")
    return await parts.in_pool(lambda: _read(found))


def _read(found: "dict[int, reading.Answered]") -> Answers:
    by_axis: dict[str, list[AxisDiagnosis]] = {}
    for each in found.values():
        by_axis.setdefault(each.axis or "", []).append(AxisDiagnosis.model_validate_json(each.answer))
    return by_axis


async def _earlier(parts: Parts, again: Retried) -> int | None:
    """The version that this very request made before."""
    found = await parts.store.read(lambda connection: baselines.of_request(connection, again))
    if found is not None and found[1] != again.fingerprint:
        raise KeyRefused("this key came with another request before")
    return None if found is None else found[0]


async def _made(parts: Parts, identity: str, version: int, *, replayed: bool) -> Response:
    def read(connection: Connection) -> bytes:
        return commissioned(identity, baselines.of_version(connection, identity, version)).model_dump_json().encode()

    body = await parts.store.read(read)
    headers = {"Location": f"/v1/assets/{identity}/baseline"} | (REPLAYED if replayed else {})
    return Response(body, 201, headers, JSON)


async def _state(parts: Parts, identity: str) -> Response:
    await point_of(parts, identity)

    def read(connection: Connection) -> bytes:
        axes = {axis: shown(each) for axis, each in baselines.standing(connection, identity).items()}
        past = list(versions(baselines.history(connection, identity, MOST_VERSIONS)))
        return Baselines(asset=identity, axes=axes, history=past).model_dump_json().encode()

    return Response(await parts.store.read(read), media_type=JSON)


async def _write(parts: Parts, identity: str, write: Callable[[Connection], Result]) -> Result:
    try:
        return await parts.store.write(write)
    except LookupError:
        raise no_such_asset(identity) from None

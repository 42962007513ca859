"""From the request of an inference to its answer; every microsecond here is added to the graph's own."""

import time

from starlette.requests import Request
from starlette.responses import Response

from service.bodies.gzip import unpacked
from service.bodies.incoming import IDENTITY, collect, declared, drained_if_refused, encoding_of
from service.bodies.json import refuse_heavy
from service.errors import RequestRefused, refused, request_id
from service.inference_protocol.messages import Answer, Inference, read, wanted, write
from service.inference_protocol.models import Model, Models
from service.inference_protocol.statistics import Statistics
from service.parts import Parts, parts_of
from service.queue import Place

HEADER_LENGTH = "Inference-Header-Content-Length"
JSON, BYTES = "application/json", "application/octet-stream"

AT_ONCE_BYTES = 1 << 16
"""A shorter body, plain, is read where it comes in, and a shorter answer written there: a thread would cost as much."""


async def infer(request: Request, models: Models, statistics: Statistics) -> Response:
    """`POST /v2/models/{model}[/versions/{version}]/infer`.

    Raises:
        RequestRefused: not a question of the protocol, or not one that this model takes.
    """
    began_s = time.perf_counter()
    parts, path = parts_of(request.app), request.path_params
    async with drained_if_refused(request):
        model = models.find(parts, path["model"], path.get("version"))
        try:
            encoding = encoding_of(request.headers.get("content-encoding"))
            header_bytes = _header_bytes(request, parts)
            limit = parts.settings.max_bytes(text=header_bytes is None)
            place = parts.queue.place(request, limit if encoding != IDENTITY else declared(request, limit))
        except RequestRefused:
            statistics.failed(model.name, model.version, time.perf_counter() - began_s)
            raise
    with place:
        try:
            async with drained_if_refused(request):
                body = await collect(request.stream(), request.headers.get("content-length"), limit)
            asked = await _asked(place, body, encoding, header_bytes, limit, parts.settings.max_bytes(text=True))
            wanted(asked, [name for name, _, _ in model.outputs])  # refused here: before it costs processor time
            _hurry(place, asked)
            answer = await model.infer(asked, place, request_id(request))
            job = place.job
            content, head_bytes = await _written(place, model, asked, answer)
        except Exception:
            statistics.failed(model.name, model.version, time.perf_counter() - began_s)
            raise
        if job is not None:
            statistics.succeeded(model.name, model.version, _items(model, asked), job, began_s, time.perf_counter())
    if head_bytes is None:
        return Response(content, media_type=JSON)
    return Response(content, media_type=BYTES, headers={HEADER_LENGTH: str(head_bytes)})


async def _asked(
    place: Place, body: bytes | bytearray, encoding: str, header_bytes: int | None, limit: int, most_text: int
) -> Inference:
    place.holds(len(body))
    if encoding != IDENTITY:
        packed = body
        body = await place.answer(lambda: unpacked(packed, limit))
        place.holds(len(body))
    if header_bytes is not None and header_bytes > len(body):
        raise refused(400, HEADER_LENGTH, f"is {header_bytes}, and the body {len(body)} bytes")
    if len(body) <= AT_ONCE_BYTES or (header_bytes is not None and header_bytes <= AT_ONCE_BYTES):
        return read(body, header_bytes)
    return await place.answer(lambda: _read(body, header_bytes, most_text))


def _read(body: bytes | bytearray, header_bytes: int | None, most_text: int) -> Inference:
    refuse_heavy(memoryview(body)[:header_bytes], most_text)
    return read(body, header_bytes)


async def _written(place: Place, model: Model, asked: Inference, answer: Answer) -> tuple[bytes, int | None]:
    if sum(values.nbytes for values in answer.outputs.values()) <= AT_ONCE_BYTES:
        return write(model.name, model.version, asked, answer)
    return await place.answer(lambda: write(model.name, model.version, asked, answer))


def _header_bytes(request: Request, parts: Parts) -> int | None:
    given = request.headers.get(HEADER_LENGTH)
    if given is None:
        return None
    plain = given.isascii() and given.isdigit() and len(given) <= 12
    if not plain or int(given) > parts.settings.max_bytes(text=True):
        raise refused(400, HEADER_LENGTH, f"is {given[:20]!r}; the bytes of the JSON header are wanted")
    return int(given)


def _hurry(place: Place, asked: Inference) -> None:
    microseconds = asked.parameters.get("timeout", 0)
    if type(microseconds) is int and microseconds > 0:
        place.hurry(microseconds / 1e6)


def _items(model: Model, asked: Inference) -> int:
    return len(next(iter(asked.inputs.values()))) if model.most_windows else 1

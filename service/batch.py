"""Many signals in, a line of JSON for each out: answers go out while questions still come in."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from data.errors import SignalError
from service.answering import Answered, answered, kept
from service.bodies import read_json
from service.bodies.gzip import Unpacking
from service.bodies.incoming import IDENTITY, drained_if_refused, encoding_of, too_large
from service.bodies.json import refuse_heavy
from service.bodies.ndjson import NDJSON, Splitting
from service.bodies.read_ahead import ReadAhead
from service.bodies.upload import Announced, every
from service.diagnosis import Diagnosis
from service.errors import Problem, RequestRefused, refusal_of, refused, request_id
from service.parts import Parts
from service.question import Given, Query
from service.queue import Place
from service.security.visit import Visit
from service.settings import Settings
from service.store.trouble import StoreError

Line = tuple[int, bytes | RequestRefused]

TRIES_AGAIN_S = 0.05
"""What could not begin to be read by its deadline."""


class LineRefusal(Problem):
    """Why there is no diagnosis: the first problem, then the others."""

    status: Annotated[int, Field(description="What `POST /v1/diagnose` would answer with.")]
    more: Annotated[list[Problem], Field(description="Further problems of the same line.", default_factory=list)]


class BatchLine(BaseModel):
    """One line of the answer: a diagnosis, or what was wrong."""

    number: Annotated[
        int, Field(description="Of the line that was asked, from 1; of files, of the channel, counted through all.")
    ]
    source: Annotated[str | None, Field(description="The file's name, in a form.")] = None
    diagnosis: Annotated[Diagnosis | None, Field(description="As `POST /v1/diagnose` answers.")] = None
    error: LineRefusal | None = None


class Lines(Response):
    """Sends each line as soon as it is there."""

    media_type = NDJSON

    def __init__(self, lines: AsyncIterator[bytes]) -> None:
        super().__init__()
        self._lines = lines
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Starlette's own streaming answer listens for the end of the connection, and would take the body that
        # still comes in for it.
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for line in self._lines:
            await send({"type": "http.response.body", "body": line, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def held(place: Place, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The lines of a request that keeps its place until the last."""
    with place:
        async for line in lines:
            yield line


async def of_upload(
    parts: Parts, request: Request, body: Announced, query: Query, place: Place
) -> AsyncIterator[bytes]:
    """A line for each channel of each file.

    Raises:
        RequestRefused: at once, where nothing of the upload can be read.
    """
    async with drained_if_refused(request):
        upload = await body.receive(request)
    if not upload.body:
        raise refused(422, "body", "is empty")
    place.holds(len(upload.body))
    identity, visit = request_id(request), Visit(parts, request)
    givens = every(upload, query, parts.settings)
    number = 0

    async def over() -> bool:
        return place.abandoned or await request.is_disconnected()

    while True:
        began = time.perf_counter()
        place.renew()
        try:
            given = await place.answer(lambda: next(givens, None))
        except RequestRefused as unread:
            if not number:
                raise
            if unread.status == 503 and not place.abandoned:
                # Not begun: which channel comes next, if any does, nobody knows before.
                await asyncio.sleep(TRIES_AGAIN_S)
                continue
            # Broken off, or stopping: what comes after it cannot be read either.
            yield _refused(number + 1, None, unread)
            return
        if given is None:
            return
        number += 1
        decode_ms = (time.perf_counter() - began) * 1e3
        source = given.source if isinstance(given, Given) else None
        refusal = await visit.turn(over)
        if await request.is_disconnected():
            return
        if refusal is not None:
            yield _refused(number, source, refusal)
            return
        is_last = place.abandoned  # which the line says
        place.renew()
        yield await _line(parts, place, number, source, partial(_given, given), identity, decode_ms)
        if is_last:
            return


async def of_lines(parts: Parts, request: Request, query: Query, place: Place) -> AsyncIterator[bytes]:
    """A line for each line that comes in; what is wrong with one is said in its place, and the next goes on."""
    identity, visit, longest = request_id(request), Visit(parts, request), parts.settings.max_bytes(text=True)
    encoding, limit = encoding_of(request.headers.get("content-encoding")), parts.settings.max_bytes(text=False)
    async with ReadAhead(request, limit) as ahead:

        async def gone() -> bool:
            # While the body still comes in, its reader is the one that notices.
            return ahead.lost or (ahead.complete and await request.is_disconnected())

        async def over() -> bool:
            return place.abandoned or await gone()

        async for number, line in _lines(ahead, encoding, parts.settings):
            refusal = await visit.turn(over)
            if await gone():
                return
            if refusal is not None:
                yield _refused(number, None, refusal)
                return
            is_last = place.abandoned  # which the line says
            place.renew(len(line) if isinstance(line, bytes) else 0)
            yield await _line(parts, place, number, None, partial(_read, line, query, longest), identity, 0.0)
            if is_last:
                return


async def _line(
    parts: Parts, place: Place, number: int, source: str | None, ask: Callable[[], Given], identity: str,
    decode_ms: float,
) -> bytes:  # fmt: skip
    try:
        found = await place.answer(partial(_answer, parts, ask, identity, decode_ms))
        await kept(parts, found)
    except (RequestRefused, SignalError, StoreError) as error:
        return _refused(number, source, refusal_of(error))
    return _packed(BatchLine(number=number, source=source, diagnosis=found.entry.diagnosis))


def _answer(parts: Parts, ask: Callable[[], Given], identity: str, decode_ms: float) -> Answered:
    began = time.perf_counter()
    given = ask()
    return answered(parts, given, identity, decode_ms + (time.perf_counter() - began) * 1e3)


def _given(given: Given | RequestRefused) -> Given:
    if isinstance(given, RequestRefused):
        raise given
    return given


def _read(line: bytes | RequestRefused, query: Query, longest: int) -> Given:
    if isinstance(line, RequestRefused):
        raise line
    refuse_heavy(line, longest)
    (given,) = read_json.read(line, query, "the line", False)
    return given


def _refused(number: int, source: str | None, refusal: RequestRefused) -> bytes:
    first, *others = refusal.problems
    error = LineRefusal(**first.model_dump(), status=refusal.status, more=others)
    return _packed(BatchLine(number=number, source=source, error=error))


def _packed(line: BatchLine) -> bytes:
    return line.model_dump_json().encode() + b"\n"


async def _lines(ahead: ReadAhead, encoding: str, settings: Settings) -> AsyncIterator[Line]:
    splitting = Splitting(settings.max_bytes(text=True))
    try:
        async for piece in _plain(ahead, encoding, settings.max_bytes(text=False)):
            for line in splitting.lines(piece):
                yield line
        for line in splitting.last():
            yield line
    except RequestRefused as refusal:  # the rest cannot be read: this is the last line
        yield splitting.number + 1, refusal


async def _plain(ahead: ReadAhead, encoding: str, limit: int) -> AsyncIterator[bytes]:
    """The body in pieces, unpacked where it is compressed.

    Raises:
        RequestRefused: over `limit` bytes, as it came or unpacked, or not whole.
    """
    if encoding == IDENTITY:
        async for piece in ahead.pieces():
            yield piece
        return
    unpacking, size = Unpacking(), 0
    async for packed in ahead.pieces():
        for piece in unpacking.pieces(packed):
            size += len(piece)
            if size > limit:
                raise too_large(size, limit)
            yield piece
            # What came in may hold a thousand pieces: others are served between them.
            await asyncio.sleep(0)
    unpacking.end()

"""A request that brings a signal, from its headers to its body, as every route takes it that answers with one JSON."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.requests import Request

from service.answering import refuse_unanswerable
from service.bodies.incoming import declared, drained_if_refused
from service.bodies.upload import Upload, announced
from service.parts import Parts
from service.queue import Place
from service.retrying import key_of, retried
from service.store.reading import Answered
from service.store.store import Retried


@dataclass(frozen=True, eq=False)
class Asked:
    """What came in, where it waits for its answer, and the answers that it got before.

    Attributes:
        again: where the request may come again.
        earlier: none, unless it has come before.
    """

    place: Place
    upload: Upload
    again: Retried | None
    earlier: list[Answered]


@asynccontextmanager
async def arrived(parts: Parts, request: Request, *, lines: bool = False) -> AsyncIterator[tuple[Place, Upload]]:
    """The request's place in the queue, while it keeps it, and its body.

    Args:
        parts: of the running service.
        request: whose.
        lines: whether the body may also be lines of JSON.

    Raises:
        RequestRefused: it cannot be answered now, waits too long, or is too large.
        StoreError: its answer could not be stored.
    """
    async with drained_if_refused(request):
        refuse_unanswerable(parts, request)
        body = announced(request, parts.settings, lines=lines)
        place = parts.queue.place(request, declared(request, body.limit))
    with place:
        async with drained_if_refused(request):
            upload = await body.receive(request)
        place.holds(len(upload.body))
        yield place, upload


@asynccontextmanager
async def asked(parts: Parts, request: Request, *, lines: bool = False) -> AsyncIterator[Asked]:
    """As `arrived`, for what may come again under its Idempotency-Key.

    Raises:
        RequestRefused, StoreError: as there, or it is no such key.
        KeyRefused: its key came with another request.
    """
    async with drained_if_refused(request):
        key = key_of(request)
    async with arrived(parts, request, lines=lines) as (place, upload):
        again = None if key is None else await parts.in_pool(lambda: retried(request, key, upload.body))
        earlier = [] if again is None else await parts.store.earlier(again)
        yield Asked(place, upload, again, earlier)

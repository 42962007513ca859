"""What the mapping read -> the diagnosis, through the queue, engine and store that HTTP requests go through."""

import asyncio
import os
from dataclasses import dataclass
from typing import NoReturn

from pydantic import ValidationError
from starlette.requests import Request
from starlette.types import Message

from data.errors import SignalError
from service.answering import Answered, answered, kept, refuse_unanswerable, remember
from service.assets import point
from service.assets.diagnosing import Listening
from service.assets.diagnosing import diagnosed as diagnosed_axis
from service.assets.point import Point
from service.errors import RequestRefused, invalid
from service.mqtt.mapping import MessageMapping
from service.mqtt.reading import Read, read
from service.mqtt.result import result
from service.mqtt.spool import Answer, Kept
from service.mqtt.value import Unreadable
from service.parts import Parts
from service.question import Given, Query
from service.store.store import Retried
from service.store.trouble import KeyRefused

FINAL = (413, 422)
"""Statuses of what will be refused again."""


@dataclass(frozen=True, eq=False)
class Diagnosed:
    """The key that it is stored by, and what is to be published."""

    key: str
    answer: Answer


async def diagnosed(parts: Parts, mapping: MessageMapping, recording: Kept) -> Diagnosed:
    """The diagnosis of a recording in the spool, once it is stored; the one that it got before, where there is one.

    Raises:
        Unreadable, SignalError, KeyRefused, RequestRefused with a status in FINAL: there will never be one.
        RequestRefused, StoreError: not now.
    """
    source = next((each for each in mapping.sources if each.identity == recording.source), None)
    if source is None:
        raise Unreadable("topic: no source of the mapping listens to it any more")
    request = _standing_for_it()
    refuse_unanswerable(parts, request)
    size = sum(len(payload) for payload in recording.payloads)
    with parts.queue.place(request, size) as place:
        place.holds(size)
        got, again = await place.answer(lambda: _opened(read(mapping, source, recording.topic, recording.payloads)))
        earlier = await parts.store.earlier(again)
        if earlier:
            answer = earlier[0].answer
        else:
            registered = await parts.store.read(lambda connection: point.find(connection, got.asset))
            found = await place.answer(lambda: _answered(parts, got, registered, again))
            answer = await kept(parts, found)
            remember(parts, [found], [answer])
    return Diagnosed(again.key, Answer(got.result, result(got, recording.came_s, answer)))


def never(error: Exception) -> str | None:
    """Why a recording will never be diagnosed; None where it may be later."""
    if isinstance(error, RequestRefused):
        told = "; ".join(f"{each.field}: {each.reason}" for each in error.problems)
        return told if error.status in FINAL else None
    if isinstance(error, SignalError):
        return f"{error.field}: {error.reason}"
    if isinstance(error, KeyRefused):
        return "id: another recording of this asset and axis had the same"
    return str(error) if isinstance(error, Unreadable) else None


def _opened(got: Read) -> tuple[Read, Retried]:
    return got, got.retried()


def _answered(parts: Parts, got: Read, registered: Point | None, again: Retried) -> Answered:
    """A registered asset says what the mapping does not; one that is not registered has the mapping's facts alone."""
    given, identity = Given(got.signal, _query(got)), os.urandom(16).hex()
    if registered is None:
        return answered(parts, given, identity, 0.0, again)
    asset = registered.asset
    axis = next((each for each in asset.axes if each.name == got.axis), None)
    if axis is None:
        raise Unreadable(f"axis: the asset {asset.id} has no axis {got.axis!r}")
    return diagnosed_axis(parts, Listening(asset, axis, registered.healthy.get(axis.name)), given, identity, 0.0, again)


def _query(got: Read) -> Query:
    facts = got.facts
    try:
        return Query(
            rate_hz=got.signal.rate_hz,
            speed_rpm=got.speed_rpm,
            bearing=facts.bearing,
            source=f"{got.asset}/{got.axis}",
            sensitivity_mv_g=facts.sensitivity_mv_g,
            scale=got.scale,
        )
    except ValidationError as error:
        raise invalid(error) from None


def _standing_for_it() -> Request:
    """A request of a client that never goes away: the queue counts what waits by requests."""
    scope = {"type": "http", "method": "POST", "path": "", "query_string": b"", "headers": [], "client": ("mqtt", 0)}
    return Request(scope, _nothing_more)


async def _nothing_more() -> Message:
    await asyncio.Event().wait()
    _unreachable()


def _unreachable() -> NoReturn:
    raise AssertionError("nobody sets the event")

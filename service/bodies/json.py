"""JSON objects, strictly: a number is a number, not `true`, `"1.5"` or NaN.

Pydantic reads the bytes itself, which is as quick as msgspec at the samples; what costs is to hand it Python objects.
"""

from typing import TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError

from data.formats.signal import Signal
from service.bodies.codec import Bytes, Codec, Several
from service.errors import invalid, refused
from service.question import Body, Given, Query

Kind = TypeVar("Kind")

MOST_PARTS, MOST_QUOTES = 100, 4096
"""Lists and objects of a question, and quotes of its texts: it has one list for each axis. What is none would weigh
a hundred times its bytes by the time that it is refused."""

BYTES_OF_A_VALUE = 8
"""A shorter one counts as so many: `1,` are two bytes, and eighty once they are read."""

_BODY = TypeAdapter(Body)


def _read(body: Bytes, query: Query, name: str, every: Several) -> list[Given]:
    given = parsed(_BODY, body)
    return [Given(signal_of(given.samples), query, given)]


def parsed(kind: TypeAdapter[Kind], body: Bytes) -> Kind:
    """The body as a model of that kind.

    Raises:
        RequestRefused: 422, it is none.
    """
    text = _with_count(body)
    _refuse_foreign(text)
    try:
        return kind.validate_json(text)
    except ValidationError as error:
        raise invalid(error) from None


def refuse_heavy(body: Bytes, limit: int) -> None:
    """Of text within its limit of bytes: whether reading it would take more than twelve times that limit.

    Raises:
        RequestRefused: 413.
    """
    text = _with_count(body)
    values = sum(text.count(sign) for sign in (b",", b"[", b"{"))
    if values * BYTES_OF_A_VALUE > limit:
        raise refused(413, "length", f"{values} values as text; at most {limit // BYTES_OF_A_VALUE} are read")


def _refuse_foreign(body: bytes | bytearray) -> None:
    parts, quotes = body.count(b"[") + body.count(b"{"), body.count(b'"')
    if parts > MOST_PARTS or quotes > MOST_QUOTES:
        reason = f"{parts} lists and objects with {quotes // 2} texts; one flat list of numbers a channel is wanted"
        raise refused(422, "body", reason)


def _with_count(body: Bytes) -> bytes | bytearray:
    return bytes(body) if isinstance(body, memoryview) else body


def signal_of(samples: list[float]) -> Signal:
    """Samples that stand in a body, as float32 [samples]."""
    with np.errstate(over="ignore"):
        return Signal(np.asarray(samples, dtype=np.float64).astype(np.float32), None, "")


read_json = Codec(_read, text=True)

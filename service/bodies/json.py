"""JSON objects, strictly: a number is a number, not `true`, `"1.5"` or NaN.

Pydantic reads the bytes itself, which is as quick as msgspec at the samples; what costs is to hand it Python objects.
"""

from typing import TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError

from data.formats.signal import Signal
from service.bodies.codec import Bytes, Codec, Several
from service.errors import invalid
from service.question import Body, Given, Query

Kind = TypeVar("Kind")

_BODY = TypeAdapter(Body)


def _read(body: Bytes, query: Query, name: str, every: Several) -> list[Given]:
    given = parsed(_BODY, body)
    return [Given(signal_of(given.samples), query, given)]


def parsed(kind: TypeAdapter[Kind], body: Bytes) -> Kind:
    """The body as a model of that kind.

    Raises:
        RequestRefused: 422, it is none.
    """
    try:
        return kind.validate_json(bytes(body) if isinstance(body, memoryview) else body)
    except ValidationError as error:
        raise invalid(error) from None


def signal_of(samples: list[float]) -> Signal:
    """Samples that stand in a body, as float32 [samples]."""
    with np.errstate(over="ignore"):
        return Signal(np.asarray(samples, dtype=np.float64).astype(np.float32), None, "")


read_json = Codec(_read, text=True)

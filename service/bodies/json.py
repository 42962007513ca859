"""JSON objects, strictly: a number is a number, not `true`, `"1.5"` or NaN.

Pydantic reads the bytes itself, which is as quick as msgspec at the samples; what costs is to hand it Python objects.
"""

import numpy as np
from pydantic import ValidationError

from data.formats.signal import Signal
from service.bodies.codec import Bytes, Codec
from service.errors import invalid
from service.question import Body, Given, Query


def _read(body: Bytes, query: Query, name: str, every: bool) -> list[Given]:
    try:
        given = Body.model_validate_json(bytes(body) if isinstance(body, memoryview) else body)
    except ValidationError as error:
        raise invalid(error) from None
    with np.errstate(over="ignore"):
        samples = np.asarray(given.samples, dtype=np.float64).astype(np.float32)
    return [Given(Signal(samples, None, ""), query, given)]


read_json = Codec(_read, text=True)

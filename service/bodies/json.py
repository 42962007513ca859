"""JSON objects, strictly: a number is a number, not `true`, `"1.5"` or NaN.

The samples are decoded by msgspec, which is several times quicker at them than pydantic. What it refuses, pydantic
explains: of the two, the model `Body` is what counts.
"""

from typing import Any

import msgspec
import numpy as np
from pydantic import ValidationError

from data.formats.signal import Signal
from data.recording import SHORTEST_SAMPLES
from service.bodies.codec import Bytes, Codec
from service.errors import invalid
from service.question import Body, Facts, Given, Query

_QUICK: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
    msgspec.defstruct(
        "_Quick",
        [("samples", list[float]), *((name, Any, msgspec.UNSET) for name in Facts.model_fields)],
        forbid_unknown_fields=True,
    )
)


def _read(body: Bytes, query: Query, name: str, every: bool) -> list[Given]:
    try:
        samples, facts = _quick(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValidationError, RecursionError, ValueError):
        samples, facts = _explained(body)
    with np.errstate(over="ignore"):
        signal = Signal(np.asarray(samples, dtype=np.float64).astype(np.float32), None, "")
    return [Given(signal, query, facts)]


def _quick(body: Bytes) -> tuple[list[float], Facts]:
    found = _QUICK.decode(body)
    if len(found.samples) < SHORTEST_SAMPLES:
        raise ValueError
    told = {name: getattr(found, name) for name in Facts.model_fields}
    return found.samples, Facts.model_validate({name: each for name, each in told.items() if each is not msgspec.UNSET})


def _explained(body: Bytes) -> tuple[list[float], Facts]:
    try:
        given = Body.model_validate_json(bytes(body))
    except ValidationError as error:
        raise invalid(error) from None
    return given.samples, given


read_json = Codec(_read, text=True)

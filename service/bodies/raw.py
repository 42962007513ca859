"""Samples as they lie in memory: little-endian float32, or int16 with what one count is."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.formats.npy import MAGIC
from data.formats.signal import Signal
from data.units import COUNTS
from service.bodies.codec import Bytes, Codec, Several
from service.bodies.files import read_npy
from service.errors import refused
from service.question import Given, Query


def _float32(body: Bytes, query: Query, name: str, every: Several) -> list[Given]:
    if bytes(body[: len(MAGIC)]) == MAGIC:
        return read_npy.read(body, query, name, every)
    return [Given(Signal(_values(body, "<f4", "float32"), None, ""), query)]


def _int16(body: Bytes, query: Query, name: str, every: Several) -> list[Given]:
    if query.scale is None:
        raise refused(422, "scale", "is missing: only it says what one count is")
    return [Given(Signal(_values(body, "<i2", "int16").astype(np.float32), None, "", unit=COUNTS), query)]


def _values(body: Bytes, kind: str, name: str) -> NDArray[Any]:
    if len(body) % np.dtype(kind).itemsize:
        raise refused(422, "samples", f"{len(body)} bytes are no whole number of {name} values")
    return np.frombuffer(body, dtype=kind)


read_float32 = Codec(_float32)
"""A .npy file says so in its first bytes, and is read as one."""
read_int16 = Codec(_int16)

"""Tensors as the protocol sends them: numbers in JSON, or little-endian bytes."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.errors import refused

Array = NDArray[Any]

READ: dict[str, np.dtype[Any]] = {"FP32": np.dtype("<f4"), "FP64": np.dtype("<f8"), "INT16": np.dtype("<i2")}
"""What an input may be."""

WRITTEN = {np.dtype(np.float32): "FP32", np.dtype(np.int64): "INT64"}
TEXT = "BYTES"

MOST_ELEMENTS = 1 << 31
MOST_DIMENSIONS = 8


def kind(datatype: str, name: str) -> np.dtype[Any]:
    """The numbers behind a name of the protocol.

    Raises:
        RequestRefused: 400, not one that is read.
    """
    found = READ.get(datatype)
    if found is None:
        raise refused(400, name, f"of type {datatype[:20]!r}; {', '.join(READ)} are read")
    return found


def from_bytes(raw: memoryview, datatype: str, name: str) -> Array:
    """A row of numbers; nothing is copied.

    Raises:
        RequestRefused: 400, no whole number of them.
    """
    dtype = kind(datatype, name)
    if len(raw) % dtype.itemsize:
        raise refused(400, name, f"{len(raw)} bytes are no whole number of {datatype}")
    return np.frombuffer(raw, dtype)


def from_numbers(data: Sequence[Any], datatype: str, name: str) -> Array:
    """A row of numbers, from a row or from nested ones.

    Raises:
        RequestRefused: 400, not numbers, not of that type, or rows of several lengths.
    """
    dtype = kind(datatype, name)
    try:
        values = np.asarray(data)
        nested = values.ndim > 1 or values.dtype.kind != "f"  # else a decoder has seen that all are floats
        numbers = not nested or all(type(each) in (int, float) for each in np.asarray(data, object).reshape(-1))
    except (ValueError, OverflowError):
        raise refused(400, name, "rows of several lengths, or numbers beyond all bounds") from None
    if values.size and not (numbers and values.dtype.kind in "if"):
        raise refused(400, name, "data must be numbers")
    with np.errstate(all="ignore"):
        cast = values.astype(dtype).reshape(-1)
    if dtype.kind == "i" and not np.array_equal(cast, values.reshape(-1)):
        raise refused(400, name, f"data are not all {datatype}")
    return cast


def in_shape(values: Array, shape: Sequence[int], name: str) -> Array:
    """The row as a tensor.

    Raises:
        RequestRefused: 400, another number of values.
    """
    largest = max(shape, default=0)
    # Beside a 0 any number would do, also one that numpy cannot hold.
    if (
        len(shape) > MOST_DIMENSIONS
        or min(shape, default=0) < 0
        or largest > MOST_ELEMENTS
        or math.prod(shape) != values.size
    ):
        raise refused(400, name, f"{values.size} values do not fill shape {list(shape)[:MOST_DIMENSIONS]}")
    return values.reshape(shape)


def to_bytes(values: Array) -> tuple[str, bytes]:
    """The protocol's name of the type, and the bytes; texts each behind its length in 4 bytes."""
    if values.dtype == object:
        parts = [text.encode() for text in values.reshape(-1)]
        return TEXT, b"".join(len(part).to_bytes(4, "little") + part for part in parts)
    return WRITTEN[values.dtype], values.tobytes()


def to_numbers(values: Array) -> list[Any]:
    """A row, for JSON; what is no finite number is null there."""
    row: list[Any] = values.reshape(-1).tolist()
    return row

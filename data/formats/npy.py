"""NumPy's .npy files (format versions 1 and 2, numpy.lib.format); pickled objects are refused, they can run code.

The header is only a claim: its length is capped, and nothing is allocated by what it says.
"""

import io
import math
from typing import Any

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from data.formats.channel import Wanted, pick
from data.formats.signal import Signal
from data.formats.source import Source
from data.units import COUNTS

MAGIC: bytes = npy_format.MAGIC_PREFIX
_LONGEST_HEADER = 16_384
_MOST_CHANNELS = 256
_HEADERS = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}


def read(source: Source, wanted: Wanted = None) -> list[Signal]:
    """The array [samples], or channels of [samples, channels] or [channels, samples] (the longer axis is time).

    Raises:
        FormatError: no .npy file, objects in place of numbers, or several channels and none `wanted`.
    """
    array = _array(source)
    note = f"{array.dtype.name} {list(array.shape)}"
    whole = array.dtype.kind in "iu"
    if whole:
        note += "; whole numbers, taken as they are: counts of the converter, not g"
    return channels_of(source, array, wanted, note=note, unit=COUNTS if whole else None)


def channels_of(
    source: Source, array: NDArray[Any], wanted: Wanted, *, note: str, rate_hz: float | None = None, unit: str | None
) -> list[Signal]:
    """The wanted channels of an array with one or two axes.

    Raises:
        FormatError: no real numbers, more axes, or several channels and none `wanted` (by number from 1).
    """
    if array.dtype.kind not in "fiu":
        raise source.wrong(f"values of type {array.dtype}; real numbers are wanted")
    squeezed = np.squeeze(array)
    if squeezed.ndim > 2 or squeezed.ndim == 0:
        raise source.wrong(f"shape {array.shape}; [samples] or [samples, channels] is wanted")
    columns = squeezed.reshape(-1, 1) if squeezed.ndim == 1 else squeezed
    columns = columns if columns.shape[0] >= columns.shape[1] else columns.T
    count = columns.shape[1]
    if count > _MOST_CHANNELS:
        raise source.wrong(f"shape {array.shape}; at most {_MOST_CHANNELS} channels are read")
    found = []
    for place in pick(source, [str(number) for number in range(1, count + 1)], wanted):
        with np.errstate(over="ignore"):
            samples = np.ascontiguousarray(columns[:, place], dtype=np.float32)
        found.append(Signal(samples, rate_hz, note, channel=str(place + 1) if count > 1 else None, unit=unit))
    return found


def _array(source: Source) -> NDArray[Any]:
    content = source.file.read()
    head = io.BytesIO(content[:_LONGEST_HEADER])
    try:
        shape, by_column, kind = _HEADERS[npy_format.read_magic(head)](head)
    except Exception:  # numpy's parser of the header lets through what Python's tokenizer and evaluator raise
        raise source.wrong("not a .npy file of version 1.0 or 2.0") from None
    if kind.hasobject:
        raise source.wrong("objects in place of numbers; real numbers are wanted")
    held, needed = len(content) - head.tell(), math.prod(shape) * kind.itemsize
    if needed != held or min(shape, default=1) < 0 or not kind.itemsize:
        raise source.wrong(f".npy of shape {shape} needs {needed} bytes, {held} follow")
    values = np.frombuffer(content, dtype=kind, offset=head.tell())
    return values.reshape(shape, order="F" if by_column else "C")

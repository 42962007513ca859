"""Answers as they are stored: compressed against answers that never change, to a fifth of their size.

One byte with the dictionary's number, then zlib with that dictionary. A dictionary is never edited once there are
stores that were written with it: another one is another file with the next number.
"""

import struct
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from math import isnan, nan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.fault import FAULTS, Fault

DICTIONARIES = Path(__file__).parent / "dictionaries"
NEWEST = 2

LEVEL, WINDOW_BITS, MEMORY_LEVEL = 6, 14, 6
"""zlib's own defaults clear 256 kB for each answer, which costs more than compressing its two."""

CONDITION = ("velocity_rms_mm_s", "kurtosis", "envelope_rms_g", "change_deviation")
"""What a trend shows of a recording's indicators; the last is that of `models.baseline.Change`, in spreads."""

_SHARES = struct.Struct(f"<{len(FAULTS)}H")
_WHOLE = 10_000
_HALVES = struct.Struct(f"<{len(CONDITION)}e")
_LARGEST = 65504.0


def pack(answer: bytes) -> bytes:
    """The answer's JSON, smaller."""
    packer = _primed(NEWEST).copy()
    return bytes([NEWEST]) + packer.compress(answer) + packer.flush()


def unpack(packed: bytes) -> bytes:
    """The answer's JSON, byte for byte."""
    return zlib.decompressobj(zdict=_dictionary(packed[0])).decompress(packed[1:])


def pack_probabilities(probabilities: Mapping[Fault, float] | None) -> bytes | None:
    """Those of the faults in the order of `FAULTS`, two bytes each."""
    if probabilities is None:
        return None
    return _SHARES.pack(*(round(_WHOLE * probabilities[fault]) for fault in FAULTS))


def unpack_probabilities(packed: bytes) -> dict[Fault, float]:
    """The probabilities, to four digits."""
    return dict(zip(FAULTS, [share / _WHOLE for share in _SHARES.unpack(packed)], strict=True))


def pack_condition(values: Mapping[str, float]) -> bytes:
    """Those of `CONDITION` that are there, two bytes each: three digits, and what is larger than 65504 is that."""
    found = [values.get(name, nan) for name in CONDITION]
    return _HALVES.pack(*(each if isnan(each) else max(-_LARGEST, min(_LARGEST, each)) for each in found))


def unpack_condition(packed: bytes) -> dict[str, float]:
    """The values that were there, to four digits."""
    found = zip(CONDITION, _HALVES.unpack(packed), strict=True)
    return {name: float(f"{value:.4g}") for name, value in found if not isnan(value)}


def unpack_conditions(packed: Iterable[bytes | None]) -> NDArray[np.float64]:
    """Those of many at once: float64 [many, CONDITION], as they are kept; NaN: it was not there."""
    unknown = pack_condition({})
    halves = np.frombuffer(b"".join(each or unknown for each in packed), dtype="<f2")
    return halves.reshape(-1, len(CONDITION)).astype(np.float64)


@cache
def _primed(number: int) -> "zlib._Compress":
    return zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW_BITS, MEMORY_LEVEL, zdict=_dictionary(number))


@cache
def _dictionary(number: int) -> bytes:
    return (DICTIONARIES / f"{number}.json").read_bytes()

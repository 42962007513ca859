"""Answers as they are stored: compressed against answers that never change, to a fifth of their size.

One byte with the dictionary's number, then zlib with that dictionary. A dictionary is never edited once there are
stores that were written with it: another one is another file with the next number.
"""

import struct
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from data.fault import FAULTS, Fault

DICTIONARIES = Path(__file__).parent / "dictionaries"
NEWEST = 1

LEVEL, WINDOW_BITS, MEMORY_LEVEL = 6, 14, 6
"""zlib's own defaults clear 256 kB for each answer, which costs more than compressing its two."""

_SHARES = struct.Struct(f"<{len(FAULTS)}H")
_WHOLE = 10_000


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


@cache
def _primed(number: int) -> "zlib._Compress":
    return zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW_BITS, MEMORY_LEVEL, zdict=_dictionary(number))


@cache
def _dictionary(number: int) -> bytes:
    return (DICTIONARIES / f"{number}.json").read_bytes()

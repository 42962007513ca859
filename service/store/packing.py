"""Answers as they are stored: compressed against answers that never change, to a fifth of their size.

One byte with the dictionary's number, then zlib with that dictionary. A dictionary is never edited once there are
stores that were written with it: another one is another file with the next number.
"""

import zlib
from functools import cache
from pathlib import Path

DICTIONARIES = Path(__file__).parent / "dictionaries"
NEWEST = 1

LEVEL, WINDOW_BITS, MEMORY_LEVEL = 6, 14, 6
"""zlib's own defaults clear 256 kB for each answer, which costs more than compressing its two."""


def pack(answer: bytes) -> bytes:
    """The answer's JSON, smaller."""
    packer = _primed(NEWEST).copy()
    return bytes([NEWEST]) + packer.compress(answer) + packer.flush()


def unpack(packed: bytes) -> bytes:
    """The answer's JSON, byte for byte."""
    return zlib.decompressobj(zdict=_dictionary(packed[0])).decompress(packed[1:])


@cache
def _primed(number: int) -> "zlib._Compress":
    return zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW_BITS, MEMORY_LEVEL, zdict=_dictionary(number))


@cache
def _dictionary(number: int) -> bytes:
    return (DICTIONARIES / f"{number}.json").read_bytes()

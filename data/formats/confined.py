"""Formats whose parsers are not ours, or can be made to swell, read in a process of their own.

The child (`data.formats.cell`) gets the bytes as an anonymous file on its standard input and writes the samples into
another one; the kernel limits its memory, its processor time, and what it can write. Whatever it does, crash or hang
or swell, ends as an error of this one file.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

import data
from data.errors import FormatError
from data.formats import tdms, uff
from data.formats.channel import EVERY, Wanted
from data.formats.signal import Signal

MIB = 1 << 20
_HDF5_AT = 512
_MATLAB_5 = (b"\x00\x01IM", b"\x01\x00MI")


class TooMuchError(FormatError):
    """A file that needs more memory, time or room than reading one may."""


@dataclass(frozen=True)
class Limits:
    """What the child may use.

    Attributes:
        memory_bytes: of address space, its libraries included, which are 0.5 GiB.
        cpu_s: seconds of processor.
        wall_s: seconds of clock.
        samples_bytes: what all channels together may be, as float32.
    """

    memory_bytes: int = 1024 * MIB
    cpu_s: int = 20
    wall_s: float = 40.0
    samples_bytes: int = 512 * MIB


def read(
    content: bytes | bytearray | memoryview, name: str, ending: str, wanted: Wanted, limits: Limits = Limits()
) -> list[Signal]:
    """As `FORMATS[ending]` reads a file of this content.

    Args:
        content: of the file.
        name: what messages call it.
        ending: one of `CONFINED`.
        wanted: which channels.
        limits: of the child.

    Raises:
        FormatError: as the format raises it, or its parser crashed.
        TooMuchError: over the limits.
    """
    if not CONFINED[ending](bytes(content[:1024])):
        raise FormatError(f"{name}: does not begin like a file of the kind {ending}")
    order = {
        "name": name,
        "ending": ending,
        "every": wanted is EVERY,
        "channel": None if wanted is EVERY else wanted,
        **asdict(limits),
    }
    with _anonymous("content") as given, _anonymous("samples") as found:
        given.write(content)
        given.seek(0)
        ended = _run(json.dumps(order), given, found, limits.wall_s, name)
        answer = _answer(found)
        if ended != 0 or answer is None:
            raise _died(ended, name, limits)
        return _signals(answer, found)


def _run(order: str, given: BinaryIO, found: BinaryIO, wall_s: float, name: str) -> int:
    environment = {
        "PYTHONPATH": str(Path(data.__file__).parents[1]),
        # Each thread of a linear algebra library would claim address space that the limit counts.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "data.formats.cell", order]
    with subprocess.Popen(command, stdin=given, stdout=found, stderr=subprocess.DEVNULL, env=environment) as child:
        try:
            return child.wait(wall_s)
        except subprocess.TimeoutExpired:
            raise TooMuchError(f"{name}: reading it took over {wall_s:g} s") from None
        finally:
            child.kill()

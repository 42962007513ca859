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
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import numpy as np
from pydantic import TypeAdapter

import data
from data.errors import FormatError
from data.formats import mat, tdms, uff
from data.formats.cell import SWOLLEN, Limits, Order, Report
from data.formats.channel import EVERY, Wanted
from data.formats.signal import Signal

CONFINED: dict[str, Callable[[bytes], bool]] = {
    ".mat": mat.begins,
    ".tdms": tdms.begins,
    ".uff": uff.begins,
    ".unv": uff.begins,
}
"""Whether the first kilobyte is that of such a file: no process is started for what is plainly none."""


_USUAL = Limits()
_REPORT = TypeAdapter(Report)


class TooMuchError(FormatError):
    """A file that needs more memory, time or room than reading one may."""


def read(
    content: bytes | bytearray | memoryview, name: str, ending: str, wanted: Wanted, limits: Limits = _USUAL
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
        raise FormatError(f"{name}: does not begin like a {ending} file")
    order = Order(name, ending, wanted is EVERY, None if wanted is EVERY else wanted, limits)
    with _anonymous("content") as given, _anonymous("samples") as found:
        given.write(content)
        given.seek(0)
        ended = _run(order, given, found)
        found.seek(0)
        if ended != 0:
            raise _died(order, ended)
        return _signals(order, found)


def _run(order: Order, given: BinaryIO, found: BinaryIO) -> int:
    environment = {
        "PYTHONPATH": str(Path(data.__file__).parents[1]),
        # Each thread of a linear algebra library would claim address space, which the limit counts.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "data.formats.cell", json.dumps(asdict(order))]
    with subprocess.Popen(command, stdin=given, stdout=found, stderr=subprocess.DEVNULL, env=environment) as child:
        try:
            return child.wait(order.limits.wall_s)
        except subprocess.TimeoutExpired:
            raise TooMuchError(f"{order.name}: reading it took over {order.limits.wall_s:g} s") from None
        finally:
            child.kill()


def _signals(order: Order, found: BinaryIO) -> list[Signal]:
    # The child read what strangers sent: its report is believed no more than a file.
    try:
        report = _REPORT.validate_json(found.readline())
        if report.wrong is not None:
            raise FormatError(report.wrong, report.wrong_field)
        signals = []
        for each in report.signals:
            samples = np.frombuffer(found.read(4 * each.samples), np.float32, each.samples)
            facts = (each.rate_hz, each.note, each.speed_rpm, each.channel, each.unit)
            signals.append(Signal(samples, *facts))
    except ValueError:
        raise FormatError(f"{order.name}: the parser of {order.ending} files failed on it") from None
    return signals


def _died(order: Order, ended: int) -> FormatError:
    if ended == SWOLLEN:
        most = order.limits.memory_bytes >> 20
        return TooMuchError(f"{order.name}: unpacked it is larger than the {most} MiB that reading a file may take")
    if ended in (-signal.SIGXCPU, -signal.SIGKILL):
        return TooMuchError(f"{order.name}: reading it took over {order.limits.cpu_s} s of processor time")
    return FormatError(f"{order.name}: the parser of {order.ending} files crashed on it")


@contextmanager
def _anonymous(name: str) -> Iterator[BinaryIO]:
    with open(os.memfd_create(name), "w+b", buffering=0) as file:
        yield file

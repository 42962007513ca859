"""Files that engineers bring; a new format is one file here with `read(path, channel)` and one line in `FORMATS`."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from data.errors import FormatError
from data.formats import csv, mat, npy, wav
from data.formats.signal import Channel, Signal

FORMATS: dict[str, Callable[[Path, Channel], Signal]] = {
    ".csv": csv.read,
    ".txt": csv.read,
    ".npy": npy.read,
    ".wav": wav.read,
    ".mat": mat.read,
}

__all__ = ["FORMATS", "Channel", "Signal", "read_signal"]


def read_signal(path: Path, *, rate_hz: float | None = None, channel: Channel = None) -> Signal:
    """One channel of a file, read by the ending of its name.

    Args:
        path: the file.
        rate_hz: sampling rate; counts before what the file says.
        channel: name, or number from 1, where the file has several.

    Raises:
        FormatError: no such file, an ending that is not known, or the file is not what its ending says.
    """
    reader = FORMATS.get(path.suffix.lower())
    if reader is None:
        raise FormatError(f"{path}: endings that can be read are {', '.join(FORMATS)}")
    if not path.is_file():
        raise FormatError(f"{path}: there is no such file")
    signal = reader(path, channel)
    if rate_hz is None or signal.rate_hz == rate_hz:
        return signal
    note = signal.note
    if signal.rate_hz is not None and not math.isclose(signal.rate_hz, rate_hz, rel_tol=1e-4):
        note += f"; the file says {signal.rate_hz:g} Hz, {rate_hz:g} Hz was asked for and used"
    return replace(signal, rate_hz=rate_hz, note=note)

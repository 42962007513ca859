"""Files that engineers bring; a new format is one file here with `read(source, wanted)` and one line in `FORMATS`."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from data.errors import FormatError
from data.formats import csv, mat, npy, tdms, uff, wav
from data.formats.channel import EVERY, Channel, Wanted
from data.formats.signal import Signal
from data.formats.source import Source, opened
from data.units import AS_IT_IS, Calibration

FORMATS: dict[str, Callable[[Source, Wanted], list[Signal]]] = {
    ".csv": csv.read,
    ".txt": csv.read,
    ".npy": npy.read,
    ".wav": wav.read,
    ".mat": mat.read,
    ".tdms": tdms.read,
    ".uff": uff.read,
    ".unv": uff.read,
}

__all__ = ["EVERY", "FORMATS", "Channel", "Signal", "Source", "read_signal", "read_signals"]


def read_signal(
    path: Path, *, rate_hz: float | None = None, channel: Channel = None, calibration: Calibration = AS_IT_IS
) -> Signal:
    """One channel of a file in g, read by the ending of its name.

    Args:
        path: the file.
        rate_hz: sampling rate; counts before what the file says.
        channel: name, or number from 1, where the file has several.
        calibration: what the numbers mean; counts before what the file says.

    Raises:
        FormatError: no such file, an ending that is not known, or the file is not what its ending says.
        SignalError: its unit is none of acceleration, or volts without a sensitivity.
    """
    return _told(_read(path, channel)[0], rate_hz, calibration)


def read_signals(path: Path, *, rate_hz: float | None = None, calibration: Calibration = AS_IT_IS) -> list[Signal]:
    """Every channel of a file, as `read_signal` reads one."""
    return [_told(signal, rate_hz, calibration) for signal in _read(path, EVERY)]


def _read(path: Path, wanted: Wanted) -> list[Signal]:
    reader = FORMATS.get(path.suffix.lower())
    if reader is None:
        raise FormatError(f"{path}: endings that can be read are {', '.join(FORMATS)}")
    with opened(path) as source:
        return reader(source, wanted)


def _told(signal: Signal, rate_hz: float | None, calibration: Calibration) -> Signal:
    known, doubts = signal.told(rate_hz, calibration)
    return replace(known, note="; ".join([known.note, *doubts]))

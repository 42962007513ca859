"""TDMS files of LabVIEW and DAQmx, by npTDMS: channels in groups, with rate and unit among their properties."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from data.errors import FormatError
from data.formats.channel import Wanted, pick
from data.formats.signal import Signal
from data.formats.source import Source
from data.formats.time_axis import is_clock, rate_of, snapped
from data.recording import SHORTEST_SAMPLES

MAGIC = b"TDSm"
_UNITS = ("unit_string", "NI_UnitDescription", "Unit", "unit")


def begins(head: bytes) -> bool:
    """Whether a file that begins so can be one of TDMS."""
    return head.startswith(MAGIC)


def read(source: Source, wanted: Wanted = None) -> list[Signal]:
    """Channels of a TDMS file, scaled as the file says, `group/channel` by name.

    Raises:
        FormatError: no TDMS file, a damaged one, or several channels and none `wanted`.
    """
    import nptdms

    if not begins(source.file.read(len(MAGIC))):
        raise source.wrong("a TDMS file is wanted")
    source.file.seek(0)
    try:
        with nptdms.TdmsFile.open(source.file) as file:
            return _channels(source, file, wanted)
    except (FormatError, MemoryError):
        raise
    except Exception as error:  # damaged files make npTDMS raise nearly everything
        raise source.wrong(f"{type(error).__name__}: {error}; a TDMS file is wanted") from error


def _channels(source: Source, file: Any, wanted: Wanted) -> list[Signal]:
    found = [channel for group in file.groups() for channel in group.channels() if _is_numbers(channel)]
    names = [f"{channel.group_name}/{channel.name}" for channel in found]
    clock = next((place for place, channel in enumerate(found) if _times(channel) is not None), None)
    offered = [place for place in range(len(found)) if place != clock]
    signals = []
    for place in pick(source, names, wanted, offered=offered):
        channel = found[place]
        rate = _rate(channel.properties)
        if rate is None and clock is not None and len(found[clock]) == len(channel):
            rate = rate_of(_times(found[clock]), f"{source.name}: {names[clock]}")
        with np.errstate(over="ignore"):
            samples = np.asarray(channel[:]).astype(np.float32)
        note = f"TDMS channel {names[place]}"
        signals.append(Signal(samples, rate, note, channel=names[place], unit=_unit(channel.properties)))
    return signals


def _is_numbers(channel: Any) -> bool:
    return len(channel) >= SHORTEST_SAMPLES and np.dtype(channel.dtype).kind in "fiu"


def _times(channel: Any) -> Any:
    if channel.name.strip().lower() not in ("t", "time", "times"):
        return None
    times = np.asarray(channel[:], dtype=np.float64)
    return times if is_clock(channel.name.strip().lower(), times) else None


def _rate(properties: Mapping[str, Any]) -> float | None:
    step = properties.get("wf_increment")
    if not isinstance(step, int | float | np.number) or not np.isfinite(step) or step <= 0:
        return None
    rate = 1 / float(step)
    return snapped(rate) if np.isfinite(rate) else None


def _unit(properties: Mapping[str, Any]) -> str | None:
    return next((str(properties[name]).strip() for name in _UNITS if str(properties.get(name, "")).strip()), None)

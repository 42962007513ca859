"""A recording by what a person calls it: a file, or `DATASET/NAME` of a public one."""

from dataclasses import dataclass, replace
from pathlib import Path

from data.bearing import Bearing, read_bearing
from data.datasets import DATASETS, named
from data.errors import DatasetError, FormatError
from data.formats import read_signal
from data.home import data_root
from data.recording import Recording
from data.units import AS_IT_IS, Calibration


@dataclass(frozen=True, eq=False)
class Named:
    """A recording, how it was read or whom to cite for it, and the bearing that was given with it."""

    recording: Recording
    note: str
    bearing: Bearing | None


def open_named(
    what: str,
    *,
    rate_hz: float | None = None,
    speed_rpm: float | None = None,
    bearing: str | None = None,
    channel: str | None = None,
    calibration: Calibration = AS_IT_IS,
) -> Named:
    """Reads it; what is given here counts before what the file or the dataset says.

    Raises:
        FormatError: no such file, or one that cannot be read or does not say its sampling rate.
        DatasetError: no such public recording, or it is not here.
        SignalError: no signal, or no such bearing.
    """
    given: dict[str, object] = {"rate_hz": rate_hz, "speed_rpm": speed_rpm}
    known = None if bearing is None else read_bearing(bearing)
    if known is not None:
        given |= {"orders": known.orders, "bearing": known.name}
    recording, note = _from_file(what, rate_hz, channel, calibration) if _is_file(what) else _from_dataset(what)
    given = {name: value for name, value in given.items() if value is not None}
    return Named(replace(recording, **given), note, known)  # type: ignore[arg-type]


def _is_file(what: str) -> bool:
    return Path(what).is_file() or "." in what.rsplit("/", 1)[-1]


def _from_file(
    what: str, rate_hz: float | None, channel: str | None, calibration: Calibration
) -> tuple[Recording, str]:
    path = Path(what)
    signal = read_signal(path, rate_hz=rate_hz, channel=channel, calibration=calibration)
    if signal.rate_hz is None:
        raise FormatError(f"{path}: the file does not say its sampling rate; give --rate-hz ({signal.note})")
    recording = Recording(
        signal.samples,
        signal.rate_hz,
        signal.speed_rpm,
        source=path.name,
        channel=signal.channel,
        unit=signal.unit,
    )
    return recording, signal.note


def _from_dataset(what: str) -> tuple[Recording, str]:
    if what.partition("/")[0] not in DATASETS:
        raise DatasetError(f"{what}: there is no such file, and no such dataset; there are {', '.join(DATASETS)}")
    dataset, entries = named(what)
    if len(entries) != 1:
        raise DatasetError(f"{what} has {len(entries)} recordings; take one, as {what}/{entries[0].name}")
    return dataset.load(data_root(), entries[0]), dataset.citation

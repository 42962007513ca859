"""MATLAB files, version 5 (by scipy) and 7.3 (HDF5, by h5py, where every array lies transposed).

Knows the two published layouts that engineers practise with: MFPT's struct `bearing` and CWRU's `X105_DE_time`.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import FormatError
from data.formats.signal import Channel, Signal
from data.formats.time_axis import is_regular, rate_of
from data.recording import SHORTEST_SAMPLES

_MOST_COLUMNS = 64
_RATE_NAMES = {"fs", "sr", "ratehz", "samplerate", "samplingrate", "samplingfrequency", "samplefrequency"}
_TIME_NAMES = {"t", "time", "times"}


def read_variables(path: Path) -> dict[str, Any]:
    """All variables by name: arrays, numbers, strings, and structs as dicts; without MATLAB's own header entries.

    Raises:
        FormatError: no MATLAB file, or a damaged one.
    """
    import h5py

    try:
        if h5py.is_hdf5(path):
            with h5py.File(path, "r") as file:
                return _group(file)
        return _version_5(path)
    except FormatError:
        raise
    except Exception as error:  # scipy's parser raises nearly everything on damaged files
        raise FormatError(f"{path}: {type(error).__name__}: {error}; a MATLAB file is wanted") from error


def numbered(variables: Mapping[str, Any], ending: str, number: int | None) -> str | None:
    """CWRU's key that ends in `ending`: the one with the file's own number, else the only one, else None.

    Some of those files hold a second recording, and in some the number in the key is not the file's.
    """
    keys = [key for key in variables if re.fullmatch(rf"X\d+{ending}", key)]
    own = f"X{number:03d}{ending}" if number is not None else ""
    return own if own in keys else keys[0] if len(keys) == 1 else None


def read(path: Path, channel: Channel = None) -> Signal:
    """One signal of a MATLAB file, with sampling rate and speed where the layout is known.

    `channel` is the name of a variable (`x`), of a struct's field (`bearing.gs`), or of a matrix's column (`x:2`).

    Raises:
        FormatError: no MATLAB file, or not exactly one long vector and no `channel`; the message lists what there is.
    """
    variables = read_variables(path)
    known = None if channel is not None else _mfpt(variables) or _cwru(variables, path)
    return known or _any(path, variables, channel)


def _version_5(path: Path) -> dict[str, Any]:
    from scipy.io import loadmat

    variables: dict[str, Any] = loadmat(str(path), simplify_cells=True, appendmat=False)
    return {name: value for name, value in variables.items() if not name.startswith("__")}


def _group(group: Any) -> dict[str, Any]:
    import h5py

    found: dict[str, Any] = {}
    for name, item in group.items():
        if name.startswith("#"):
            continue
        if isinstance(item, h5py.Group):
            found[name] = _group(item)
        elif item.dtype.kind in "fiu" and "MATLAB_empty" not in item.attrs:
            found[name] = _value(item)
    return found


def _value(item: Any) -> Any:
    values = np.squeeze(item[()].T)
    if item.attrs.get("MATLAB_class") == b"char":
        return "".join(map(chr, np.atleast_1d(values).ravel()))
    return values[()] if values.ndim == 0 else values


def _mfpt(variables: Mapping[str, Any]) -> Signal | None:
    bearing = variables.get("bearing")
    if not isinstance(bearing, dict) or not {"gs", "sr"} <= bearing.keys():
        return None
    speed = bearing.get("rate")
    return Signal(
        np.asarray(bearing["gs"], dtype=np.float32).ravel(),
        float(bearing["sr"]),
        "MFPT: field gs of struct bearing, g",
        None if speed is None else float(speed) * 60,
    )


def _cwru(variables: Mapping[str, Any], path: Path) -> Signal | None:
    digits = re.match(r"\d+", path.stem)
    number = int(digits[0]) if digits else None
    key = numbered(variables, "_DE_time", number)
    if key is None:
        return None
    speed = numbered(variables, "RPM", number)
    return Signal(
        np.asarray(variables[key], dtype=np.float32).ravel(),
        None,
        f"CWRU: drive end, {key}, g; the file does not say its rate (12 or 48 kHz)",
        None if speed is None else float(variables[speed]),
    )


def _any(path: Path, variables: Mapping[str, Any], channel: Channel) -> Signal:
    vectors = dict(_vectors(variables))
    clock = next((name for name, values in vectors.items() if _leaf(name) in _TIME_NAMES and is_regular(values)), None)
    if channel is None:
        candidates = [name for name in vectors if name != clock]
    else:
        wanted = str(channel).strip()
        candidates = [wanted] if wanted in vectors else [name for name in vectors if name.endswith(f".{wanted}")]
    if len(candidates) != 1:
        listed = ", ".join(f"{name} [{values.size}]" for name, values in vectors.items()) or "none"
        asked = "say which with `channel`" if channel is None else f"{channel!r} is not one of them"
        raise FormatError(f"{path}: vectors of at least {SHORTEST_SAMPLES} numbers: {listed}; {asked}")
    name = candidates[0]
    rate = _rate(variables)
    if rate is None and clock is not None and vectors[clock].size == vectors[name].size:
        rate = rate_of(vectors[clock], f"{path}: {clock}")
    return Signal(vectors[name].astype(np.float32), rate, f"variable {name}")


def _rate(variables: Mapping[str, Any]) -> float | None:
    named = (value for name, value in _leaves(variables) if _leaf(name) in _RATE_NAMES and np.size(value) == 1)
    return next((float(value) for value in named), None)


def _leaf(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.rsplit(".", 1)[-1].lower())


def _leaves(variables: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in variables.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name}.")
        elif np.asarray(value).dtype.kind in "fiu":
            yield prefix + name, value


def _vectors(variables: Mapping[str, Any]) -> Iterator[tuple[str, NDArray[np.float64]]]:
    for name, value in _leaves(variables):
        array = np.squeeze(np.asarray(value, dtype=np.float64))
        if array.ndim == 1 and array.size >= SHORTEST_SAMPLES:
            yield name, array
        elif array.ndim == 2 and max(array.shape) >= SHORTEST_SAMPLES and min(array.shape) <= _MOST_COLUMNS:
            columns = array if array.shape[0] >= array.shape[1] else array.T
            for number in range(columns.shape[1]):
                yield f"{name}:{number + 1}", columns[:, number]

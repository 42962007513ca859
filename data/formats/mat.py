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
from data.formats.channel import EVERY, Wanted, pick
from data.formats.signal import Signal
from data.formats.source import Source
from data.formats.time_axis import is_clock, rate_of
from data.recording import SHORTEST_SAMPLES

_HDF5 = b"\x89HDF\r\n\x1a\n"
_USER_BLOCK = 512
_VERSION_5 = (b"\x00\x01IM", b"\x01\x00MI")
_VERSION_5_AT = 124
_MOST_COLUMNS = 64
_RATE_NAMES = {"fs", "sr", "ratehz", "samplerate", "samplingrate", "samplingfrequency", "samplefrequency"}


def read_variables(source: Source) -> dict[str, Any]:
    """All variables by name: arrays, numbers, strings, and structs as dicts; without MATLAB's own header entries.

    Raises:
        FormatError: no MATLAB file, or a damaged one.
    """
    head = source.file.read(_USER_BLOCK + len(_HDF5))
    source.file.seek(0)
    try:
        return _version_73(source) if _is_hdf5(head) else _version_5(source)
    except (FormatError, MemoryError):
        raise
    except Exception as error:  # scipy's parser raises nearly everything on damaged files
        raise source.wrong(f"{type(error).__name__}: {error}; a MATLAB file is wanted") from error


def begins(head: bytes) -> bool:
    """Whether a file that begins so can be one of MATLAB, version 5 or 7.3."""
    return head[_VERSION_5_AT : _VERSION_5_AT + 4] in _VERSION_5 or _is_hdf5(head)


def numbered(variables: Mapping[str, Any], ending: str, number: int | None) -> str | None:
    """CWRU's key that ends in `ending`: the one with the file's own number, else the only one, else None.

    Some of those files hold a second recording, and in some the number in the key is not the file's.
    """
    keys = [key for key in variables if re.fullmatch(rf"X\d+{ending}", key)]
    own = f"X{number:03d}{ending}" if number is not None else ""
    return own if own in keys else keys[0] if len(keys) == 1 else None


def read(source: Source, wanted: Wanted = None) -> list[Signal]:
    """Signals of a MATLAB file, with sampling rate and speed where the layout is known.

    A channel is the name of a variable (`x`), of a struct's field (`bearing.gs`), or of a matrix's column (`x:2`).

    Raises:
        FormatError: no MATLAB file, or not exactly one long vector and none `wanted`; the message lists what there is.
    """
    variables = read_variables(source)
    known = _mfpt(variables) if wanted is None or wanted is EVERY else None
    if known is None and wanted is None:
        known = _cwru(variables, source.name)
    return [known] if known is not None else _any(source, variables, wanted)


def _is_hdf5(head: bytes) -> bool:
    return any(head.startswith(_HDF5, place) for place in (0, _USER_BLOCK))


def _version_5(source: Source) -> dict[str, Any]:
    from scipy.io import loadmat

    variables: dict[str, Any] = loadmat(
        source.file,  # type: ignore[arg-type]  # scipy-stubs know of paths only
        simplify_cells=True,
        appendmat=False,
    )
    return {name: value for name, value in variables.items() if not name.startswith("__")}


def _version_73(source: Source) -> dict[str, Any]:
    import h5py

    with h5py.File(source.file, "r") as file:
        return _group(file)


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
        "bearing.gs",
        "g",
    )


def _cwru(variables: Mapping[str, Any], name: str) -> Signal | None:
    digits = re.match(r"\d+", Path(name).stem)
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
        key,
        "g",
    )


def _any(source: Source, variables: Mapping[str, Any], wanted: Wanted) -> list[Signal]:
    vectors = dict(_vectors(variables))
    names = list(vectors)
    clock = next((name for name in names if is_clock(_leaf(name), vectors[name])), None)
    offered = [place for place, name in enumerate(names) if name != clock]
    listed = [f"{name} [{values.size}]" for name, values in vectors.items()]
    if not offered:
        raise source.wrong(f"no vector of at least {SHORTEST_SAMPLES} numbers in it")
    stated = _rate(variables)
    found = []
    for place in pick(source, names, wanted, offered=offered, listed=listed):
        name, rate = names[place], stated
        if rate is None and clock is not None and vectors[clock].size == vectors[name].size:
            rate = rate_of(vectors[clock], f"{source.name}: {clock}")
        with np.errstate(over="ignore"):
            samples = vectors[name].astype(np.float32)
        found.append(Signal(samples, rate, f"variable {name}", channel=name))
    return found


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

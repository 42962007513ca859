"""NumPy's .npy files (format versions 1-3, numpy.lib.format); pickled objects are refused, they can run code."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.errors import FormatError
from data.formats.signal import Channel, Signal


def read(path: Path, channel: Channel = None) -> Signal:
    """The array [samples], or one channel of [samples, channels] or [channels, samples] (the longer axis is time).

    Raises:
        FormatError: no .npy file, objects in place of numbers, or several channels and no `channel`.
    """
    try:
        array = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise FormatError(f"{path}: {error}; a .npy file of numbers is wanted") from error
    if not isinstance(array, np.ndarray):
        raise FormatError(f"{path}: an archive of several arrays; save the one array with numpy.save")
    samples = one_channel(path, array, channel)
    note = f"{array.dtype.name} {list(array.shape)}"
    if array.dtype.kind in "iu":
        note += "; whole numbers, taken as they are: counts of the converter, not g"
    return Signal(samples, None, note)


def one_channel(path: Path, array: NDArray[np.generic], channel: Channel) -> NDArray[np.float32]:
    """float32 [samples] of an array with one or two axes.

    Raises:
        FormatError: no real numbers, more axes, or several channels and no `channel` (a number from 1).
    """
    if array.dtype.kind not in "fiu":
        raise FormatError(f"{path}: values of type {array.dtype}; real numbers are wanted")
    squeezed = np.squeeze(array)
    if squeezed.ndim > 2 or squeezed.ndim == 0:
        raise FormatError(f"{path}: shape {array.shape}; [samples] or [samples, channels] is wanted")
    columns = squeezed.reshape(-1, 1) if squeezed.ndim == 1 else squeezed
    columns = columns if columns.shape[0] >= columns.shape[1] else columns.T
    count = columns.shape[1]
    if channel is None and count > 1:
        raise FormatError(f"{path}: {count} channels; say which with `channel`, 1 to {count}")
    wanted = 1 if channel is None else channel
    if not (str(wanted).isdigit() and 1 <= int(wanted) <= count):
        raise FormatError(f"{path}: no channel {wanted!r}; give a number from 1 to {count}")
    return np.ascontiguousarray(columns[:, int(wanted) - 1], dtype=np.float32)

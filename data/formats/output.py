"""Writes a recording as a file that `read_signal` reads back."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from data.errors import FormatError
from data.recording import Recording


def write(recording: Recording, path: Path) -> None:
    """Writes the samples (g) in the format that the ending of `path` names; .csv and .wav hold the rate too.

    Raises:
        FormatError: the ending names no format that can be written, or the folder cannot be written to.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise FormatError(f"{path}: endings that can be written are {', '.join(WRITERS)}")
    try:
        writer(recording, path)
    except OSError as error:
        raise FormatError(f"{path}: {error.strerror or error}") from error


def _npy(recording: Recording, path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, recording.samples, allow_pickle=False)


def _csv(recording: Recording, path: Path) -> None:
    times = np.arange(recording.samples.size) / recording.rate_hz
    rows = np.column_stack([times, recording.samples])
    np.savetxt(path, rows, fmt=("%.9f", "%.8g"), delimiter=",", header="time (s),acceleration (g)", comments="")


def _wav(recording: Recording, path: Path) -> None:
    import soundfile

    if recording.rate_hz != int(recording.rate_hz):
        raise FormatError(f"{path}: a WAV file holds whole rates only, not {recording.rate_hz:g} Hz; write .csv")
    try:
        soundfile.write(path, recording.samples, int(recording.rate_hz), subtype="FLOAT", format="WAV")
    except soundfile.LibsndfileError as error:
        raise FormatError(f"{path}: {error}") from error


WRITERS: dict[str, Callable[[Recording, Path], None]] = {".npy": _npy, ".csv": _csv, ".wav": _wav}

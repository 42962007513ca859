"""One recording in each kind of body that the service reads, and as a WAV file."""

import io
import json
import wave
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from data.formats import read_signal
from data.recording import Recording
from service.bodies import CODECS, FLOAT32, JSON, NPY
from service.question import Query


def readers(recording: Recording, folder: Path) -> dict[str, Callable[[], object]]:
    """What reads the recording's samples, by kind; the WAV file is written into `folder`."""
    npy = io.BytesIO()
    np.save(npy, recording.samples)
    as_json = json.dumps({"samples": recording.samples.tolist()})
    given = {JSON: as_json.encode(), FLOAT32: recording.samples.tobytes(), NPY: npy.getvalue()}
    query = Query(rate_hz=recording.rate_hz, speed_rpm=recording.speed_rpm)
    found: dict[str, Callable[[], object]] = {kind: partial(CODECS[kind], given[kind], query) for kind in given}
    path = folder / "recording.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, round(recording.rate_hz), 0, "NONE", ""))
        file.writeframes((recording.samples / np.abs(recording.samples).max() * 32_767).astype("<i2").tobytes())
    return found | {"WAV file of 16 bits": partial(read_signal, path)}

"""What is done to a recording before the truth table reads it."""

import zlib
from dataclasses import replace

import numpy as np

from data.noise import add_noise
from data.protocols import Span
from data.recording import Recording
from training.judging import Altered

SNR_DB = (-10.0, -5.0, 0.0, 5.0, 10.0)


def noisy(snr_db: float) -> Altered:
    """White noise on the raw signal, its power over the recording's own; the same for a recording every time."""

    def altered(recording: Recording, span: Span) -> Recording:
        seed = zlib.crc32(f"{span.entry.rig}/{span.entry.name} {span.start} {snr_db}".encode())
        return replace(recording, samples=add_noise(recording.samples, snr_db, np.random.default_rng(seed)))

    return altered

"""What is done to a recording before the truth table reads it."""

import zlib
from dataclasses import replace
from functools import lru_cache

import numpy as np

from data.noise import add_noise
from data.protocols import Span
from data.recording import Recording
from training.judging import Altered

SNR_DB = (-10.0, -5.0, 0.0, 5.0, 10.0)


NOISY_KEPT = 512
"""Both noisy protocols at all levels: the same recording each time, so that what front ends make of it is kept too."""


def noisy(snr_db: float) -> Altered:
    """White noise on the raw signal, its power over the recording's own; the same for a recording every time."""

    def altered(recording: Recording, span: Span) -> Recording:
        return _noisy(recording, span, snr_db)

    return altered


@lru_cache(maxsize=NOISY_KEPT)
def _noisy(recording: Recording, span: Span, snr_db: float) -> Recording:
    seed = zlib.crc32(f"{span.entry.rig}/{span.entry.name} {span.start} {snr_db}".encode())
    return replace(recording, samples=add_noise(recording.samples, snr_db, np.random.default_rng(seed)))

"""What was made of a recording, kept for the next run that asks: a table trains on the same ones a thousand times.

Recordings are told apart by identity; `training.spans.read` gives the same one for the same span.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from data.character import Character, character, spectra_by_second_db
from data.front_ends import AlignedFrontEnd, FrontEnd, OrderFrontEnd, TimeFrontEnd
from data.front_ends.aligned import Heights
from data.noise import add_noise
from data.recording import Recording
from data.windows import Windows
from models.shaft_speed import ShaftSpeed

KEPT = 4096


@lru_cache(maxsize=KEPT)
def noisy_signals(
    front_end: OrderFrontEnd | TimeFrontEnd, recording: Recording, snr_db: float
) -> tuple[NDArray[np.float32], ...]:
    """`signals` of the recording with white noise, the same every time and in all of one length; raises as that."""
    seed = (recording.samples.size, round(1000 * abs(snr_db)), int(snr_db < 0))
    samples = add_noise(recording.samples, snr_db, np.random.default_rng(seed))
    return tuple(front_end.signals(replace(recording, samples=samples)))


@lru_cache(maxsize=KEPT)
def signals(front_end: OrderFrontEnd | TimeFrontEnd, recording: Recording) -> tuple[NDArray[np.float32], ...]:
    """`front_end.signals`; raises as that."""
    return tuple(front_end.signals(recording))


@lru_cache(maxsize=KEPT)
def heights(front_end: AlignedFrontEnd, recording: Recording) -> Heights:
    """`front_end.heights`; raises as that."""
    return front_end.heights(recording)


@lru_cache(maxsize=KEPT)
def windows(front_end: FrontEnd, recording: Recording) -> Windows:
    """`front_end.windows`; raises as that."""
    return front_end.windows(recording)


@lru_cache(maxsize=KEPT)
def described(recording: Recording, shaft: bool) -> tuple[Character, NDArray[np.float64]]:
    """The recording's character, with the lead of its `shaft` or without, and its octave spectrum second by second."""
    found = character(recording)
    if shaft:
        found = replace(found, shaft_lead=ShaftSpeed().lead(recording))
    return found, spectra_by_second_db(recording)

"""How the machine's structure carries strikes to the sensor.

A sum of modes, accelerance of one degree of freedom each; strikes fall between samples and reach it as a band-limited
train, so that nothing depends on where the sampling grid lies.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from data.rig.rig import Rig

Array = NDArray[np.float64]

# Taps of the windowed sinc that puts a strike between samples; flat to 0.9 of the Nyquist frequency.
TAPS = 32


def transfer_function(rig: Rig, size: int) -> NDArray[np.complex128]:
    """Transfer function from force to acceleration, complex [size // 2 + 1], peak magnitude 1."""
    hz = fft.rfftfreq(size, 1 / rig.rate_hz)
    transfer = np.zeros(hz.size, dtype=np.complex128)
    for mode in rig.resonances:
        ratio = hz / mode.hz
        # Divided by its frequency, an accelerance rings with an amplitude that does not depend on it.
        transfer += mode.gain / mode.hz * ratio**2 / (1 - ratio**2 + 2j * mode.damping * ratio)
    transfer *= np.exp(-2 * (np.pi * hz * rig.pulse_s) ** 2)
    return np.asarray(transfer / np.abs(transfer).max())


def ringing(places: Array, strengths: Array, transfer: NDArray[np.complex128], size: int) -> Array:
    """Acceleration [size] after impulses at `places` (in samples, not whole) of these strengths."""
    if not places.size:
        return np.zeros(size)
    whole = np.floor(places).astype(np.int64)
    offsets = np.arange(TAPS) - TAPS // 2 + 1
    distance = offsets - (places - whole)[:, None]
    taps = np.sinc(distance) * np.cos(np.pi * distance / (TAPS + 2)) ** 2 * strengths[:, None]
    indices = (whole[:, None] + offsets) % size
    train = np.bincount(indices.ravel(), weights=taps.ravel(), minlength=size)
    return np.asarray(fft.irfft(fft.rfft(train) * transfer, size))

"""What a signal is like before any front end shapes it: its spectrum in octaves, and how steady its level is.

A front end that standardises its windows cannot see either, so that noise of any colour looks like a healthy machine.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import fft

from data.recording import Recording

OCTAVE_EDGES_HZ = (62.5, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 5500.0)
NOISE_SLOPES_DB = np.arange(-24, 24.1, 0.25)  # dB an octave
SEGMENTS_PER_S = 20
SEGMENTS_AT_ONCE = 64
LEVEL_SECONDS = 0.2
FEWEST_PIECES = 5
SHORTEST_PIECE_SECONDS = 0.05
LONGEST_SAMPLES = 1 << 20
SMALLEST_SHARE = 1e-9


@dataclass(frozen=True, eq=False)
class Character:
    """What is asked of a recording beside its windows.

    Attributes:
        spectrum_db: float64 [octaves], power of each octave over that of all, dB.
        level_spread_db: the function of that name.
        shaft_lead: how surely the signal turns near the stated speed (`models.shaft_speed`); None where it is too short
            to tell, or nobody looked.
    """

    spectrum_db: NDArray[np.float64]
    level_spread_db: float
    shaft_lead: float | None = None

    @property
    def from_power_law_db(self) -> float:
        """How far the spectrum is from that of coloured noise, RMS over octaves, dB."""
        return from_power_law_db(self.spectrum_db)


def character(recording: Recording) -> Character:
    """Spectrum and level of one recording; of a long one, those of evenly spaced pieces."""
    read = recording.excerpt(LONGEST_SAMPLES)
    return Character(octave_spectrum_db(read), level_spread_db(read))


def spectra_by_second_db(recording: Recording) -> NDArray[np.float64]:
    """[seconds, octaves]: the octave spectrum of each second, or of the whole where it is shorter than two."""
    count = max(1, int(recording.seconds))
    return np.stack([octave_spectrum_db(recording.span(at / count, (at + 1) / count)) for at in range(count)])


def octave_spectrum_db(recording: Recording) -> NDArray[np.float64]:
    """Share of the power in each octave from 62.5 Hz, dB; the last ends at 5.5 kHz, which every rig's rate reaches.

    At a rate under 11 kHz the last is cut short, and the recording lies farther from those of the rigs for it.
    """
    size = min(recording.samples.size, round(recording.rate_hz / SEGMENTS_PER_S))
    edges = np.searchsorted(fft.rfftfreq(size, 1 / recording.rate_hz), OCTAVE_EDGES_HZ)
    density = _mean_power(recording.samples - recording.samples.mean(), size)
    power = np.array([density[low:high].sum() for low, high in pairwise(edges)])
    return np.asarray(10 * np.log10(power / max(power.sum(), np.finfo(float).tiny) + SMALLEST_SHARE))


def _mean_power(samples: NDArray[np.float32], size: int) -> NDArray[np.float64]:
    """Welch's: mean power of the spectra of segments that overlap by half, each less its mean, under Hann's taper.

    P. D. Welch, IEEE Trans. Audio Electroacoust. 15 (1967). (`scipy.signal.welch` does the same segment by segment, at
    four times the cost.)
    """
    segments = sliding_window_view(samples, size)[:: size - size // 2]
    taper = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)
    total = np.zeros(size // 2 + 1)
    for first in range(0, len(segments), SEGMENTS_AT_ONCE):
        some = segments[first : first + SEGMENTS_AT_ONCE]
        spectra = fft.rfft((some - some.mean(axis=1, keepdims=True)) * taper)
        total += (spectra.real**2 + spectra.imag**2).sum(axis=0, dtype=np.float64)
    return total / len(segments)


def from_power_law_db(spectrum_db: NDArray[np.float64]) -> float:
    """RMS distance over octaves, dB, of an octave spectrum to the nearest density that is a power of the frequency.

    White, pink and brown noise are such; a machine has resonances.
    """
    edges = np.asarray(OCTAVE_EDGES_HZ)
    octave = np.log2(edges[1:] * edges[:-1]) / 2
    density = NOISE_SLOPES_DB[:, None] * octave + 10 * np.log10(np.diff(edges))
    power = 10 ** (density / 10)
    noises = 10 * np.log10(power / power.sum(axis=1, keepdims=True))
    return float(np.sqrt(np.square(noises - spectrum_db).mean(axis=1)).min())


def level_spread_db(recording: Recording) -> float:
    """From the quietest to the loudest tenth of its pieces of 0.2 s, dB of RMS.

    A machine at steady speed stays within a few dB; speech, handling or a loose cable does not. A recording of under a
    second is read in fifths, but no piece is shorter than 0.05 s; 0 where there are fewer than two.
    """
    seconds = min(LEVEL_SECONDS, max(recording.seconds / FEWEST_PIECES, SHORTEST_PIECE_SECONDS))
    size = int(seconds * recording.rate_hz)
    count = recording.samples.size // size
    if count < 2:
        return 0.0
    pieces = recording.samples[: count * size].reshape(count, size) - recording.samples.mean()
    level = 20 * np.log10(pieces.std(axis=1, dtype=np.float64) + np.finfo(np.float32).tiny)
    quiet, loud = np.quantile(level, [0.1, 0.9])
    return float(loud - quiet)

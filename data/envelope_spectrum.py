"""How far lines of the squared envelope's spectrum stand over their surroundings, in several bands of a recording.

The squared envelope of a band shows how often something rings in it; its spectrum has lines at a fault's order. A
whitened spectrum lets every frequency count alike, whatever the machine's resonances (A. Borghesani et al.,
"Application of cepstrum pre-whitening for the diagnosis of bearing faults under variable speed conditions", Mech. Syst.
Signal Process. 36 (2013)). Taking the logarithm of a line over its floor, window by window, keeps one loud event from
outweighing the rest of the recording.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import fft

Floats = NDArray[np.float32]
Number = TypeVar("Number", bound=np.floating)
Complexes = NDArray[np.complex64]

# Where an anti-aliasing filter has taken the signal, whitening would only raise its noise.
HIGHEST_OF_RATE = 0.47
LOWEST_WHITENED_HZ = 300.0
SMOOTHING_HZ = 100.0
# Strays are cut to what all but this share of the samples stay under.
CLIPPED_SHARE = 0.001
# A band's squared envelope holds differences of its frequencies, and few close to its width.
WIDEST_OF_BAND = 0.9
# Bins a resolution cell of the spectrum; twice as many as the window gives, by zero padding.
PADDING = 2
LOWEST_RATIO = 0.1
# A plan needs one for each of its channels, and a request has two plans: those of `aligned` and of the envelope rule.
TAPERS_KEPT = 16


class Band(NamedTuple):
    """A frequency band, Hz."""

    low_hz: float
    high_hz: float


def _whiten_phase(spectrum: Complexes, hz_per_bin: float) -> Complexes:
    """Every frequency with magnitude 1: the phase alone (cepstrum pre-whitening)."""
    return _over(spectrum, np.abs(spectrum))


def _whiten_smoothed(spectrum: Complexes, hz_per_bin: float) -> Complexes:
    """Over the moving average of its magnitude: resonances go, lines stay."""
    magnitude = np.abs(spectrum)
    half = max(1, round(SMOOTHING_HZ / hz_per_bin / 2))
    total = np.concatenate([[0.0], np.cumsum(magnitude, dtype=np.float64)])
    index = np.arange(magnitude.size)
    low, high = np.maximum(index - half, 0), np.minimum(index + half + 1, magnitude.size)
    return _over(spectrum, ((total[high] - total[low]) / (high - low)).astype(np.float32))


def _over(spectrum: Complexes, magnitude: Floats) -> Complexes:
    return np.asarray(spectrum / np.maximum(magnitude, 1e-7 * magnitude.max() + 1e-30))


WHITENINGS: dict[str, Callable[[Complexes, float], Complexes]] = {"phase": _whiten_phase, "smoothed": _whiten_smoothed}


@dataclass(frozen=True)
class EnvelopeLines:
    """What the windows of a recording have in common.

    Attributes:
        log_ratio: float64 [channels, bins], mean over windows of the natural logarithm of magnitude over floor; NaN
            where a channel is too narrow to hold that frequency.
        bin_hz: width of a bin; bin k is at k * bin_hz.
        windows: how many windows were averaged.
    """

    log_ratio: NDArray[np.float64]
    bin_hz: float
    windows: int


@dataclass(frozen=True)
class EnvelopeSpectrum:
    """The plan for one rate: which channels (bands, then whitened ones) are read from windows of which length.

    Attributes:
        rate_hz: sampling rate.
        window: samples of a window.
        bands: those that the rate allows (see `fitting`).
        whitenings: names in `WHITENINGS`.
        highest_hz: of the lines wanted.
        floor_hz: width of the surroundings whose median is the floor.
    """

    rate_hz: float
    window: int
    bands: tuple[Band, ...]
    whitenings: tuple[str, ...]
    highest_hz: float
    floor_hz: float

    def lines(self, samples: Floats) -> EnvelopeLines:
        """Averages over whole windows, one at a time: memory does not grow with the recording."""
        total = np.zeros((len(self.bands) + len(self.whitenings), self._bins))
        count = 0
        for ratios in self.each(samples):
            total += ratios
            count += 1
        return EnvelopeLines(total / count, self.bin_hz, count)

    def each(self, samples: Floats) -> Iterator[NDArray[np.float64]]:
        """The log ratios [channels, bins] of one whole window after the other; NaN as in `EnvelopeLines`."""
        for start in range(0, samples.size - self.window + 1, self.window):
            yield self._log_ratios(samples[start : start + self.window])

    @property
    def bin_hz(self) -> float:
        """Width of a bin."""
        return self._hz / PADDING

    @property
    def _hz(self) -> float:
        return self.rate_hz / self.window

    @property
    def _bins(self) -> int:
        return int(PADDING * self.highest_hz / self._hz) + 1

    def _log_ratios(self, samples: Floats) -> NDArray[np.float64]:
        spectrum = fft.rfft(samples - samples.mean(dtype=np.float64).astype(np.float32))
        ratios = []
        for band in self.bands:
            ratios.append(self._log_ratio(self._cut(spectrum, band, flank=0.1)))
        for name in self.whitenings:
            white = Band(LOWEST_WHITENED_HZ, HIGHEST_OF_RATE * self.rate_hz)
            ratios.append(self._log_ratio(self._cut(WHITENINGS[name](spectrum, self._hz), white, flank=0.0)))
        return np.stack(ratios)

    def _cut(self, spectrum: Complexes, band: Band, flank: float) -> Complexes:
        """The bins of a band, its edges sloped over a share `flank` of its width."""
        part = spectrum[int(band.low_hz / self._hz) : int(band.high_hz / self._hz)].copy()
        slope = int(flank * part.size)
        if slope:
            ramp = np.linspace(0, 1, slope, dtype=np.float32)
            part[:slope] *= ramp
            part[-slope:] *= ramp[::-1]
        return part

    def _log_ratio(self, part: Complexes) -> NDArray[np.float64]:
        """From the positive frequencies of a band to its log ratio [bins]."""
        # A one-sided spectrum shifted to zero has the same envelope; this length keeps all wanted lines unaliased.
        size = fft.next_fast_len(part.size + self._bins // PADDING + 1)
        analytic = fft.ifft(part, size)
        squared = analytic.real**2 + analytic.imag**2
        rank = int((1 - CLIPPED_SHARE) * (size - 1))
        squared = np.minimum(squared, np.partition(squared, rank)[rank])
        squared -= squared.mean()
        squared *= _taper(size)
        magnitude = np.abs(fft.rfft(squared, PADDING * size))[: self._bins]
        usable = min(magnitude.size, int(WIDEST_OF_BAND * PADDING * part.size))
        ratio = np.full(self._bins, np.nan)
        ratio[:usable] = _over_floor(magnitude[:usable], int(PADDING * self.floor_hz / self._hz))
        return ratio


def fitting(bands: tuple[Band, ...], rate_hz: float) -> tuple[Band, ...]:
    """The bands that end where a signal of this rate still has something."""
    return tuple(band for band in bands if band.high_hz <= HIGHEST_OF_RATE * rate_hz)


def widened(ratio: NDArray[Number], larger: np.ufunc = np.fmax) -> NDArray[Number]:
    """The larger of each bin and its neighbours, along the last axis: a line may lie between two bins.

    With `np.maximum` as `larger` a bin with an unknown neighbour (NaN) is unknown, else the known ones count.
    """
    wide = ratio.copy()
    wide[..., 1:] = larger(wide[..., 1:], ratio[..., :-1])
    wide[..., :-1] = larger(wide[..., :-1], ratio[..., 1:])
    return wide


@lru_cache(maxsize=TAPERS_KEPT)
def _taper(size: int) -> Floats:
    """Hann's; made once for all windows of a recording, since its cosines cost as much as a transform."""
    taper = np.hanning(size).astype(np.float32)
    taper.setflags(write=False)
    return taper


def _over_floor(magnitude: Floats, width: int) -> NDArray[np.float64]:
    """Logarithm of magnitude over its median in surroundings `width` bins wide, 0 where all is silent.

    The median is taken at every half width and interpolated: a running one costs more than all the transforms.
    """
    width = max(8, min(width, magnitude.size))
    hop = width // 2
    if magnitude.size <= width:
        floor = np.full(magnitude.size, np.median(magnitude), dtype=np.float64)
    else:
        medians = np.median(sliding_window_view(magnitude, width)[::hop], axis=-1)
        floor = np.interp(np.arange(magnitude.size), np.arange(medians.size) * hop + width / 2, medians)
    ratio = np.ones(magnitude.size)
    np.divide(magnitude, floor, out=ratio, where=floor > 0)
    return np.asarray(np.log(np.maximum(ratio, LOWEST_RATIO)))

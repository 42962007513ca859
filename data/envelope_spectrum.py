"""How far lines of the squared envelope's spectrum stand over their surroundings, in several bands of a recording.

The squared envelope of a band shows how often something rings in it; its spectrum has lines at a fault's order. A
whitened spectrum lets every frequency count alike, whatever the machine's resonances (A. Borghesani et al.,
"Application of cepstrum pre-whitening for the diagnosis of bearing faults under variable speed conditions", Mech. Syst.
Signal Process. 36 (2013)). Taking the logarithm of a line over its floor, window by window, keeps one loud event from
outweighing the rest of the recording.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import fft

from data.steps import step

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
# Lines wanted are few and low: what lies over this many times the highest is taken off before they are resolved.
KEPT_OF_HIGHEST = 1.25
KEPT_BEYOND = 64
# Transforms of several windows at once cost less than half, in fours; memory is bounded by so many samples.
BATCH_SAMPLES = 1 << 19
LANES = 4


class Band(NamedTuple):
    """A frequency band, Hz."""

    low_hz: float
    high_hz: float


BANDS = (
    Band(500.0, 2000.0),
    Band(1000.0, 4000.0),
    Band(2000.0, 5500.0),
    Band(4000.0, 10_000.0),
    Band(8000.0, 16_000.0),
    Band(12_000.0, 22_000.0),
)
WHITENED: tuple[Literal["phase", "smoothed"], ...] = ("phase", "smoothed")
# The median around a line is taken over this many orders, so that the line's own sidebands do not lift it.
FLOOR_ORDERS = 3.0


def _whiten_phase(spectrum: Complexes, magnitude: Floats, hz_per_bin: float) -> Complexes:
    """Every frequency with magnitude 1: the phase alone (cepstrum pre-whitening)."""
    return _over(spectrum, magnitude)


def _whiten_smoothed(spectrum: Complexes, magnitude: Floats, hz_per_bin: float) -> Complexes:
    """Over the moving average of its magnitude: resonances go, lines stay."""
    half, size = max(1, round(SMOOTHING_HZ / hz_per_bin / 2)), magnitude.shape[-1]
    total = np.zeros((len(magnitude), half + 1 + size + half))
    np.cumsum(magnitude, axis=-1, out=total[:, half + 1 : half + 1 + size])
    total[:, half + 1 + size :] = total[:, half + size, None]
    index = np.arange(size)
    counts = np.minimum(index + half + 1, size) - np.maximum(index - half, 0)
    mean = (total[:, 2 * half + 1 :] - total[:, :size]) / counts
    return _over(spectrum, mean.astype(np.float32))


def _over(spectrum: Complexes, magnitude: Floats) -> Complexes:
    lowest = 1e-7 * magnitude.max(axis=-1, keepdims=True) + 1e-30
    return np.asarray(spectrum * (1 / np.maximum(magnitude, lowest)), dtype=np.complex64)


WHITENINGS: dict[str, Callable[[Complexes, Floats, float], Complexes]] = {
    "phase": _whiten_phase,
    "smoothed": _whiten_smoothed,
}


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

    @classmethod
    def over_orders(
        cls, rate_hz: float, shaft_hz: float, seconds: float, highest: float,
        bands: tuple[Band, ...], whitenings: tuple[str, ...],
    ) -> "EnvelopeSpectrum":  # fmt: skip
        """The plan for lines up to `highest` shaft orders, in windows of about `seconds`."""
        return cls(
            rate_hz=rate_hz,
            window=fft.prev_fast_len(round(seconds * rate_hz), real=True),
            bands=fitting(bands, rate_hz),
            whitenings=whitenings,
            highest_hz=min(highest * shaft_hz, rate_hz / 2),
            floor_hz=FLOOR_ORDERS * shaft_hz,
        )

    def lines(self, samples: Floats) -> EnvelopeLines:
        """Averages over whole windows, a few at a time: memory does not grow with the recording."""
        total, count = np.zeros((len(self.bands) + len(self.whitenings), self.bins)), 0
        for ratios in self.batches(samples):
            total += ratios.sum(axis=0, dtype=np.float64)
            count += len(ratios)
        return EnvelopeLines(total / count, self.bin_hz, count)

    def batches(self, samples: Floats) -> Iterator[Floats]:
        """The log ratios [windows, channels, bins] of all whole windows, a few at a time; NaN as in `EnvelopeLines`."""
        return map(self.log_ratios, centred_spectra(samples, self.window))

    def log_ratios(self, spectrum: Complexes) -> Floats:
        """Those of windows [windows, channels, bins], from their `centred_spectra`."""
        ratios = [self._log_ratio(cut(spectrum, self._hz, band, flank=0.1)) for band in self.bands]
        if self.whitenings:
            magnitude, white = np.abs(spectrum), Band(LOWEST_WHITENED_HZ, HIGHEST_OF_RATE * self.rate_hz)
            for name in self.whitenings:
                whitened = WHITENINGS[name](spectrum, magnitude, self._hz)
                ratios.append(self._log_ratio(cut(whitened, self._hz, white, flank=0.0)))
        return np.stack(ratios, axis=1)

    @property
    def bin_hz(self) -> float:
        """Width of a bin."""
        return self._hz / PADDING

    @property
    def _hz(self) -> float:
        return self.rate_hz / self.window

    @property
    def bins(self) -> int:
        """How many hold all lines wanted, from 0 Hz on."""
        return int(PADDING * self.highest_hz / self._hz) + 1

    def _log_ratio(self, part: Complexes) -> Floats:
        """From the positive frequencies of a band [windows, frequencies] to its log ratios [windows, bins]."""
        width = part.shape[-1]
        # A one-sided spectrum shifted to zero has the same envelope; this length keeps all wanted lines unaliased.
        size = fft.next_fast_len(width + self.bins // PADDING + 1)
        analytic = fft.ifft(part, size)
        squared = analytic.real**2 + analytic.imag**2
        rank = int((1 - CLIPPED_SHARE) * (size - 1))
        squared = np.minimum(squared, np.partition(squared, rank, axis=-1)[:, rank, None])
        spectrum = fft.rfft(squared)
        spectrum[:, 0] = 0  # the mean is no line
        magnitude = resolved(spectrum, size, self.bins)
        usable = min(magnitude.shape[-1], int(WIDEST_OF_BAND * PADDING * width))
        ratio = np.full((len(part), self.bins), np.nan, dtype=np.float32)
        ratio[:, :usable] = _over_floor(magnitude[:, :usable], int(PADDING * self.floor_hz / self._hz))
        return ratio


def centred_spectra(samples: Floats, window: int) -> Iterator[Complexes]:
    """Spectra [windows, window // 2 + 1] of all whole windows less their means, a few at a time, not tapered."""
    count = samples.size // window
    windows = samples[: count * window].reshape(count, window)
    at_once = max(1, BATCH_SAMPLES // window // LANES * LANES)
    for start in range(0, count, at_once):
        step()
        batch = windows[start : start + at_once]
        yield fft.rfft(batch - batch.mean(axis=-1, keepdims=True, dtype=np.float64).astype(np.float32))


def cut(spectrum: Complexes, hz_per_bin: float, band: Band, flank: float) -> Complexes:
    """The bins of a band of spectra [windows, frequencies], its edges sloped over a share `flank` of its width."""
    part = spectrum[:, int(band.low_hz / hz_per_bin) : int(band.high_hz / hz_per_bin)]
    slope = int(flank * part.shape[-1])
    gain = np.ones(part.shape[-1], dtype=np.float32)
    if slope:
        gain[:slope] = np.linspace(0, 1, slope)
        gain[-slope:] = gain[:slope][::-1]
    return part * gain


def resolved(spectrum: Complexes, size: int, bins: int) -> Floats:
    """The first `bins` magnitudes of what Hann's taper and zero padding make of a spectrum [windows, frequencies].

    Args:
        spectrum: of `size` real samples, as `rfft` gives it; what lies far over the highest bin is left out, since all
            that the taper would bring down from there is nothing.
        size: samples of a window.
        bins: `PADDING` of them for each frequency.
    """
    wanted = int(KEPT_OF_HIGHEST * bins / PADDING) + KEPT_BEYOND
    kept = min(size, fft.next_fast_len(2 * wanted, real=True))
    turn = np.arange(kept) * (size / kept / (size - 1))
    taper = (0.5 - 0.5 * np.cos(2 * np.pi * turn)).astype(np.float32)
    return np.abs(fft.rfft(fft.irfft(spectrum, kept) * taper, PADDING * kept)[:, :bins])


def fitting(bands: tuple[Band, ...], rate_hz: float) -> tuple[Band, ...]:
    """The bands that end where a signal of this rate still has something."""
    return tuple(band for band in bands if band.high_hz <= HIGHEST_OF_RATE * rate_hz)


def mean_of_known(ratio: NDArray[Number]) -> NDArray[Number]:
    """Mean over channels [..., channels, bins] that know a bin, NaN where none does."""
    known = np.isfinite(ratio)
    count = known.sum(axis=-2)
    total = np.where(known, ratio, 0).sum(axis=-2)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan), dtype=ratio.dtype)


def widened(ratio: NDArray[Number], larger: np.ufunc = np.fmax) -> NDArray[Number]:
    """The larger of each bin and its neighbours, along the last axis: a line may lie between two bins.

    With `np.maximum` as `larger` a bin with an unknown neighbour (NaN) is unknown, else the known ones count.
    """
    wide = ratio.copy()
    wide[..., 1:] = larger(wide[..., 1:], ratio[..., :-1])
    wide[..., :-1] = larger(wide[..., :-1], ratio[..., 1:])
    return wide


def _over_floor(magnitude: Floats, width: int) -> Floats:
    """Logarithm of magnitude over its median in surroundings `width` bins wide, 0 where all is silent.

    The median is taken at every half width and interpolated: a running one costs more than all the transforms.
    """
    size = magnitude.shape[-1]
    width = max(8, min(width, size))
    hop = width // 2
    around = np.sort(sliding_window_view(magnitude, width, axis=-1)[:, ::hop], axis=-1)
    medians = (around[..., (width - 1) // 2] + around[..., width // 2]) / 2
    last = medians.shape[-1] - 1
    place = np.clip((np.arange(size, dtype=np.float32) - width / 2) / hop, 0, last)
    left = place.astype(np.intp)
    floor = medians[:, left] + (place - left) * (medians[:, np.minimum(left + 1, last)] - medians[:, left])
    ratio = np.divide(magnitude, floor, out=np.ones_like(magnitude), where=floor > 0)
    return np.log(np.maximum(ratio, LOWEST_RATIO))

"""Is this the signal of a working vibration sensor? Looks at the waveform alone, before any model does.

A sensor that is off, saturated, humming or decoded wrongly gives numbers that a network would happily read.
Each check is a pure function of the samples that says what is wrong, or None; a new one is one function and one
line in `CHECKS`. The limits stand far outside anything that working machines show (the tests run them on real
recordings and on simulated healthy ones).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from data.recording import Recording

Samples = NDArray[np.float32]
Exact = NDArray[np.float64]

PROBED_SAMPLES = 1 << 19

TINY = 1e-30
HUGE = 1e15
WIDEST_QUARTILES_BITS = 12.0
DEAD_SHARE = 0.6
FLAT_RUN = 16
FLAT_SHARE = 0.2
FEWEST_LEVELS = 8
HIGHEST_PEAK = 2000.0
CLIPPED_SHARE = 0.01
CLIPPED_WARNING_SHARE = 1e-4
LOWEST_KURTOSIS = 1.4
MAINS_HZ = (50.0, 60.0)
MAINS_DRIFT = (-0.01, -0.005, -0.002, 0.0, 0.002, 0.005, 0.01)
MAINS_HARMONICS = 20
HUM_SHARE = 0.95
HUM_TOP_HZ = 1250.0
HUM_SECONDS = 0.5
HUM_SHORTEST_SECONDS = 0.08


@dataclass(frozen=True, eq=False)
class Waveform:
    """What the checks look at: float32 samples, g."""

    samples: Samples
    rate_hz: float

    @cached_property
    def ordered(self) -> Samples:
        """From the lowest to the highest: one sort answers what several medians and percentiles would be asked for."""
        return np.sort(self.samples)

    @cached_property
    def middle(self) -> float:
        """The median."""
        return quantile(self.ordered, 0.5)


def sensor_fault(recording: Recording) -> str | None:
    """What is wrong with the sensor, its cable or the decoding, as part of a sentence; None where nothing shows."""
    wave = Waveform(_probe(recording), recording.rate_hz)
    reasons = (check(wave) for check in CHECKS)
    return next((reason for reason in reasons if reason is not None), None)


def clipping_warning(recording: Recording) -> str | None:
    """A sentence where single peaks are cut off, too few to call the sensor faulty."""
    samples = _probe(recording)
    share = _clipped_share(samples)
    if share < CLIPPED_WARNING_SHARE:
        return None
    return f"{share:.2%} of the samples stand at the limits of the measuring range: the highest peaks are cut off"


def wrong_bytes(wave: Waveform) -> str | None:
    """Float32 read in the wrong byte order, or another number type read as float32: exponents are then all over."""
    sizes = np.sort(np.abs(wave.samples))
    sizes = sizes[np.searchsorted(sizes, 0, side="right") :]
    if not sizes.size:
        return None
    advice = "send little-endian float32, or .npy, which names its own type"
    if sizes[-1] < TINY or sizes[-1] > HUGE:
        return f"the largest sample is {sizes[-1]:.1e} g: bytes in the wrong order, or another number type; {advice}"
    low, high = np.log2(quantile(sizes, 0.25)), np.log2(quantile(sizes, 0.75))
    if high - low > WIDEST_QUARTILES_BITS:
        span = f"half of the samples span {high - low:.0f} powers of two"
        return f"{span}: bytes in the wrong order, or another number type; {advice}"
    return None


def swapped_integers(wave: Waveform) -> str | None:
    """16-bit integers in the wrong byte order: evenly spread noise that becomes a signal when swapped back."""
    largest = max(-wave.ordered[0], wave.ordered[-1])
    counts = wave.samples if largest > 1 else wave.samples * np.float32(32768)
    if largest > 32768 or not np.array_equal(counts, np.rint(counts)):
        return None
    back = np.clip(counts, -32768, 32767).astype(np.int16).byteswap().astype(np.float64)
    spread = counts.std(dtype=np.float64)
    if spread > 0 and _kurtosis(counts) < 2.2 and 0 < back.std() < spread / 2:
        return "16-bit integers in the wrong byte order"
    return None


def dead(wave: Waveform) -> str | None:
    """A flat line, with or without a few spikes."""
    share = np.count_nonzero(wave.samples == wave.middle) / wave.samples.size
    if share == 1:
        return f"a flat line: every sample is {wave.middle:g}"
    if share > DEAD_SHARE:
        return f"a dead channel: {share:.0%} of the samples are {wave.middle:g}"
    return None


def quantised(wave: Waveform) -> str | None:
    """So few levels that the vibration is lost in the resolution."""
    ends = [np.float32(quantile(wave.ordered, share)) for share in (0.01, 0.99)]
    low, high = np.searchsorted(wave.ordered, ends[0]), np.searchsorted(wave.ordered, ends[1], side="right")
    levels = 1 + np.count_nonzero(np.diff(wave.ordered[low:high]))
    if levels < FEWEST_LEVELS:
        return f"nearly all samples take {levels} different values: the vibration is lost in the resolution"
    return None


def clipped(wave: Waveform) -> str | None:
    """Saturated: a plateau at the limits, or a waveform flatter than a sine's."""
    share = _clipped_share(wave.samples)
    if share > CLIPPED_SHARE:
        return f"clipped: {share:.0%} of the samples stand at the limits of the measuring range"
    kurtosis = _kurtosis(wave.samples)
    if kurtosis < LOWEST_KURTOSIS:  # a sine has 1.5, and nothing that is a sum of several things has less
        return f"clipped: its kurtosis is {kurtosis:.2f}, below that of a pure sine (1.5)"
    return None


def flat_stretches(wave: Waveform) -> str | None:
    """A channel that comes and goes: long runs of one value."""
    size = wave.samples.size
    changes = np.flatnonzero(wave.samples[1:] != wave.samples[:-1]) + 1
    runs = np.diff(changes, prepend=0, append=size)
    share = float(runs[runs >= FLAT_RUN].sum() / size)
    if share > FLAT_SHARE:
        return f"the channel drops out: {share:.0%} of the recording is flat"
    return None


def spikes_only(wave: Waveform) -> str | None:
    """Next to nothing, and a few spikes thousands of times higher."""
    off = np.sort(np.abs(wave.samples - np.float32(wave.middle)))
    usual, highest = quantile(off, 0.5), float(off[-1])
    if highest > HIGHEST_PEAK * usual:
        return f"a dead channel with spikes: the highest is {highest / max(usual, TINY):.0f} times the usual level"
    return None


def hum_only(wave: Waveform) -> str | None:
    """Nothing but the mains frequency and its harmonics."""
    whole = wave.samples.size
    size = min(whole, int(HUM_SECONDS * wave.rate_hz))
    if size < HUM_SHORTEST_SECONDS * wave.rate_hz:
        return None
    starts = (0, (whole - size) // 2, whole - size)
    pieces = [wave.samples[at : at + size].astype(np.float64) for at in starts]
    for mains in MAINS_HZ:
        if all(_mains_share(piece, wave.rate_hz, mains) > HUM_SHARE for piece in pieces):
            return f"{mains:.0f} Hz mains hum and its harmonics, and next to nothing else: check earthing and cable"
    return None


CHECKS: tuple[Callable[[Waveform], str | None], ...] = (
    wrong_bytes,
    dead,
    quantised,
    hum_only,
    clipped,
    swapped_integers,
    flat_stretches,
    spikes_only,
)


def quantile(ordered: Samples, share: float) -> float:
    """As `np.quantile`, of samples that are sorted.

    >>> quantile(np.array([1.0, 2.0, 4.0], dtype=np.float32), 0.75)
    3.0
    """
    whole, part = divmod(share * (ordered.size - 1), 1)
    low, high = float(ordered[int(whole)]), float(ordered[min(int(whole) + 1, ordered.size - 1)])
    return low + part * (high - low)


def _probe(recording: Recording) -> Samples:
    """All of a short recording, pieces of a long one: every check reads shares, not single events."""
    return recording.excerpt(PROBED_SAMPLES).samples


def _clipped_share(samples: Samples) -> float:
    low, high = float(samples.min()), float(samples.max())
    top, bottom = np.float32(high - 1e-6 * (high - low)), np.float32(low + 1e-6 * (high - low))
    ends = (int(np.count_nonzero(samples >= top)), int(np.count_nonzero(samples <= bottom)))
    return sum(end for end in ends if end > 2) / samples.size


def _kurtosis(samples: Samples) -> float:
    centred = samples - samples.mean(dtype=np.float64).astype(np.float32)
    largest = np.abs(centred).max()
    if largest == 0:
        return 0.0
    squares = (centred / largest) ** 2
    return float((squares**2).mean() / squares.mean() ** 2)


def _mains_share(piece: Exact, rate_hz: float, mains_hz: float) -> float:
    """Share of the variance that a sum of the mains harmonics explains, least squares over a drift of +-1 %."""
    low, low_rate_hz = _below(piece - piece.mean(), rate_hz, HUM_TOP_HZ)
    whole = float(np.mean((piece - piece.mean()) ** 2))
    if whole == 0 or float(np.mean(low**2)) < HUM_SHARE * whole:
        return 0.0
    times = np.arange(low.size) / low_rate_hz
    harmonics = np.arange(1.0, min(MAINS_HARMONICS, int(0.45 * low_rate_hz / mains_hz)) + 1)
    left = min(_residual(low, times, mains_hz * (1 + drift), harmonics) for drift in MAINS_DRIFT)
    return 1 - left / whole


def _residual(values: Exact, times: Exact, mains_hz: float, harmonics: NDArray[np.float64]) -> float:
    angles = 2 * np.pi * mains_hz * np.outer(times, harmonics)
    basis = np.hstack([np.ones((times.size, 1)), np.cos(angles), np.sin(angles)])
    weights = np.linalg.lstsq(basis, values, rcond=None)[0]
    return float(np.mean((values - basis @ weights) ** 2))


def _below(values: Exact, rate_hz: float, limit_hz: float) -> tuple[Exact, float]:
    """Everything under `limit_hz`, at a rate that just holds it: the fit then costs little at any rate."""
    spectrum = fft.rfft(values)
    kept = min(spectrum.size, int(limit_hz * values.size / rate_hz) + 1)
    size = min(values.size, 2 * kept)
    return np.asarray(fft.irfft(spectrum[:kept], size)) * (size / values.size), rate_hz * size / values.size

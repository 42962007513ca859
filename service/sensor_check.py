"""Is this the signal of a working vibration sensor? Looks at the waveform alone, before any model does.

A sensor that is off, saturated, humming or decoded wrongly gives numbers that a network would happily read.
Each check is a pure function of the samples that says what is wrong, or None; a new one is one function and one
line in `CHECKS`. The limits stand far outside anything that working machines show (the tests run them on real
recordings and on simulated healthy ones).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from data.recording import Recording

Samples = NDArray[np.float64]

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


def sensor_fault(recording: Recording) -> str | None:
    """What is wrong with the sensor, its cable or the decoding, as part of a sentence; None where nothing shows."""
    samples = _probe(recording)
    reasons = (check(samples, recording.rate_hz) for check in CHECKS)
    return next((reason for reason in reasons if reason is not None), None)


def clipping_warning(recording: Recording) -> str | None:
    """A sentence where single peaks are cut off, too few to call the sensor faulty."""
    samples = _probe(recording)
    share = _clipped_share(samples)
    if share < CLIPPED_WARNING_SHARE:
        return None
    return f"{share:.2%} of the samples stand at the limits of the measuring range: the highest peaks are cut off"


def wrong_bytes(samples: Samples, rate_hz: float) -> str | None:
    """Float32 read in the wrong byte order, or another number type read as float32: exponents are then all over."""
    sizes = np.abs(samples[samples != 0])
    if not sizes.size:
        return None
    advice = "send little-endian float32, or .npy, which names its own type"
    if sizes.max() < TINY or sizes.max() > HUGE:
        return f"the largest sample is {sizes.max():.1e} g: bytes in the wrong order, or another number type; {advice}"
    low, high = np.percentile(np.log2(sizes), (25, 75))
    if high - low > WIDEST_QUARTILES_BITS:
        span = f"half of the samples span {high - low:.0f} powers of two"
        return f"{span}: bytes in the wrong order, or another number type; {advice}"
    return None


def swapped_integers(samples: Samples, rate_hz: float) -> str | None:
    """16-bit integers in the wrong byte order: evenly spread noise that becomes a signal when swapped back."""
    counts = samples if np.abs(samples).max() > 1 else samples * 32768
    if np.abs(counts).max() > 32768 or not np.array_equal(counts, np.rint(counts)):
        return None
    back = np.clip(counts, -32768, 32767).astype(np.int16).byteswap().astype(np.float64)
    spread = counts.std()
    if spread > 0 and _kurtosis(counts) < 2.2 and 0 < back.std() < spread / 2:
        return "16-bit integers in the wrong byte order"
    return None


def dead(samples: Samples, rate_hz: float) -> str | None:
    """A flat line, with or without a few spikes."""
    middle = float(np.median(samples))
    share = float(np.mean(samples == middle))
    if share == 1:
        return f"a flat line: every sample is {middle:g}"
    if share > DEAD_SHARE:
        return f"a dead channel: {share:.0%} of the samples are {middle:g}"
    return None


def quantised(samples: Samples, rate_hz: float) -> str | None:
    """So few levels that the vibration is lost in the resolution."""
    low, high = np.percentile(samples, (1, 99))
    levels = np.unique(samples[(samples >= low) & (samples <= high)]).size
    if levels < FEWEST_LEVELS:
        return f"nearly all samples take {levels} different values: the vibration is lost in the resolution"
    return None


def clipped(samples: Samples, rate_hz: float) -> str | None:
    """Saturated: a plateau at the limits, or a waveform flatter than a sine's."""
    share = _clipped_share(samples)
    if share > CLIPPED_SHARE:
        return f"clipped: {share:.0%} of the samples stand at the limits of the measuring range"
    kurtosis = _kurtosis(samples)
    if kurtosis < LOWEST_KURTOSIS:  # a sine has 1.5, and nothing that is a sum of several things has less
        return f"clipped: its kurtosis is {kurtosis:.2f}, below that of a pure sine (1.5)"
    return None


def flat_stretches(samples: Samples, rate_hz: float) -> str | None:
    """A channel that comes and goes: long runs of one value."""
    changes = np.flatnonzero(np.diff(samples, prepend=np.nan, append=np.nan) != 0)
    runs = np.diff(changes)
    share = float(runs[runs >= FLAT_RUN].sum() / samples.size)
    if share > FLAT_SHARE:
        return f"the channel drops out: {share:.0%} of the recording is flat"
    return None


def spikes_only(samples: Samples, rate_hz: float) -> str | None:
    """Next to nothing, and a few spikes thousands of times higher."""
    off = np.abs(samples - np.median(samples))
    middle = float(np.median(off))
    if off.max() > HIGHEST_PEAK * middle:
        return f"a dead channel with spikes: the highest is {off.max() / max(middle, TINY):.0f} times the usual level"
    return None


def hum_only(samples: Samples, rate_hz: float) -> str | None:
    """Nothing but the mains frequency and its harmonics."""
    size = min(samples.size, int(HUM_SECONDS * rate_hz))
    if size < HUM_SHORTEST_SECONDS * rate_hz:
        return None
    pieces = [samples[at : at + size] for at in (0, (samples.size - size) // 2, samples.size - size)]
    for mains in MAINS_HZ:
        if all(_mains_share(piece, rate_hz, mains) > HUM_SHARE for piece in pieces):
            return f"{mains:.0f} Hz mains hum and its harmonics, and next to nothing else: check earthing and cable"
    return None


CHECKS: tuple[Callable[[Samples, float], str | None], ...] = (
    wrong_bytes,
    dead,
    quantised,
    hum_only,
    clipped,
    swapped_integers,
    flat_stretches,
    spikes_only,
)


def _probe(recording: Recording) -> Samples:
    """All of a short recording, pieces of a long one: every check reads shares, not single events."""
    return recording.excerpt(PROBED_SAMPLES).samples.astype(np.float64)


def _clipped_share(samples: Samples) -> float:
    low, high = samples.min(), samples.max()
    margin = 1e-6 * (high - low)
    ends = (int(np.count_nonzero(samples >= high - margin)), int(np.count_nonzero(samples <= low + margin)))
    return sum(end for end in ends if end > 2) / samples.size


def _kurtosis(samples: Samples) -> float:
    squares = (samples - samples.mean()) ** 2
    variance = squares.mean()
    return float((squares**2).mean() / variance**2) if variance > 0 else 0.0


def _mains_share(piece: Samples, rate_hz: float, mains_hz: float) -> float:
    """Share of the variance that a sum of the mains harmonics explains, least squares over a drift of +-1 %."""
    low, low_rate_hz = _below(piece - piece.mean(), rate_hz, HUM_TOP_HZ)
    whole = float(np.mean((piece - piece.mean()) ** 2))
    if whole == 0 or float(np.mean(low**2)) < HUM_SHARE * whole:
        return 0.0
    times = np.arange(low.size) / low_rate_hz
    harmonics = np.arange(1.0, min(MAINS_HARMONICS, int(0.45 * low_rate_hz / mains_hz)) + 1)
    left = min(_residual(low, times, mains_hz * (1 + drift), harmonics) for drift in MAINS_DRIFT)
    return 1 - left / whole


def _residual(values: Samples, times: Samples, mains_hz: float, harmonics: NDArray[np.float64]) -> float:
    angles = 2 * np.pi * mains_hz * np.outer(times, harmonics)
    basis = np.hstack([np.ones((times.size, 1)), np.cos(angles), np.sin(angles)])
    weights = np.linalg.lstsq(basis, values, rcond=None)[0]
    return float(np.mean((values - basis @ weights) ** 2))


def _below(values: Samples, rate_hz: float, limit_hz: float) -> tuple[Samples, float]:
    """Everything under `limit_hz`, at a rate that just holds it: the fit then costs little at any rate."""
    spectrum = fft.rfft(values)
    kept = min(spectrum.size, int(limit_hz * values.size / rate_hz) + 1)
    size = min(values.size, 2 * kept)
    return np.asarray(fft.irfft(spectrum[:kept], size)) * (size / values.size), rate_hz * size / values.size

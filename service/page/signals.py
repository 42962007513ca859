"""What a recording looks like, small enough to be sent: waveform, envelope spectrum, spectrogram.

Nothing is thinned out: each step of a picture stands for all that lies under it, by its extremes, its largest or its
mean, so that an impact is not lost however long the recording is.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy import fft

from data.envelope import band_envelopes
from data.plots import amplitudes, most_impulsive_band
from data.recording import Recording
from data.steps import step
from models.envelope_rule import EnvelopeRule

STEPS = 4000
LINES = 2000
SHORTEST_S = 1.0
SEGMENT_S = 4.0
AT_ONCE = 8
HARMONICS = 5
HIGHEST_WITHOUT_MARKS_HZ = 1000.0
FRAME = 512
ROWS = 128
COLUMNS = 240
RANGE_DB = 60.0
LEVELS = 64
"""Over 60 dB about one for each decibel, which is as fine as colours are told apart."""

LOWEST = "0"
READ_AS_THEY_ARE = ("counts", "full scale")

Array = NDArray[np.floating]


class Picture(BaseModel):
    """Base of everything that is drawn."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Waveform(Picture):
    """The lowest and the highest sample of each step.

    Attributes:
        step_s: between two.
        unit: of the samples: g, or what the file counts in.
    """

    step_s: float
    unit: str
    low: list[float]
    high: list[float]


class Mark(Picture):
    """Where a part of the bearing would show.

    Attributes:
        name: BPFO, BPFI, 2×BSF (a damaged element strikes twice a spin) or FTF.
        harmonics: how many of them are looked at.
        sideband_hz: distance of the sidebands at each harmonic; None where none are expected.
        tolerance: how far, relative, a line may be off: slip, and a speed that is not quite right.
    """

    name: str
    order: float
    hz: float
    harmonics: int
    sideband_hz: float | None
    tolerance: float


class EnvelopeSpectrum(Picture):
    """Peak amplitude of the lines of one band's envelope, averaged over the whole recording.

    Attributes:
        band_hz: the band whose envelope is most impulsive in the first 20 s.
        bin_hz: value k is the largest from k * bin_hz on.
        segment_s: what was transformed at once.
        segments: how many were averaged; together they are the whole recording.
    """

    band_hz: tuple[float, float]
    bin_hz: float
    segment_s: float
    segments: int
    unit: str
    amplitudes: list[float]
    marks: list[Mark]


class Spectrogram(Picture):
    """Power density over time and frequency, dB of unit²/Hz.

    Attributes:
        levels: a letter for each of [rows, columns], the lowest frequency first: "0" is `low_db` or less, and the
            `LEVELS` - 1st after it (ASCII) is `high_db`.
    """

    seconds: float
    highest_hz: float
    rows: int
    columns: int
    low_db: float
    high_db: float
    unit: str
    levels: str


def waveform(recording: Recording) -> Waveform:
    """All of it, in at most `STEPS` steps."""
    samples = recording.samples
    block = -(-samples.size // STEPS)
    padded = np.pad(samples, (0, -samples.size % block), mode="edge").reshape(-1, block)
    return Waveform(
        step_s=block / recording.rate_hz,
        unit=unit_of(recording),
        low=short(padded.min(axis=1)),
        high=short(padded.max(axis=1)),
    )


def envelope_spectrum(recording: Recording) -> EnvelopeSpectrum | str:
    """Of the whole recording, or why there is none."""
    if recording.seconds < SHORTEST_S:
        return f"Too short: {recording.seconds:.2f} s of signal; an envelope spectrum needs {SHORTEST_S:g} s."
    marks = marks_of(recording)
    # A little more than the highest line, so that its tolerance is seen.
    reach = 1.05 * max((mark.hz * mark.harmonics for mark in marks), default=HIGHEST_WITHOUT_MARKS_HZ)
    size, starts = _segments(recording)
    band, _ = most_impulsive_band(recording)
    total = np.zeros(size // 2 + 1)
    for envelope in _envelopes(recording, band, size, starts):
        total += amplitudes(envelope, recording.rate_hz)[1] ** 2
    bin_hz = recording.rate_hz / size
    kept = np.sqrt(total / len(starts))[: min(total.size, int(reach / bin_hz) + 2)]
    block = -(-kept.size // LINES)
    largest = np.pad(kept, (0, -kept.size % block)).reshape(-1, block).max(axis=1)
    return EnvelopeSpectrum(
        band_hz=band,
        bin_hz=bin_hz * block,
        segment_s=size / recording.rate_hz,
        segments=len(starts),
        unit=unit_of(recording),
        amplitudes=short(largest),
        marks=marks,
    )


def _segments(recording: Recording) -> tuple[int, NDArray[np.intp]]:
    """Size and starts of equal segments of at most `SEGMENT_S`, which overlap by about half and leave nothing out."""
    count = max(1, int(np.ceil(2 * recording.seconds / SEGMENT_S)) - 1)
    size = fft.prev_fast_len(2 * recording.samples.size // (count + 1), real=True)
    return size, np.linspace(0, recording.samples.size - size, count).round().astype(np.intp)


def _envelopes(recording: Recording, band: tuple[float, float], size: int, starts: NDArray[np.intp]) -> Iterator[Array]:
    """The band's envelope in each segment, a few at a time: memory does not grow with the recording."""
    for first in range(0, len(starts), AT_ONCE):
        step()
        some = starts[first : first + AT_ONCE]
        part = recording.samples[some[0] : some[-1] + size]
        envelope = band_envelopes(part, recording.rate_hz, [band])[0]
        for start in some - some[0]:
            yield envelope[start : start + size]


def marks_of(recording: Recording) -> list[Mark]:
    """Where the bearing's parts would show; nothing without speed and bearing."""
    orders, shaft_hz = recording.orders, recording.shaft_hz
    if orders is None or shaft_hz is None:
        return []
    expected = (
        ("BPFO", orders.bpfo, HARMONICS, None),
        ("BPFI", orders.bpfi, HARMONICS, shaft_hz),
        ("2×BSF", 2 * orders.bsf, HARMONICS, orders.ftf * shaft_hz),
        ("FTF", orders.ftf, 2, None),
    )
    tolerance = EnvelopeRule().search
    return [
        Mark(name=name, order=order, hz=order * shaft_hz, harmonics=count, sideband_hz=sideband, tolerance=tolerance)
        for name, order, count, sideband in expected
    ]


def spectrogram(recording: Recording) -> Spectrogram:
    """All of it, in at most `COLUMNS` columns, each the mean of the frames under it (P. D. Welch, 1967)."""
    samples = np.pad(recording.samples, (0, max(0, FRAME - recording.samples.size)))
    frames = sliding_window_view(samples, FRAME)[:: FRAME // 2]
    edges = np.linspace(0, len(frames), min(COLUMNS, len(frames)) + 1).round().astype(int)
    taper = np.hanning(FRAME).astype(np.float32)
    scale = 2 / (recording.rate_hz * float(np.square(taper).sum()))
    columns = []
    for first, last in pairwise(edges):
        step()
        spectra = fft.rfft(frames[first:last] * taper)[:, 1:]
        columns.append((spectra.real**2 + spectra.imag**2).mean(axis=0).reshape(ROWS, -1).mean(axis=1))
    level = 10 * np.log10(np.stack(columns, axis=1).astype(np.float64) * scale + 1e-20)
    high = float(level.max())
    low = max(high - RANGE_DB, float(level.min()))
    scaled = np.clip((level - low) / max(high - low, 1e-9) * (LEVELS - 1), 0, LEVELS - 1).round().astype(np.uint8)
    return Spectrogram(
        seconds=recording.seconds,
        highest_hz=recording.rate_hz / 2,
        rows=ROWS,
        columns=len(columns),
        low_db=round(low, 1),
        high_db=round(high, 1),
        unit=unit_of(recording),
        levels=(scaled + ord(LOWEST)).tobytes().decode("ascii"),
    )


def unit_of(recording: Recording) -> str:
    """What the samples are in, as far as it is known."""
    return recording.unit if recording.unit in READ_AS_THEY_ARE else "g"


def short(values: Array) -> list[float]:
    """With three digits: a picture is at most some thousand px high."""
    return [float(f"{value:.3g}") for value in values.tolist()]

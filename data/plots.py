"""Pictures of a recording: waveform, spectrum, and envelope spectrum with the characteristic orders marked.

`draw_waveform` and `draw_envelope` fill one panel each, in any figure.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from data.envelope import band_envelopes
from data.errors import FormatError
from data.recording import Recording

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BANDS_HZ = ((500.0, 2_000.0), (1_000.0, 4_000.0), (2_000.0, 5_500.0), (4_000.0, 10_000.0), (8_000.0, 16_000.0))
MARK_COLOURS = {"BPFO": "#d1495b", "BPFI": "#2e86ab", "2BSF": "#3c8d2f", "FTF": "#8d6a9f"}
ENDINGS = (".png", ".pdf", ".svg")
_HIGHEST_OF_RATE = 0.47
_LONGEST_S = 20.0
_MOST_POINTS = 4_000
_HARMONICS = 3
_LINE = "#333333"

Array = NDArray[np.float64]


def show(recording: Recording, path: Path, title: str = "") -> None:
    """Draws the recording into `path` (.png, .pdf or .svg by its ending); marks need its speed and orders.

    Raises:
        FormatError: another ending, or a place that cannot be written to.
        ModuleNotFoundError: matplotlib is not installed (`pip install '.[plot]'`).
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 9), layout="constrained")
    waveform, spectrum, envelope = figure.subplots(3, 1)
    draw_waveform(waveform, recording)
    _draw_spectrum(spectrum, recording)
    draw_envelope(envelope, recording)
    _entitle(figure, recording, title)
    save(figure, path)


def save(figure: "Figure", path: Path) -> None:
    """Writes the picture in the format that the ending of `path` names.

    Raises:
        FormatError: another ending, or a place that cannot be written to.
    """
    if path.suffix.lower() not in ENDINGS:
        raise FormatError(f"{path}: endings of pictures that can be written are {', '.join(ENDINGS)}")
    try:
        figure.savefig(path, dpi=120)
    except OSError as error:
        raise FormatError(f"{path}: {error.strerror or error}; give a file in a folder that can be written") from error


def draw_waveform(axes: "Axes", recording: Recording) -> None:
    """Acceleration over time, every peak of it."""
    block = max(1, recording.samples.size // _MOST_POINTS)
    count = recording.samples.size // block
    blocks = recording.samples[: count * block].reshape(count, block)
    times = np.arange(count) * block / recording.rate_hz
    if block == 1:
        axes.plot(times, blocks[:, 0], color=_LINE, linewidth=0.6)
    else:
        # A thinned line would lose the impacts: each step shows the lowest and the highest sample of its block.
        axes.fill_between(times, blocks.min(axis=1), blocks.max(axis=1), color=_LINE, linewidth=0.4)
    axes.set(xlabel="time (s)", ylabel="acceleration (g)", title="Waveform", xlim=(0, recording.seconds))


def draw_envelope(axes: "Axes", recording: Recording) -> None:
    """Envelope spectrum of the most impulsive band; with speed and orders known, each fault's lines in its colour."""
    band, envelope = most_impulsive_band(recording)
    frequencies, heights = amplitudes(envelope, recording.rate_hz)
    marks = marks_hz(recording)
    widest = 1.15 * _HARMONICS * max(marks.values()) if marks else 1_000.0
    shown = (frequencies > 0) & (frequencies <= min(widest, recording.rate_hz / 2))
    axes.plot(frequencies[shown], heights[shown], color=_LINE, linewidth=0.7)
    _draw_marks(axes, marks, recording.shaft_hz or 1.0)
    without = "" if marks else "; no marks without speed and bearing"
    axes.set(xlabel="frequency (Hz)", ylabel="amplitude (g)", ylim=(0, None))
    axes.set_xlim(0, float(frequencies[shown].max(initial=1.0)))
    axes.set_title(f"Envelope spectrum, {band[0] / 1e3:g} to {band[1] / 1e3:g} kHz{without}")


def marks_hz(recording: Recording) -> dict[str, float]:
    """The characteristic frequencies in Hz by name; a damaged rolling element strikes at twice its spin."""
    orders, shaft = recording.orders, recording.shaft_hz
    if orders is None or shaft is None:
        return {}
    strikes = {"BPFO": orders.bpfo, "BPFI": orders.bpfi, "2BSF": 2 * orders.bsf, "FTF": orders.ftf}
    return {name: order * shaft for name, order in strikes.items()}


def amplitudes(values: Array | NDArray[np.float32], rate_hz: float) -> tuple[Array, Array]:
    """Frequencies (Hz) and peak amplitudes (unit of `values`) of its Hann-windowed spectrum, both [bins]."""
    window = np.hanning(values.size)
    spectrum = np.abs(fft.rfft((values - values.mean()) * window)) * 2 / window.sum()
    return fft.rfftfreq(values.size, 1 / rate_hz), spectrum


def most_impulsive_band(recording: Recording) -> tuple[tuple[float, float], NDArray[np.float32]]:
    """Of `BANDS_HZ` under 0.47 of the rate, the one whose envelope has the largest kurtosis, and that envelope.

    The kurtosis of the envelope as a guide to the band: J. Antoni, "Fast computation of the kurtogram for the
    detection of transient faults", Mech. Syst. Signal Process. 21 (2007).
    """
    rate = recording.rate_hz
    samples = _first(recording)
    fitting = [band for band in BANDS_HZ if band[1] < _HIGHEST_OF_RATE * rate] or [(0.04 * rate, 0.4 * rate)]
    envelopes = dict(zip(fitting, band_envelopes(samples, rate, fitting), strict=True))
    best = max(envelopes, key=lambda band: _kurtosis(envelopes[band]))
    return best, envelopes[best]


def _first(recording: Recording) -> NDArray[np.float32]:
    return recording.samples[: round(_LONGEST_S * recording.rate_hz)]


def _kurtosis(values: NDArray[np.float32]) -> float:
    centred = values.astype(np.float64) - values.mean()
    variance = float(np.mean(centred**2))
    return float(np.mean(centred**4)) / variance**2 if variance > 0 else 0.0


def _draw_spectrum(axes: "Axes", recording: Recording) -> None:
    frequencies, heights = amplitudes(_first(recording), recording.rate_hz)
    step = max(1, heights.size // _MOST_POINTS)
    count = heights.size // step
    highest = heights[: count * step].reshape(count, step).max(axis=1)
    axes.semilogy(frequencies[: count * step : step] / 1e3, np.maximum(highest, 1e-12), color=_LINE, linewidth=0.6)
    axes.set(xlabel="frequency (kHz)", ylabel="amplitude (g)", title="Spectrum", xlim=(0, recording.rate_hz / 2e3))


def _draw_marks(axes: "Axes", marks: dict[str, float], shaft_hz: float) -> None:
    if not marks:
        return
    for name, frequency in marks.items():
        for harmonic in range(1, 2 if name == "FTF" else _HARMONICS + 1):
            label = f"{name} {frequency:.1f} Hz" if harmonic == 1 else None
            axes.axvline(harmonic * frequency, color=MARK_COLOURS[name], linestyle="--", linewidth=0.9, label=label)
    axes.legend(loc="upper right", fontsize="small")
    to_order, to_hz = (lambda hz: np.asarray(hz) / shaft_hz), (lambda order: np.asarray(order) * shaft_hz)
    axes.secondary_xaxis("top", functions=(to_order, to_hz)).set_xlabel("order (per shaft revolution)")


def _entitle(figure: "Figure", recording: Recording, title: str) -> None:
    known = [title or recording.source, f"{recording.rate_hz:g} Hz"]
    if recording.speed_rpm is not None:
        known.append(f"{recording.speed_rpm:g} rpm")
    known += [text for text in (recording.load, recording.fault and recording.fault.value) if text]
    figure.suptitle(", ".join(known))

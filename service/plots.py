"""One picture of a diagnosis: waveform, envelope spectrum, spikes of one window, probabilities along the recording."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data.fault import Fault
from data.plots import amplitudes, marks_hz, most_impulsive_band
from data.recording import Recording
from models.bundle import Bundle
from service.choice import in_blocks
from service.offline import Found
from service.wording import NAMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_POINTS = 4000
HARMONICS = 3
MARKS = {"BPFO": "#d1495b", "BPFI": "#2e86ab", "2BSF": "#3c8d2f", "FTF": "#8d6a9f"}
COLOURS = {
    Fault.NORMAL: "#777777",
    Fault.INNER_RACE: MARKS["BPFI"],
    Fault.OUTER_RACE: MARKS["BPFO"],
    Fault.ROLLING_ELEMENT: MARKS["2BSF"],
}


def draw(found: Found, path: Path) -> None:
    """Draws into `path` (.png, .pdf or .svg by its ending).

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 13), layout="constrained")
    axes = figure.subplots(4, 1, height_ratios=(1, 1.2, 1.6, 1))
    _waveform(axes[0], found.recording)
    _envelope(axes[1], found.recording)
    _spikes(axes[2], found)
    _probabilities(axes[3], found)
    answer = found.diagnosis
    figure.suptitle(f"{found.recording.source}: {answer.message.partition('. ')[0].rstrip('.')}", fontsize="large")
    figure.savefig(path, dpi=120)


def _waveform(axes: "Axes", recording: Recording) -> None:
    block = max(1, recording.samples.size // MOST_POINTS)
    count = recording.samples.size // block
    blocks = recording.samples[: count * block].reshape(count, block)
    times = np.arange(count) * block / recording.rate_hz
    # A thinned line would lose the impacts: each step shows the lowest and the highest sample of its block.
    axes.fill_between(times, blocks.min(axis=1), blocks.max(axis=1), color="#333333", linewidth=0.5)
    axes.set(xlabel="time (s)", ylabel="acceleration (g)", title="Waveform", xlim=(0, recording.seconds))


def _envelope(axes: "Axes", recording: Recording) -> None:
    band, envelope = most_impulsive_band(recording)
    frequencies, heights = amplitudes(envelope, recording.rate_hz)
    marks = marks_hz(recording)
    widest = 1.1 * HARMONICS * max(marks.values()) if marks else 1000.0
    shown = (frequencies > 0) & (frequencies <= min(widest, recording.rate_hz / 2))
    axes.plot(frequencies[shown], heights[shown], linewidth=0.7, color="#333333")
    for name, frequency in marks.items():
        for harmonic in range(1, 2 if name == "FTF" else HARMONICS + 1):
            label = f"{name} {frequency:.1f} Hz" if harmonic == 1 else None
            axes.axvline(harmonic * frequency, color=MARKS[name], linestyle="--", linewidth=0.9, label=label)
    if marks:
        axes.legend(loc="upper right", fontsize="small")
        shaft = recording.shaft_hz or 1.0
        to_order, to_hz = (lambda hz: np.asarray(hz) / shaft), (lambda order: np.asarray(order) * shaft)
        axes.secondary_xaxis("top", functions=(to_order, to_hz)).set_xlabel("order (per shaft revolution)")
    without = "" if marks else "; no marks without speed and bearing"
    axes.set(xlabel="frequency (Hz)", ylabel="amplitude (g)", ylim=(0, None))
    axes.set_xlim(0, float(frequencies[shown].max(initial=1.0)))
    axes.set_title(f"Envelope spectrum, {band[0] / 1e3:g} to {band[1] / 1e3:g} kHz{without}")


def _spikes(axes: "Axes", found: Found) -> None:
    bundle = found.bundle
    if bundle is None or bundle.tracer is None:
        _empty(axes, "Spikes", "no spikes: no graph read this recording" if bundle is None else "no trace graph")
        return
    start, seconds, trains = _middle_window(bundle, found.recording)
    names = []
    for number, (name, train) in enumerate(trains.items()):
        timesteps, channels, length = train.shape
        step, channel, place = np.nonzero(train)
        rows = number + (channel + (step + 0.5) / timesteps) / channels
        axes.plot((place + 0.5) / length * seconds * 1e3, rows, ".", markersize=1.2, color=f"C{number}", alpha=0.7)
        names.append(f"{name} {np.count_nonzero(train) / train.size:.0%}")
        axes.axhline(number + 1, color="#bbbbbb", linewidth=0.5)
    axes.set_yticks(np.arange(len(names)) + 0.5, names, fontsize="small")
    axes.set(
        xlabel=f"time in the window (ms), which begins at {start:.2f} s",
        ylabel="spike train, its channels; firing rate",
    )
    axes.set(xlim=(0, seconds * 1e3), ylim=(max(len(names), 1), 0))
    axes.set_title(
        "Spikes of the window in the middle of the recording, first band; each row one channel, timesteps within"
    )


def _middle_window(bundle: Bundle, recording: Recording) -> tuple[float, float, dict[str, Any]]:
    windows = in_blocks(bundle, recording)
    middle = len(windows.values) // 2
    assert bundle.tracer is not None
    trains = bundle.tracer.trace(windows.values[middle : middle + 1, :1])
    return float(windows.starts_s[middle]), windows.seconds, {name: train[0] for name, train in trains.items()}


def _probabilities(axes: "Axes", found: Found) -> None:
    windows = found.diagnosis.windows
    if not windows:
        _empty(axes, "Probabilities along the recording", found.diagnosis.reason or "no windows")
        return
    edges = [window.start_s for window in windows] + [windows[-1].start_s + windows[-1].seconds]
    for fault in windows[0].probabilities:
        heights = [window.probabilities[fault] for window in windows]
        axes.stairs(heights, edges, baseline=None, color=COLOURS[fault], linewidth=1.6, label=NAMES[fault])
    axes.legend(loc="center right", fontsize="small")
    axes.set(xlabel="time (s)", ylabel="probability", ylim=(-0.02, 1.02), xlim=(0, found.recording.seconds))
    axes.set_title("Probabilities along the recording, each window alone")


def _empty(axes: "Axes", title: str, reason: str) -> None:
    axes.set_title(title)
    axes.set_axis_off()
    axes.text(0.5, 0.5, reason, ha="center", va="center", wrap=True, transform=axes.transAxes)

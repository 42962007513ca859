"""One picture of a diagnosis: waveform, envelope spectrum, spikes of one window, probabilities along the recording."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data.fault import Fault
from data.plots import MARK_COLOURS, draw_envelope, draw_waveform, save
from data.recording import Recording
from models.bundle import Bundle
from service.choice import in_blocks
from service.offline import Found
from service.wording import NAMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = {
    Fault.NORMAL: "#777777",
    Fault.INNER_RACE: MARK_COLOURS["BPFI"],
    Fault.OUTER_RACE: MARK_COLOURS["BPFO"],
    Fault.ROLLING_ELEMENT: MARK_COLOURS["2BSF"],
}


def draw(found: Found, path: Path) -> None:
    """Draws into `path` (.png, .pdf or .svg by its ending).

    Raises:
        FormatError: another ending, or a place that cannot be written to.
        ModuleNotFoundError: matplotlib is not installed.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 13), layout="constrained")
    axes = figure.subplots(4, 1, height_ratios=(1, 1.2, 1.6, 1))
    draw_waveform(axes[0], found.recording)
    draw_envelope(axes[1], found.recording)
    _spikes(axes[2], found)
    _probabilities(axes[3], found)
    answer = found.diagnosis
    figure.suptitle(f"{found.recording.source}: {answer.message.partition('. ')[0].rstrip('.')}", fontsize="large")
    save(figure, path)


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

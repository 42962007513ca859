"""The window that spoke most clearly for the answer: what the network read of it, and what the answer owes to it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.candidate_lines import CANDIDATES, LABELS, NUMBERS
from data.fault import Fault
from data.front_ends import OrderFrontEnd, TimeFrontEnd
from data.front_ends.aligned import CHANNELS
from data.windows import Windows
from models.bundle import Bundle
from models.envelope_rule import DB_PER_NEPER
from models.verdict import softmax
from service.page.occlusion import owed
from service.page.signals import Picture, short

SEGMENTS = 16


@dataclass(frozen=True, eq=False)
class Clearest:
    """A window of a recording, in one band.

    Attributes:
        values: float32 [length], as the graph reads it.
        start_s: where it begins.
        seconds: its duration.
        band: number of the band.
        probability: of the answer in it alone, not calibrated.
    """

    values: NDArray[np.float32]
    start_s: float
    seconds: float
    band: int
    probability: float


class Segment(Picture):
    """A part of a curve, from point `first` to before `last`; the answer's log-odds fall by `owed` without it."""

    first: int
    last: int
    owed: float


class Curve(Picture):
    """A window over time or shaft angle, standardised: in its own standard deviations."""

    x_step: float
    x_label: str
    y_label: str
    values: list[float]
    segments: list[Segment]


class Line(Picture):
    """What stands at one place of a candidate's comb: its mean height over the channels, and what is owed to it."""

    label: str
    height_db: float
    owed: float


class Comb(Picture):
    """The lines at which one fault would show, as the network was given them."""

    fault: Fault
    lines: list[Line]


class WindowSeen(Picture):
    """What the network saw of one window: a curve, or combs of lines."""

    start_s: float
    seconds: float
    band_hz: tuple[float, float] | None
    fault: Fault
    probability: float
    curve: Curve | None = None
    combs: list[Comb] | None = None


def clearest(windows: Windows, logits: NDArray[np.floating], answer: int) -> Clearest:
    """Of `windows`, the one with the largest probability of the answer, from `logits` [positions, bands, faults]."""
    probabilities = softmax(logits.astype(np.float64))[..., answer]
    position, band = (int(at) for at in np.unravel_index(probabilities.argmax(), probabilities.shape))
    return Clearest(
        values=windows.values[position, band],
        start_s=float(windows.starts_s[position]),
        seconds=windows.seconds,
        band=band,
        probability=float(probabilities[position, band]),
    )


def seen(bundle: Bundle, window: Clearest, answer: int) -> WindowSeen:
    """The window in the terms of its front end."""
    front_end = bundle.manifest.front_end
    curve, combs = None, None
    if isinstance(front_end, OrderFrontEnd):
        step, label = 1 / front_end.samples_per_revolution, "shaft revolutions"
        curve = _curve(bundle, window, answer, step, label, "envelope (log, standard deviations)")
    elif isinstance(front_end, TimeFrontEnd):
        step, label = 1e3 / front_end.rate_hz, "time in the window (ms)"
        curve = _curve(bundle, window, answer, step, label, "acceleration (standard deviations)")
    else:
        combs = _combs(bundle, window, answer)
    return WindowSeen(
        start_s=window.start_s,
        seconds=window.seconds,
        band_hz=front_end.bands_hz[window.band] if isinstance(front_end, OrderFrontEnd) else None,
        fault=bundle.manifest.faults[answer],
        probability=window.probability,
        curve=curve,
        combs=combs,
    )


def _curve(bundle: Bundle, window: Clearest, answer: int, x_step: float, x_label: str, y_label: str) -> Curve:
    edges = np.linspace(0, window.values.size, SEGMENTS + 1).round().astype(int)
    places = np.arange(window.values.size)
    parts = (edges[:-1, None] <= places) & (places < edges[1:, None])
    segments = zip(edges[:-1].tolist(), edges[1:].tolist(), _owed(bundle, window, parts, answer), strict=True)
    return Curve(
        x_step=x_step,
        x_label=x_label,
        y_label=y_label,
        values=short(window.values),
        segments=[Segment(first=first, last=last, owed=owed) for first, last, owed in segments],
    )


def _combs(bundle: Bundle, window: Clearest, answer: int) -> list[Comb]:
    heights = window.values.reshape(len(CANDIDATES), CHANNELS, NUMBERS)
    # A line is covered in all channels at once: they show the same place.
    parts = np.zeros((len(CANDIDATES), NUMBERS, *heights.shape), dtype=bool)
    candidate, number = np.indices(parts.shape[:2])
    parts[candidate, number, candidate, :, number] = True
    owed_to = np.reshape(_owed(bundle, window, parts.reshape(-1, heights.size), answer), parts.shape[:2])
    mean_db = DB_PER_NEPER * heights.mean(axis=1)
    return [
        Comb(
            fault=fault,
            lines=[
                Line(label=label, height_db=round(float(height), 2), owed=round(float(owing), 3))
                for label, height, owing in zip(LABELS, mean_db[at], owed_to[at], strict=True)
            ],
        )
        for at, fault in enumerate(CANDIDATES)
    ]


def _owed(bundle: Bundle, window: Clearest, parts: NDArray[np.bool_], answer: int) -> list[float]:
    return [round(value, 3) for value in owed(bundle.graph, window.values, parts, answer).tolist()]

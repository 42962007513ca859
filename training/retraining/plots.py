"""The report's pictures, as SVG text: what each said of the recordings that judged, and the gain with its interval."""

import html
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

from data.fault import FAULTS
from training.retraining.versus import Tally, Versus

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RIGHT, UNKNOWN, WRONG = "#3c8d2f", "#c9c9c9", "#d1495b"
LINE = "#2e86ab"


def answers(groups: Mapping[str, Versus]) -> str:
    """For each group two bars, champion above challenger: answered right, unknown, answered wrong."""
    figure, axes = _figure(0.7 + 0.55 * len(groups))
    places, names = [], []
    for at, (name, versus) in enumerate(groups.items()):
        both = (-0.22, "champion", versus.champion), (0.22, "challenger", versus.challenger)
        for offset, who, tally in both:
            _bar(axes, at + offset, tally)
            places.append(at + offset)
            names.append(f"{_words(name)} ({len(versus.pairs)}), {who}" if offset < 0 else who)
    axes.set_yticks(places, names, fontsize=9)
    axes.set(xlim=(0, 1), ylim=(-0.6, len(groups) - 0.4), xlabel="part of the recordings, and how many")
    axes.invert_yaxis()
    for colour, label in ((RIGHT, "right"), (UNKNOWN, "unknown"), (WRONG, "wrong")):
        axes.barh([0], [0], color=colour, label=label)
    axes.legend(fontsize=9, ncols=3, loc="lower left", bbox_to_anchor=(0, 1), frameon=False)
    return _svg(figure, "What champion and challenger answered, in parts of the recordings")


def gains(groups: Mapping[str, Versus]) -> str:
    """The mean gain of each group with its 95 % interval; 0 is no difference."""
    figure, axes = _figure(0.6 + 0.35 * len(groups))
    for at, versus in enumerate(groups.values()):
        low, high = versus.interval
        axes.plot([low, high], [at, at], color=LINE, linewidth=2)
        axes.plot([versus.gain], [at], "o", color=LINE)
    axes.axvline(0, color="#333333", linewidth=0.8)
    axes.set_yticks(range(len(groups)), list(map(_words, groups)), fontsize=9)
    widest = max(0.5, *(abs(end) for versus in groups.values() for end in versus.interval))
    axes.set(xlim=(-1.05 * widest, 1.05 * widest), xlabel="gain in score (right 1, unknown 0, wrong -1), with 95 %")
    axes.invert_yaxis()
    return _svg(figure, "Gain of the challenger over the champion, with 95 % intervals")


def _words(name: str) -> str:
    return name.replace("_", " ") if name in FAULTS else name


def _bar(axes: "Axes", at: float, tally: Tally) -> None:
    left = 0.0
    for count, colour, ink in (
        (tally.right, RIGHT, "white"),
        (tally.unknown, UNKNOWN, "black"),
        (tally.wrong, WRONG, "white"),
    ):
        width = count / tally.total
        axes.barh(at, width, 0.4, left=left, color=colour)
        if count:
            axes.text(left + width / 2, at, str(count), ha="center", va="center_baseline", fontsize=8, color=ink)
        left += width


def _figure(height: float) -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, max(1.6, height)), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: "Figure", label: str) -> str:
    from matplotlib import rc_context

    text = io.StringIO()
    # Words stay words, and the same picture has the same bytes.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": label}):
        figure.savefig(text, format="svg", metadata={"Date": None})
    _, _, drawn = text.getvalue().partition("<svg")
    return f'<svg role="img" aria-label="{html.escape(label)}"{drawn}'

"""The report's pictures, as SVG text: what each said of the recordings that judged, and the gain with its interval."""

import html
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

from training.retraining.versus import Tally, Versus

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RIGHT, UNKNOWN, WRONG = "#3c8d2f", "#c9c9c9", "#d1495b"
LINE = "#2e86ab"


def answers(groups: Mapping[str, Versus]) -> str:
    """For each group two bars, champion above challenger: answered right, unknown, answered wrong."""
    figure, axes = _figure(0.5 + 0.55 * len(groups))
    names = []
    for at, (name, versus) in enumerate(groups.items()):
        for offset, tally in ((-0.2, versus.champion), (0.2, versus.challenger)):
            _bar(axes, at + offset, tally)
        names.append(f"{name} ({len(versus.pairs)})")
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set(xlim=(0, 1), xlabel="part of the recordings; upper bar champion, lower bar challenger")
    axes.invert_yaxis()
    for colour, label in ((RIGHT, "right"), (UNKNOWN, "unknown"), (WRONG, "wrong")):
        axes.barh([0], [0], color=colour, label=label)
    axes.legend(fontsize=8, ncols=3, loc="lower left", bbox_to_anchor=(0, 1), frameon=False)
    return _svg(figure, "What champion and challenger answered, in parts of the recordings")


def gains(groups: Mapping[str, Versus]) -> str:
    """The mean gain of each group with its 95 % interval; 0 is no difference."""
    figure, axes = _figure(0.6 + 0.35 * len(groups))
    for at, versus in enumerate(groups.values()):
        low, high = versus.interval
        axes.plot([low, high], [at, at], color=LINE, linewidth=2)
        axes.plot([versus.gain], [at], "o", color=LINE)
    axes.axvline(0, color="#333333", linewidth=0.8)
    axes.set_yticks(range(len(groups)), list(groups), fontsize=8)
    axes.set(xlim=(-2.05, 2.05), xlabel="gain in score (right 1, unknown 0, wrong -1)")
    axes.invert_yaxis()
    return _svg(figure, "Gain of the challenger over the champion, with 95 % intervals")


def _bar(axes: "Axes", at: float, tally: Tally) -> None:
    left = 0.0
    for count, colour in ((tally.right, RIGHT), (tally.unknown, UNKNOWN), (tally.wrong, WRONG)):
        width = count / tally.total
        axes.barh(at, width, 0.36, left=left, color=colour)
        if count:
            axes.text(left + width / 2, at, str(count), ha="center", va="center", fontsize=7)
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

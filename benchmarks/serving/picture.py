"""docs/measured/serve.png: what each server adds to the graph, and how long its answers take at 80 %."""

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.results import Spread
from benchmarks.serving.hosts import OURS, titled
from benchmarks.serving.results import Served, Turn

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw(served: Served, path: Path) -> None:
    """Two panels for each kind of request; nothing where none was made."""
    from matplotlib.figure import Figure

    if not served.settings:
        return
    figure = Figure(figsize=(4.6 * len(served.settings), 6), layout="constrained")
    panels = figure.subplots(2, len(served.settings), squeeze=False)
    for column, (body, windows) in enumerate(served.settings):
        turns = [turn for turn in served.turns if (turn.body, turn.windows) == (body, windows)][::-1]
        _added(panels[0][column], turns, f"{body}, {windows} a request")
        _times(panels[1][column], turns)
    # A version of matplotlib in the file would make other bytes of the same picture.
    figure.savefig(path, dpi=100, metadata={"Software": None})


def _added(axes: "Axes", turns: list[Turn], title: str) -> None:
    for row, turn in enumerate(turns):
        added = turn.added_us
        spread = [[added.median - added.lower], [added.upper - added.median]]
        axes.barh(row, added.median, xerr=spread, color="C0" if turn.server == OURS.name else "C7")
    _named(axes, turns)
    axes.set(title=title, xlabel="CPU microseconds added a request")


def _times(axes: "Axes", turns: list[Turn]) -> None:
    for row, turn in enumerate(turns):
        p50, p99 = Spread.of(turn.p50_ms).median, Spread.of(turn.p99_ms).median
        axes.plot([p50, p99], [row, row], marker="|", color="C0" if turn.server == OURS.name else "C7")
    _named(axes, turns)
    axes.set(xscale="log", xlabel="ms at 80 % of the most, p50 to p99")


def _named(axes: "Axes", turns: list[Turn]) -> None:
    axes.set_yticks(range(len(turns)), [titled(turn.server).replace("*", "") for turn in turns])

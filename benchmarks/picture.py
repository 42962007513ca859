"""docs/measured/bench.png: how the competitors stand to each other, and how cost grows."""

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.entries import titled
from benchmarks.results import Growth, Race, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes

REFERENCE = "float32"


def draw(results: Results, path: Path) -> None:
    """A panel a size of call, and one for each growth; nothing where neither was measured."""
    from matplotlib.figure import Figure

    lengths = results.lengths
    growths = {} if lengths is None else {"seconds of signal": lengths.recording, "windows a call": lengths.windows}
    grown = {title: each for title, each in growths.items() if each is not None}
    settings = [] if results.race is None else [each for each in results.race.settings if each[0] == 1]
    if not settings and not grown:
        return
    figure = Figure(figsize=(4.6 * (len(settings) + len(grown)), 4.6), layout="constrained")
    panels = list(figure.subplots(1, len(settings) + len(grown), squeeze=False).flat)
    for axes, (threads, batch) in zip(panels, settings, strict=False):
        assert results.race is not None
        if axes is not panels[0]:
            axes.sharex(panels[0])
        _standing(axes, results.race, threads, batch, named=axes is panels[0])
    for axes, (title, growth) in zip(panels[len(settings) :], grown.items(), strict=True):
        _growth(axes, title, growth)
    # A version of matplotlib in the file would make other bytes of the same picture.
    figure.savefig(path, dpi=100, metadata={"Software": None})


def _standing(axes: "Axes", race: Race, threads: int, batch: int, named: bool) -> None:
    names = [lap.competitor for lap in race.laps if (lap.threads, lap.batch) == (threads, batch)][::-1]
    for row, name in enumerate(names):
        ratio = race.ratio(name, REFERENCE, threads, batch)
        if ratio is None:
            continue
        spread = [[ratio.median - ratio.lower], [ratio.upper - ratio.median]]
        axes.barh(row, ratio.median, xerr=spread, color="C0" if name in (REFERENCE, "int8") else "C7")
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set(xscale="log", title=f"time over our float32 graph, {batch} a call")
    axes.set_yticks(range(len(names)), [titled(name).replace("*", "") for name in names] if named else [])


def _growth(axes: "Axes", title: str, growth: Growth) -> None:
    axes.loglog(growth.sizes, growth.cpu_s, marker="o")
    axes.set(xlabel=title, ylabel="CPU seconds", title=f"exponent {growth.exponent:.3f}")
    axes.grid(alpha=0.3)

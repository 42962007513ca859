"""How a machine went, as one picture: its indicators above one another, what recordings said, where its alarm stood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle, groupby
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from data.plots import save
from service.alarms.rule import ORDER, Level
from service.assets.asset import Asset

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BANDS = {Level.NO_VERDICT: "#e4e4e4", Level.WATCH: "#fdeeb5", Level.ALARM: "#f9cfc9"}
"""Behind the curves: where the alarm stands; quiet is white."""
DOTS = {Level.NO_VERDICT: "#8a8a8a", Level.QUIET: "#3c8d2f", Level.WATCH: "#c99700", Level.ALARM: "#c0392b"}
LINES = ("#2b5c8a", "#8d6a9f", "#3a8f85", "#b5651d")
LIMIT = "#c0392b"
HEALTHY = "#9aa7b3"
WORDS = {Level.NO_VERDICT: "no verdict"}
DOT = 4
PER_PANEL_IN = 1.75
DAY_S = 86_400.0
NARROW, DECADE, FEW_DECADES = 2, 10, 500
"""Highest over lowest, where the ticks of a logarithmic panel change: even steps, seven of a decade, three, one."""
MARGIN = 0.015


@dataclass(frozen=True, eq=False)
class Curve:
    """One panel.

    Attributes:
        label: what it is, with its unit.
        values: by axis, one at each time; NaN: not known.
        limits: what each may reach by itself, by axis; NaN: no limit.
        lines: heights at which a line lies, by what it is.
        logarithmic: of a value whose ratios count.
    """

    label: str
    values: Mapping[str, Sequence[float]]
    limits: Mapping[str, Sequence[float]] = field(default_factory=dict)
    lines: Mapping[str, float] = field(default_factory=dict)
    logarithmic: bool = True


@dataclass(frozen=True, eq=False)
class Stay:
    """Where the alarm stood from a time on; until the next one."""

    since: datetime
    level: Level


@dataclass(frozen=True, eq=False)
class Chart:
    """What is drawn.

    Attributes:
        title: of the picture.
        times: of the recordings, UTC, in their order; at least one.
        curves: panels, the first on top.
        levels: what each recording said; None: the machine was commissioned on it.
        stays: of the alarm, in their order; the first may have begun before the first recording.
    """

    title: str
    times: Sequence[datetime]
    curves: Sequence[Curve]
    levels: Sequence[Level | None]
    stays: Sequence[Stay]

    def first(self, level: Level) -> datetime | None:
        """When the alarm first stood there, or worse."""
        return next((stay.since for stay in self.stays if ORDER[stay.level] >= ORDER[level]), None)


def draw(chart: Chart, path: Path) -> None:
    """Draws into `path` (.png, .pdf or .svg by its ending).

    Raises:
        FormatError: another ending, or a place that cannot be written to.
        ModuleNotFoundError: matplotlib is not installed.
    """
    from matplotlib.figure import Figure

    count = len(chart.curves) + 1
    figure = Figure(figsize=(11, PER_PANEL_IN * count + 1), layout="constrained")
    panels = list(figure.subplots(count, 1, sharex=True, squeeze=False).flat)
    for panel, curve in zip(panels, chart.curves, strict=False):
        _curve(panel, chart, curve)
    _levels(panels[-1], chart)
    for panel in panels:
        _stays(panel, chart)
    _firsts(panels[0], chart)
    _dates(panels[-1], chart.times)
    figure.align_ylabels(panels)
    figure.suptitle(chart.title, fontsize="large")
    save(figure, path)


def titled(asset: Asset) -> str:
    """What a picture of a measuring point is called.

    What is called the same twice is said once.
    """
    identity, *where = dict.fromkeys((asset.id, asset.machine, asset.point))
    return f"{identity}: {', '.join(where)}" if where else identity


def _curve(panel: "Axes", chart: Chart, curve: Curve) -> None:
    days = _days(chart.times)
    several = len(curve.values) > 1
    for (axis, values), colour in zip(curve.values.items(), cycle(LINES)):
        name = axis if several else None
        panel.plot(*_known(days, values), ".-", color=colour, linewidth=0.7, markersize=3, label=name)
        if axis in curve.limits:
            told, of_limit = (f"limit of {axis}", colour) if several else ("its limit", LIMIT)
            panel.plot(days, curve.limits[axis], "--", color=of_limit, linewidth=1, label=told)
    if curve.logarithmic:
        panel.set_yscale("log")
    _lines(panel, curve)
    if curve.logarithmic:
        _ticks(panel)
    panel.set_ylabel(curve.label, fontsize="small")
    panel.grid(alpha=0.25)
    _legend(panel)


def _legend(panel: "Axes") -> None:
    """Beside the panel, where it hides nothing."""
    if panel.get_legend_handles_labels()[0]:
        panel.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize="x-small", frameon=False)


def _lines(panel: "Axes", curve: Curve) -> None:
    """Of a logarithmic panel those far over all values would flatten them: the legend alone tells of these."""
    low, high = panel.get_ylim()
    for (name, height), style in zip(curve.lines.items(), cycle((":", "-."))):
        panel.axhline(height, color=LIMIT, linestyle=style, linewidth=1, label=name)
    if curve.logarithmic:
        near = [1.1 * height for height in curve.lines.values() if height < NARROW * high]
        panel.set_ylim(low, max([high, *near]))


def _known(days: Sequence[float], values: Sequence[float]) -> tuple[list[float], list[float]]:
    """Without the gaps, at which a line would break: a recording may be of another axis."""
    pairs = [(day, value) for day, value in zip(days, values, strict=True) if not isnan(value)]
    return [day for day, _ in pairs], [value for _, value in pairs]


def _ticks(panel: "Axes") -> None:
    """Of a logarithmic panel."""
    from matplotlib.ticker import Locator, LogLocator, MaxNLocator, NullLocator, StrMethodFormatter

    low, high = panel.get_ylim()
    ticks: Locator = LogLocator()
    if high / low < NARROW:
        ticks = MaxNLocator(4)
    elif high / low < FEW_DECADES:
        ticks = LogLocator(subs=(1, 1.5, 2, 3, 4, 5, 7) if high / low < DECADE else (1, 2, 5))
    panel.yaxis.set_major_locator(ticks)
    panel.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    panel.yaxis.set_minor_locator(NullLocator())


def _levels(panel: "Axes", chart: Chart) -> None:
    """A dot a recording, at what its voices said together."""
    places = list(Level)
    for level in places:
        times = [time for time, said in zip(chart.times, chart.levels, strict=True) if said is level]
        panel.plot(_days(times), [places.index(level)] * len(times), "o", color=DOTS[level], markersize=DOT)
    healthy = [time for time, said in zip(chart.times, chart.levels, strict=True) if said is None]
    panel.plot(_days(healthy), [places.index(Level.QUIET)] * len(healthy), "o", color=HEALTHY, markersize=DOT,
               label="commissioned on these" if healthy else None)  # fmt: skip
    panel.set_yticks(range(len(places)), [WORDS.get(level, level.value) for level in places], fontsize="small")
    panel.set_ylim(-0.6, len(places) - 0.4)
    panel.set_ylabel("recording says", fontsize="small")
    panel.grid(alpha=0.25)
    _legend(panel)


def _stays(panel: "Axes", chart: Chart) -> None:
    spans = [(level, list(group)) for level, group in groupby(chart.stays, lambda stay: stay.level)]
    begins = _days([group[0].since for _, group in spans])
    ends = [*begins[1:], *_days(chart.times[-1:])]
    for (level, _), begin, end in zip(spans, begins, ends, strict=True):
        if level in BANDS:
            panel.axvspan(begin, end, color=BANDS[level], zorder=0, linewidth=0)
    for level in (Level.WATCH, Level.ALARM):
        since = chart.first(level)
        if since is not None:
            panel.axvline(_days([since])[0], color=DOTS[level], linewidth=1.2, zorder=1)


def _firsts(panel: "Axes", chart: Chart) -> None:
    """Says over the uppermost panel when the alarm first stood at watch and at alarm; the colours of the bands."""
    told = {level: chart.first(level) for level in (Level.WATCH, Level.ALARM)}
    words = [
        f"first {level}: {'never' if since is None else f'{since:%Y-%m-%d %H:%M}'}" for level, since in told.items()
    ]
    panel.set_title(
        f"{'; '.join(words)} (UTC). Background, where the alarm stands: yellow watch, red alarm, grey no verdict",
        fontsize="small",
        loc="left",
    )


def _dates(panel: "Axes", times: Sequence[datetime]) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    panel.xaxis.set_major_locator(locator)
    panel.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    panel.set_xlabel("time (UTC)")
    first, last = _days([times[0], times[-1]])
    margin = MARGIN * (last - first) or 1 / 24
    panel.set_xlim(first - margin, last + margin)


def _days(times: Sequence[datetime]) -> list[float]:
    """As matplotlib counts time: days since 1970, UTC."""
    return [time.timestamp() / DAY_S for time in times]

"""docs/measured/run-to-failure.png: each machine a line of days, with what it was told; and one of them replayed."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.failures.following import Stood, Way, damage, first, followed
from benchmarks.failures.machines import machine
from benchmarks.failures.measuring import Life, Watched, listened
from data.fault import FAULTS
from service.alarms.rule import Level
from service.assets.offline import chart, replayed
from service.assets.offline.chart import BANDS, DOTS
from service.assets.offline.history import steps
from service.assets.offline.machine import Machine
from service.engine import Engine
from service.offline import loaded
from service.settings import Settings

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WAY = Way()
MARKED_DB = {-20.0: "4", -10.0: "x", 0.0: "+"}


def draw(found: Watched, path: Path) -> None:
    """All machines, and beside it the first that fails, as `brinell asset replay` draws it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 9.5), layout="constrained")
    failing = sorted((each for each in found.lives if each.fault is not None), key=_place)
    healthy = [each for each in found.lives if each.fault is None]
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(max(len(failing), 1), max(len(healthy), 1)))
    _lines(upper, found, failing)
    _lines(lower, found, healthy)
    upper.set(title="Machines that fail", ylabel="machine, by fault and onset")
    lower.set(title="Machines that stay healthy", ylabel="machine", xlabel="day")
    _faults(upper, failing)
    lower.set_yticks([])
    _legend(upper)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    if failing:
        _example(failing[0].seed, path.with_name(f"{path.stem}-example{path.suffix}"))


def _place(one: Life) -> tuple[int, float]:
    grown = damage(one)
    return FAULTS.index(grown.fault), grown.onset_day


def _lines(panel: "Axes", found: Watched, lives: Sequence[Life]) -> None:
    for row, one in enumerate(lives):
        stood = followed(one, WAY, found.a_day)
        panel.plot([0, found.days], [row, row], color="#cfd6dc", linewidth=1, zorder=1)
        _stays(panel, row, stood, found.days)
        raised = [each.day for each in stood if each.said in (Level.WATCH, Level.ALARM)]
        panel.plot(raised, [row] * len(raised), "|", color="#444444", markersize=4, markeredgewidth=0.6, zorder=3)
        if one.fault is not None:
            _growth(panel, row, one, stood)
    panel.set(xlim=(0, found.days), ylim=(len(lives) - 0.4, -0.6))


def _stays(panel: "Axes", row: int, stood: Sequence[Stood], days: int) -> None:
    """Where the alarm stood, as a band."""
    spans = [(level, next(group).day) for level, group in groupby(stood, lambda each: each.level)]
    ends = [*(day for _, day in spans[1:]), float(days)]
    for (level, begin), end in zip(spans, ends, strict=True):
        if level in BANDS:
            panel.barh(row, end - begin, left=begin, height=0.8, color=BANDS[level], zorder=2)


def _growth(panel: "Axes", row: int, one: Life, stood: Sequence[Stood]) -> None:
    grown = damage(one)
    panel.plot(grown.onset_day, row, ">", color="#2b5c8a", markersize=4, zorder=4)
    for snr_db, mark in MARKED_DB.items():
        panel.plot(grown.day_of(snr_db), row, mark, color="#2b5c8a", markersize=6, zorder=4)
    for level in (Level.WATCH, Level.ALARM):
        told = first(stood, level, grown.onset_day)
        if told is not None:
            panel.plot(told.day, row, "o", color=DOTS[level], markersize=4.5, zorder=5)


def _faults(panel: "Axes", lives: Sequence[Life]) -> None:
    groups = [(fault, len(list(group))) for fault, group in groupby(lives, lambda one: one.fault)]
    ends = [sum(count for _, count in groups[: at + 1]) for at in range(len(groups))]
    middles = [end - count / 2 - 0.5 for end, (_, count) in zip(ends, groups, strict=True)]
    panel.set_yticks(middles, [str(fault).replace("_", "\n") for fault, _ in groups])
    for end in ends[:-1]:
        panel.axhline(end - 0.5, color="#777777", linewidth=0.8)


def _legend(panel: "Axes") -> None:
    marks = {
        "the damage begins (-40 dB)": (">", "#2b5c8a"),
        **{f"SNR {snr_db:g} dB": (mark, "#2b5c8a") for snr_db, mark in MARKED_DB.items()},
        "first watch": ("o", DOTS[Level.WATCH]),
        "first alarm": ("o", DOTS[Level.ALARM]),
        "a recording says watch or alarm": ("|", "#444444"),
    }
    for name, (mark, colour) in marks.items():
        panel.plot([], [], mark, color=colour, label=name)
    panel.legend(loc="upper center", bbox_to_anchor=(0.5, -0.01), ncols=4, fontsize="small", frameon=False)


def _example(seed: int, path: Path) -> None:
    one = machine(seed)
    healthy, heard = listened(Engine(loaded(Settings()).bundles), one, [WAY.commissioned])[WAY.commissioned]
    known = tuple(each.content for each in heard[: WAY.commissioned])
    kept = Machine(asset=one.asset, healthy={healthy.axis: healthy}, recordings=known)
    chart.draw(replayed.chart(kept, list(steps(heard, known))), path)

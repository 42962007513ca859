"""What a replay shows: a table for people, one for other programs, and a picture."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import nan
from typing import Any, Literal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from data.errors import NotApplicable
from data.indicators import BOUNDARIES_MM_S, MachineClass
from models.envelope_rule import THRESHOLD
from service.alarms.rule import Level
from service.assets.answer import AxisDiagnosis
from service.assets.asset import Asset
from service.assets.baselines import Standing
from service.assets.hearing import likelier
from service.assets.offline.chart import Chart, Curve, Stay, titled
from service.assets.offline.history import Step, first, voices
from service.assets.offline.machine import Machine
from service.wording import NAMES

CURVES = {
    "velocity_rms_mm_s": "velocity RMS\n10-1000 Hz (mm/s)",
    "acceleration_rms_g": "acceleration\nRMS (g)",
    "kurtosis": "kurtosis (1)",
    "envelope_rms_g": "envelope RMS\n0.5-10 kHz (g)",
}
EVIDENCE = "evidence_z_"
MARKS = {"raised": "●", "quiet": "·", "silent": "-"}
JUSTIFIED: Mapping[str, Literal["center", "right"]] = {
    "n": "right", "network": "center", "evidence": "center", "change": "center",
}  # fmt: skip
COLUMNS = (
    "time", "file", "axis", "speed_rpm", "level", "state", "state_changed", "verdict", "fault", "confidence",
    "network", "evidence", "change", "rule", "severity", "zone", "advice",
)  # fmt: skip


def summary(asset: Asset, found: Sequence[Step]) -> str:
    """One line: when it was first told of, and what was named."""
    told = [f"first {level} {_told(first(found, level))}" for level in (Level.WATCH, Level.ALARM)]
    heard = sum(step.level is not None for step in found)
    return f"{asset.id}: {heard} recordings replayed; {', '.join(told)}; it stands at {found[-1].state}"


def show(found: Sequence[Step], every: bool, console: Console | None = None) -> None:
    """The table, with a mark for each voice that is raised and a dash for one that cannot speak.

    Args:
        found: of a replay.
        every: each recording; else those alike that follow on one another make one line.
    """
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("time (UTC)", "n", "level", "network", "evidence", "change", "fault", "state"):
        table.add_column(heading, no_wrap=heading != "fault", overflow="fold", justify=JUSTIFIED.get(heading, "left"))
    groups = [[step] for step in found] if every else [list(same) for _, same in groupby(found, _said)]
    for group in groups:
        table.add_row(*_cells(group[0], len(group)))
    (console or Console()).print(table)


def as_csv(found: Sequence[Step]) -> str:
    """A line for each axis of each recording: `COLUMNS`, and after them every indicator that any of them has."""
    names = sorted({name for step in found for answer in step.heard.axes.values() for name in answer.indicators.values})
    out = io.StringIO()
    table = csv.DictWriter(out, (*COLUMNS, *names), lineterminator="\n")
    table.writeheader()
    for row in rows(found):
        table.writerow({name: "" if value is None else value for name, value in row.items()})
    return out.getvalue()


def rows(found: Sequence[Step]) -> Iterator[dict[str, Any]]:
    """The same, one after the other; None: not known."""
    for step in found:
        for axis, answer in step.heard.axes.items():
            yield _row(step, axis, answer) | answer.indicators.values


def chart(machine: Machine, found: Sequence[Step]) -> Chart:
    """The picture, with what each indicator may reach by itself where the machine was commissioned."""
    limits = {
        axis: [_limits(machine.healthy.get(axis), step.heard.axes[axis]) for step in found] for axis in _axes(found)
    }
    curves = [
        Curve(
            label,
            {axis: [step.heard.axes[axis].indicators.values.get(name, nan) for step in found] for axis in limits},
            {
                axis: [each.get(name, nan) for each in at]
                for axis, at in limits.items()
                if any(name in each for each in at)
            },
            _zones(machine.asset) if name == "velocity_rms_mm_s" else {},
        )
        for name, label in CURVES.items()
    ]
    strongest = {axis: [_strongest(step.heard.axes[axis]) for step in found] for axis in limits}
    curves.append(Curve("strongest evidence\n(z)", strongest, {}, {"named over this": THRESHOLD}, logarithmic=False))
    return Chart(
        titled(machine.asset),
        [step.time for step in found],
        [curve for curve in curves if any(value == value for values in curve.values.values() for value in values)],
        [step.level for step in found],
        [Stay(step.time, step.state) for step in found],
    )


def _axes(found: Sequence[Step]) -> Sequence[str]:
    """Those that all recordings have."""
    return [axis for axis in found[0].heard.axes if all(axis in step.heard.axes for step in found)]


def _limits(healthy: Standing | None, answer: AxisDiagnosis) -> Mapping[str, float]:
    if healthy is None:
        return {}
    try:
        return healthy.baseline.limits(likelier(answer).speed_rpm)
    except NotApplicable:
        return {}


def _zones(asset: Asset) -> Mapping[str, float]:
    given = asset.machine_class
    if given is None:
        return {}
    _, bad, worst = BOUNDARIES_MM_S[MachineClass(f"group_{given.group}_{given.foundation}")]
    return {f"ISO 20816-3: zone C over {bad:g}": bad, f"zone D over {worst:g}": worst}


def _strongest(answer: AxisDiagnosis) -> float:
    return max((z for name, z in answer.indicators.values.items() if name.startswith(EVIDENCE)), default=nan)


def _told(step: Step | None) -> str:
    if step is None:
        return "never"
    fault = step.answer.combined.fault
    return f"{step.time:%Y-%m-%d %H:%M} UTC" + ("" if fault is None else f" ({NAMES[fault]})")


def _said(step: Step) -> object:
    return step.level, step.state, step.answer.combined.fault, tuple(voices(step.answer).values())


def _cells(step: Step, count: int) -> list[str]:
    marks = [MARKS[says] for says in voices(step.answer).values()]
    fault = step.answer.combined.fault
    level = "(healthy)" if step.level is None else step.level.value
    named = "" if fault is None else fault.value.replace("_", " ")
    return [f"{step.time:%Y-%m-%d %H:%M}", str(count), level, *marks, named, step.state.value]


def _row(step: Step, axis: str, answer: AxisDiagnosis) -> dict[str, Any]:
    combined = answer.combined
    return {
        "time": step.time.isoformat().replace("+00:00", "Z"),
        "file": step.heard.dated.path.name,
        "axis": axis,
        "speed_rpm": answer.signal.speed_rpm,
        "level": None if step.level is None else combined.level,
        "state": step.state.value,
        "state_changed": step.why,
        "verdict": answer.verdict.value,
        "fault": combined.fault,
        "confidence": answer.confidence,
        **voices(answer),
        "rule": combined.rule,
        "severity": combined.severity,
        "zone": answer.indicators.zone,
        "advice": combined.advice,
    }

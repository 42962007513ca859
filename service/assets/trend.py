"""How a measuring point went over time: its diagnoses as points, fewer where there are many, and what they show.

Where there are more points than are asked for, the time of each axis is cut into equal spans, and the worst of each
span is kept (`service.assets.worst`): a peak is never thinned out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from math import nan
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy import BindParameter, Connection, bindparam, select

from data.fault import Fault
from models.voices import Severity
from service.assets.growth import Growth, growths
from service.assets.worst import Badness, badness, fault_probability
from service.diagnosis import Verdict
from service.moment import moment_of
from service.store import reading
from service.store.identity import shown, time_of
from service.store.packing import unpack_condition, unpack_conditions, unpack_probabilities
from service.store.reading import Wanted
from service.store.tables import StoredDiagnosis

MOST_POINTS = 2000
MOST_READ = 20_000
"""Diagnoses that one question reads; at one a minute, two weeks of them."""

TOGETHER = 1000
"""Ids that one query looks up."""

_COLUMNS = (
    StoredDiagnosis.id, StoredDiagnosis.time_us, StoredDiagnosis.axis, StoredDiagnosis.verdict, StoredDiagnosis.fault,
    StoredDiagnosis.confidence, StoredDiagnosis.probabilities, StoredDiagnosis.level, StoredDiagnosis.severity,
    StoredDiagnosis.speed_rpm, StoredDiagnosis.energy_nj, StoredDiagnosis.condition,
)  # fmt: skip

# The ids stand in the text: as parameters a thousand of them would cost psycopg more than their rows.
_IDS: BindParameter[Sequence[int]] = bindparam("ids", expanding=True, literal_execute=True)
_OF_IDS = select(*_COLUMNS).where(StoredDiagnosis.id.in_(_IDS)).order_by(StoredDiagnosis.id)


class Point(BaseModel):
    """One diagnosis of one axis; `GET /v1/diagnoses/{id}` has all of it."""

    id: str
    time: datetime
    axis: str
    verdict: Verdict
    fault: Fault | None
    confidence: float | None
    probabilities: dict[Fault, float] | None
    level: Annotated[
        str | None, Field(description="What all voices together say; null: the machine was commissioned on this.")
    ]
    severity: Annotated[
        Severity | None,
        Field(description="That goes with `level`; null where it is null, and where the store did not keep it yet."),
    ]
    speed_rpm: float | None
    energy_nj: Annotated[float | None, Field(description="With all that is accounted for.")]
    condition: Annotated[
        dict[str, float],
        Field(
            description="Of velocity_rms_mm_s, kurtosis, envelope_rms_g and change_deviation (spreads over the healthy "
            "mean) those that are known, to three digits."
        ),
    ]


class FirstSeen(BaseModel):
    """The first diagnosis of a fault on an axis, within what was read."""

    axis: str
    fault: Fault
    id: str
    time: datetime


class Trend(BaseModel):
    """Points, the oldest first, and what all that was read shows."""

    asset: str
    read: Annotated[int, Field(description="Diagnoses that were read; `points` are these, or the worst of each span.")]
    complete: Annotated[
        bool, Field(description=f"False: there are older ones within `from`; the newest {MOST_READ} were read.")
    ]
    points: list[Point]
    first_seen: list[FirstSeen]
    growth: list[Growth]


_POINTS = TypeAdapter(list[Point])


@dataclass(frozen=True, eq=False)
class _Reading:
    """A row, with what is looked at more than once.

    Attributes:
        order_us: microseconds that never run backwards, by the id.
    """

    row: Any
    order_us: int
    probabilities: Mapping[Fault, float] | None

    @property
    def badness(self) -> Badness:
        fault = None if self.row.fault is None else Fault(self.row.fault)
        return badness(self.row.level, self.row.severity, Verdict(self.row.verdict), fault, self.probabilities)


def trend(connection: Connection, asset: str, axis: str | None, first: int, before: int, most: int) -> Trend:
    """The trend of an asset.

    Args:
        axis: this one alone; None: all.
        first: the smallest id.
        before: ids below this one.
        most: points.
    """
    ids = reading.ids_of(connection, Wanted((("asset", asset),), first, before), MOST_READ + 1)
    found = [_reading(row) for row in _rows(connection, ids[:MOST_READ]) if axis in (None, row.axis)]
    by_axis = {name: [each for each in found if each.row.axis == name] for name in _axes(found)}
    kept = [each for of_axis in by_axis.values() for each in thinned(of_axis, max(1, most // len(by_axis)))]
    return Trend(
        asset=asset,
        read=len(found),
        complete=len(ids) <= MOST_READ,
        points=_POINTS.validate_python([_point(each) for each in sorted(kept, key=lambda each: each.row.id)]),
        first_seen=[seen for of_axis in by_axis.values() for seen in _first_seen(of_axis)],
        growth=[growth for name, of_axis in by_axis.items() for growth in _growths(name, of_axis)],
    )


def thinned(readings: "Sequence[_Reading]", most: int) -> "list[_Reading]":
    """At most `most` of them: the worst of each of so many equal spans of time."""
    if len(readings) <= most:
        return list(readings)
    return [max(span, key=lambda each: each.badness) for span in _spans(readings, most)]


def _rows(connection: Connection, ids: Sequence[int]) -> Iterable[Any]:
    """The rows, the oldest first."""
    oldest_first = ids[::-1]
    for start in range(0, len(oldest_first), TOGETHER):
        yield from connection.execute(_OF_IDS, {"ids": oldest_first[start : start + TOGETHER]}).all()


def _reading(row: Any) -> _Reading:
    packed = row.probabilities
    return _Reading(row, time_of(row.id), None if packed is None else unpack_probabilities(packed))


def _axes(readings: Sequence[_Reading]) -> list[str]:
    return sorted({each.row.axis for each in readings})


def _spans(readings: Sequence[_Reading], count: int) -> "Iterable[Iterable[_Reading]]":
    """Those of each of `count` equal spans of time that hold any."""
    first, last = readings[0].order_us, readings[-1].order_us
    return (span for _, span in groupby(readings, lambda each: (each.order_us - first) * count // (last - first + 1)))


def _first_seen(readings: Sequence[_Reading]) -> list[FirstSeen]:
    first: dict[str, Any] = {}
    for each in readings:
        if each.row.fault not in (None, Fault.NORMAL):
            first.setdefault(each.row.fault, each.row)
    return [
        FirstSeen(axis=row.axis, fault=Fault(fault), id=shown(row.id), time=moment_of(row.time_us))
        for fault, row in first.items()
    ]


def _growths(axis: str, readings: Sequence[_Reading]) -> list[Growth]:
    times_us = np.array([each.order_us for each in readings], dtype=np.int64)
    faults = [fault_probability(each.probabilities) for each in readings]
    probable = np.array([nan if each is None else each for each in faults])
    conditions = unpack_conditions(each.row.condition for each in readings)
    return growths(axis, times_us, np.column_stack((probable, conditions)))


def _point(reading: _Reading) -> dict[str, Any]:
    """The fields of a `Point`; all of them become points at once, in half the time."""
    identity, time_us, axis, verdict, fault, confidence, _, *rest = reading.row
    level, severity, speed_rpm, energy_nj, condition = rest
    return {
        "id": shown(identity), "time": moment_of(time_us), "axis": axis, "verdict": verdict, "fault": fault,
        "confidence": confidence, "probabilities": reading.probabilities, "level": level, "severity": severity,
        "speed_rpm": speed_rpm, "energy_nj": energy_nj,
        "condition": {} if condition is None else unpack_condition(condition),
    }  # fmt: skip

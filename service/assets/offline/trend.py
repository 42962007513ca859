"""`brinell asset show`: how a measuring point of a service went, from its store, which the service may be using."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import nan

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from service.alarms import records as alarms
from service.alarms.message import Message
from service.alarms.rule import Level
from service.assets import records
from service.assets.asset import Asset
from service.assets.growth import LEAST_FOR_GROWTH
from service.assets.offline.chart import Chart, Curve, Stay, titled
from service.assets.offline.trouble import MachineError
from service.assets.trend import MOST_POINTS, Point, Trend, trend
from service.moment import microseconds
from service.store.identity import LAST, first_id
from service.store.packing import CONDITION
from service.store.remembering import keeping

MOST_EVENTS = 1000
LABELS = {
    "velocity_rms_mm_s": "velocity RMS\n10-1000 Hz (mm/s)",
    "kurtosis": "kurtosis (1)",
    "envelope_rms_g": "envelope RMS\n0.5-10 kHz (g)",
    "change_deviation": "change (spreads over\nthe healthy mean)",
}
LINEAR = ("change_deviation",)


@dataclass(frozen=True, eq=False)
class Remembered:
    """What a store says of a measuring point; `stays`: where its alarm stood, and since when."""

    asset: Asset
    trend: Trend
    stays: Sequence[Stay]


def remembered(asset: str, first: datetime | None = None, axis: str | None = None) -> Remembered:
    """From the store that the settings name.

    Args:
        asset: its id.
        first: not what is older.
        axis: this one alone.

    Raises:
        StoreError: there is no store, or it cannot be opened.
        MachineError: no such asset, or no diagnoses of it.
    """
    start = 0 if first is None else first_id(microseconds(first))
    with keeping(new=False) as database, database.reading() as connection:
        record = records.find(connection, asset)
        if record is None:
            raise MachineError(f"{asset}: no such measuring point in the store; GET /v1/assets lists them")
        found = trend(connection, asset, axis, start, LAST, MOST_POINTS)
        stays = list(_stays(connection, asset))
    if not found.points:
        raise MachineError(f"{asset}: no diagnoses of it; POST /v1/assets/{asset}/diagnose makes one")
    return Remembered(record.asset, found, stays)


def show(found: Remembered, console: Console | None = None) -> None:
    """A table for people: where it stands, what was first seen when, and how fast what grows."""
    console = console or Console()
    table = Table(title=titled(found.asset), show_header=False, title_justify="left", min_width=60)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for row in _rows(found):
        table.add_row(*row)
    console.print(table)


def chart(found: Remembered) -> Chart:
    """The picture."""
    points = found.trend.points
    axes = _axes(points)
    curves = (
        Curve(
            LABELS[name],
            {axis: [each.condition.get(name, nan) if each.axis == axis else nan for each in points] for axis in axes},
            logarithmic=name not in LINEAR,
        )
        for name in CONDITION
    )
    begun = max((at for at, stay in enumerate(found.stays) if stay.since <= points[0].time), default=0)
    return Chart(
        titled(found.asset),
        [each.time for each in points],
        [curve for curve in curves if any(value == value for values in curve.values.values() for value in values)],
        [None if each.level is None else Level(each.level) for each in points],
        found.stays[begun:],
    )


def _rows(found: Remembered) -> Iterator[tuple[str, str]]:
    told, points = found.trend, found.trend.points
    whole = "" if told.complete else ", the newest"
    yield "diagnoses", f"{told.read}{whole}, {points[0].time:%Y-%m-%d %H:%M} to {points[-1].time:%Y-%m-%d %H:%M} UTC"
    for stay in found.stays[-1:]:
        yield "stands at", f"{stay.level}, since {stay.since:%Y-%m-%d %H:%M} UTC"
    for seen in told.first_seen:
        yield "first seen", f"{seen.fault} on {seen.axis}, {seen.time:%Y-%m-%d %H:%M} UTC (diagnosis {seen.id})"
    grown = [each for each in told.growth if each.per_week is not None]
    for each in grown:
        yield "growth a week", f"{each.of} on {each.axis}: {each.per_week:+.3g} ({each.n} diagnoses)"
    if not grown:
        yield "growth a week", f"not told of less than a day, nor of under {LEAST_FOR_GROWTH} diagnoses"


def _stays(connection: Connection, asset: str) -> Iterator[Stay]:
    """Where it came to stand, the oldest first."""
    newest_first = alarms.events(connection, asset, MOST_EVENTS, LAST)
    for row in reversed(newest_first):
        message = Message.model_validate_json(row.message)
        if message.kind == "level":
            yield Stay(message.time, message.level)


def _axes(points: Sequence[Point]) -> list[str]:
    return sorted({each.axis for each in points})

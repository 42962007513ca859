"""Alarms, within the transaction that stores diagnoses: an answer, where it leads, and who is told are one commit."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from service.alarms.records import Change, Channels, locked, save
from service.alarms.rule import Level, advance, worst
from service.alarms.time_passing import end_snooze_if_over
from service.store.identity import EPOCH_US, PROCESS_BITS, shown
from service.store.packing import unpack
from service.store.row import Row


@dataclass(frozen=True)
class Alarms:
    """What a store does besides keeping diagnoses.

    Attributes:
        channels: who is told.
    """

    channels: Channels = ()

    def hear(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Advances the assets of these diagnoses, which are new in the store."""
        recordings = sorted(_recordings(rows), key=lambda axes: axes[0]["id"])
        if not recordings:
            return
        now_us = max(row["time_us"] for axes in recordings for row in axes)
        changes = locked(connection, (axes[0]["asset"] for axes in recordings), now_us)
        for axes in recordings:
            _hear(changes[axes[0]["asset"]], axes)
        save(connection, changes.values(), self.channels, now_us)


def _recordings(rows: Sequence[Row]) -> Iterator[list[Any]]:
    """The diagnoses of each recording: its axes were asked about in one request, and stored together.

    What a machine was commissioned on has no level, and says nothing new.

    A request id alone would not tell: gateways give the same one to several requests.
    """
    open_: dict[tuple[Any, Any], list[Any]] = {}
    for row in sorted((row for row in rows if row["level"] is not None), key=lambda row: row["id"]):
        place = (row["asset"], row["request_id"])
        axes = open_.get(place)
        if axes is None or any(row["axis"] == other["axis"] for other in axes):
            if axes is not None:
                yield axes
            open_[place] = axes = []
        axes.append(row)
    yield from open_.values()


def _hear(change: Change, axes: Sequence[Any]) -> None:
    levels = [Level(row["level"]) for row in axes]
    level = worst(*levels)
    row = axes[levels.index(level)]
    time_us, record = row["time_us"], change.record
    end_snooze_if_over(change, time_us)
    # By the id, which never runs backwards whatever is done to the clock.
    order_us = (axes[0]["id"] >> PROCESS_BITS) + EPOCH_US
    state, events = advance(record.state, level, order_us, rule=record.rule)
    change.change(state=state, heard_us=max(time_us, record.heard_us or 0))
    for event in events:
        change.change(since_us=time_us, acknowledged_us=None, acknowledged_by=None, note=None)
        about = _together(row)
        change.tell("level", time_us, event.why, before=event.before, diagnosis=shown(row["id"]), **about)
    if record.silent_since_us is not None:
        change.change(silent_since_us=None)
        change.tell("heard_again", time_us, "a recording came in")
    change.await_next()


def _together(row: Any) -> dict[str, str | None]:
    """What the voices name and advise together: it stands in the answer, and few lead to an event."""
    combined = json.loads(unpack(row["answer"])).get("combined")
    if combined is None:
        return {"fault": row["fault"]}
    return {"fault": combined["fault"], "advice": combined["advice"]}

"""Where assets stand and what happened to them, in the store; every change is made on a row that is locked."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from service.alarms.message import SENT, Kind, Message
from service.alarms.rule import DEFAULT, AssetState, Level, Rule
from service.moment import microseconds, moment_of
from service.store.tables import AlarmEvent, AlarmState, Outgoing
from service.store.writing import INSERTS

HOUR_US = 3_600_000_000
AT_ONCE = 500
"""Values in one `IN (...)`; SQLite takes some thousand."""

# One statement for all assets of a commit: with one for each, SQLAlchemy costs more than all else that an alarm does.
_UPDATE = update(AlarmState).where(AlarmState.asset == bindparam("named"))

Channels = tuple[str, ...]
"""Who is told: `webhook`, `mail`."""


@dataclass(frozen=True)
class Record:
    """The columns of `AlarmState`, read."""

    asset: str
    state: AssetState
    since_us: int
    told: Level = Level.QUIET
    rule: Rule = DEFAULT
    heard_us: int | None = None
    silent_from_us: int | None = None
    silent_since_us: int | None = None
    acknowledged_us: int | None = None
    acknowledged_by: str | None = None
    note: str | None = None
    snoozed_to_us: int | None = None


@dataclass
class Change:
    """One asset while its row is locked: what becomes of it, and what is to be said of that.

    Attributes:
        record: as it stands; put another in its place.
        events: messages, and whether each is sent.
    """

    record: Record
    events: list[tuple[Message, bool]] = field(default_factory=list)

    def change(self, **columns: Any) -> None:
        """Sets columns."""
        self.record = replace(self.record, **columns)

    def await_next(self) -> None:
        """Reckons anew when the asset will count as silent."""
        heard_us, hours = self.record.heard_us, self.record.rule.silent_hours
        if heard_us is None or hours is None or self.record.silent_since_us is not None:
            self.change(silent_from_us=None)
        else:
            self.change(silent_from_us=heard_us + round(hours * HOUR_US))

    def tell(self, kind: Kind, time_us: int, why: str, *, before: Level | None = None, **about: str | None) -> None:
        """Keeps an event, and sends it unless the asset is snoozed; what is sent follows on what was sent before.

        Args:
            before: the level before, where it has changed.
            about: `diagnosis`, `fault` and `advice` of the message.
        """
        record = self.record
        sent = kind in SENT and record.snoozed_to_us is None
        message = Message(
            id=uuid.uuid4().hex, asset=record.asset, kind=kind, time=moment_of(time_us), why=why,
            before=record.told if sent else before or record.state.level, level=record.state.level,
            silent_since=None if record.silent_since_us is None else moment_of(record.silent_since_us), **about,
        )  # fmt: skip
        self.events.append((message, sent))
        if sent:
            self.change(told=record.state.level)


def locked(connection: Connection, assets: Iterable[str], now_us: int) -> dict[str, Change]:
    """The assets, which nobody else changes until the transaction ends; made where they are not there yet.

    In the order of their names, so that two processes never wait for each other.
    """
    names = sorted(set(assets))
    new = [_columns(Record(name, AssetState(), now_us)) for name in names]
    if new:
        connection.execute(INSERTS[connection.dialect.name](AlarmState).on_conflict_do_nothing(), new)
    return {record.asset: Change(record) for record in _read(connection, names, lock=True)}


def find(connection: Connection, asset: str) -> Record | None:
    """One asset; None where it was never diagnosed, nor anything set about it."""
    return next(_read(connection, [asset], lock=False), None)


def save(connection: Connection, changes: Iterable[Change], channels: Channels, now_us: int) -> None:
    """Writes what has become of the assets, their events, and what is to be sent of these."""
    changed = list(changes)
    if changed:
        connection.execute(_UPDATE, [_columns(change.record) | {"named": change.record.asset} for change in changed])
    for change in changed:
        for message, sent in change.events:
            number = _kept(connection, message)
            if sent and channels:
                outgoing = {"number": number, "asset": message.asset, "made_us": now_us, "tries": 0, "next_us": 0}
                connection.execute(insert(Outgoing), [outgoing | {"channel": channel} for channel in channels])


def forget(connection: Connection, asset: str) -> None:
    """All that is known of an asset's alarms; what waits to be sent goes with it."""
    for table in (Outgoing, AlarmEvent, AlarmState):
        connection.execute(delete(table).where(table.asset == asset))


def prune(connection: Connection, before_us: int) -> None:
    """Deletes the events before a time, but for those that are still to be sent."""
    waiting = select(Outgoing.number).where(Outgoing.given_up_us.is_(None))
    old = (AlarmEvent.time_us < before_us, AlarmEvent.number.not_in(waiting))
    gone = select(AlarmEvent.number).where(*old)
    connection.execute(delete(Outgoing).where(Outgoing.number.in_(gone)))
    connection.execute(delete(AlarmEvent).where(*old))


def page(connection: Connection, limit: int, after: str, level: Level | None, snoozed: bool | None) -> list[Record]:
    """At most `limit` assets by name, from the first after `after`."""
    wanted = select(AlarmState.__table__).where(AlarmState.asset > after)
    if level is not None:
        wanted = wanted.where(AlarmState.level == level.value)
    if snoozed is not None:
        wanted = wanted.where(AlarmState.snoozed_to_us.is_not(None) == snoozed)
    return [_record(row) for row in connection.execute(wanted.order_by(AlarmState.asset).limit(limit))]


def events(connection: Connection, asset: str, limit: int, before: int) -> Sequence[Any]:
    """An asset's newest events with a number below `before`: rows of `number`, `message`."""
    wanted = select(AlarmEvent.number, AlarmEvent.message)
    wanted = wanted.where(AlarmEvent.asset == asset, AlarmEvent.number < before)
    return connection.execute(wanted.order_by(AlarmEvent.number.desc()).limit(limit)).all()


def _kept(connection: Connection, message: Message) -> int:
    made = insert(AlarmEvent).values(
        asset=message.asset, time_us=microseconds(message.time), message=message.model_dump_json()
    )
    return connection.execute(made.returning(AlarmEvent.number)).scalar_one()


def _read(connection: Connection, names: Sequence[str], *, lock: bool) -> Iterator[Record]:
    for first in range(0, len(names), AT_ONCE):
        some = AlarmState.asset.in_(names[first : first + AT_ONCE])
        wanted = select(AlarmState.__table__).where(some).order_by(AlarmState.asset)
        for row in connection.execute(wanted.with_for_update() if lock else wanted):
            yield _record(row)


def _columns(record: Record) -> dict[str, Any]:
    columns = dict(vars(record))
    return columns | {
        "level": record.state.level.value,
        "state": record.state.model_dump_json(),
        "told": record.told.value,
        "rule": None if record.rule == DEFAULT else record.rule.model_dump_json(),
    }


def _record(row: Any) -> Record:
    columns = dict(row._mapping)
    del columns["level"]
    rule = columns["rule"]
    return Record(
        **columns | {
            "state": AssetState.model_validate_json(columns["state"]),
            "told": Level(columns["told"]),
            "rule": DEFAULT if rule is None else Rule.model_validate_json(rule),
        }
    )  # fmt: skip

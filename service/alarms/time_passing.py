"""What time alone brings about: a snooze ends, an asset falls silent."""

from sqlalchemy import Connection, or_, select

from service.alarms.records import Change, Channels, locked, save
from service.moment import moment_of
from service.store.tables import AlarmState


def due(connection: Connection, now_us: int) -> list[str]:
    """The assets that something has come about for."""
    come = or_(AlarmState.snoozed_to_us <= now_us, AlarmState.silent_from_us <= now_us)
    return list(connection.execute(select(AlarmState.asset).where(come)).scalars())


def bring_about(connection: Connection, channels: Channels, now_us: int) -> None:
    """Ends snoozes and finds the silent ones; of processes that do so at once, one tells."""
    changes = locked(connection, due(connection, now_us), now_us)
    for change in changes.values():
        end_snooze_if_over(change, now_us)
        _fall_silent(change, now_us)
    save(connection, changes.values(), channels, now_us)


def end_snooze_if_over(change: Change, now_us: int) -> None:
    """Says where the asset stands, whatever was said before: what happened meanwhile was not sent."""
    if change.record.snoozed_to_us is not None and change.record.snoozed_to_us <= now_us:
        change.change(snoozed_to_us=None)
        change.tell("stands", now_us, "the snooze has ended, and this is where the asset stands")


def _fall_silent(change: Change, now_us: int) -> None:
    record = change.record
    if record.silent_from_us is None or record.silent_from_us > now_us or record.heard_us is None:
        return
    change.change(silent_from_us=None, silent_since_us=record.heard_us)
    change.tell("silent", now_us, f"no recording since {moment_of(record.heard_us):%Y-%m-%d %H:%M} UTC")

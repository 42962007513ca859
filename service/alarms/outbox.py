"""What has yet to be told: the oldest message of each asset first, by one process of those that share the store."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from service.alarms.message import Message
from service.store.tables import AlarmEvent, AlarmState, Lease, Outgoing

AT_ONCE = 100
LEASE_US = 30_000_000
LONGEST_PAUSE_US = 300_000_000

_WAITING = Outgoing.given_up_us.is_(None)


@dataclass(frozen=True)
class Letter:
    """A message on its way by one channel.

    Attributes:
        tries: that have failed.
        body: the message's JSON.
    """

    number: int
    channel: str
    made_us: int
    tries: int
    body: bytes

    @property
    def message(self) -> Message:
        """What it says."""
        return Message.model_validate_json(self.body)


@dataclass(frozen=True)
class Failure:
    """A letter that was not delivered: why, and when it is tried again; None: never."""

    letter: Letter
    error: str
    next_us: int | None


@dataclass(frozen=True)
class Load:
    """What waits, and where assets stand."""

    waiting: int = 0
    oldest_us: int | None = None
    given_up: int = 0
    levels: tuple[tuple[str, int], ...] = ()


def due(connection: Connection, now_us: int, channels: Sequence[str]) -> list[Letter]:
    """The oldest letter of each asset and channel, where it may be tried now: none overtakes another."""
    first = select(func.min(Outgoing.number).label("number"), Outgoing.channel).where(_WAITING)
    heads = first.where(Outgoing.channel.in_(channels)).group_by(Outgoing.channel, Outgoing.asset).subquery()
    wanted = (
        select(Outgoing.number, Outgoing.channel, Outgoing.made_us, Outgoing.tries, AlarmEvent.message)
        .join(heads, (heads.c.number == Outgoing.number) & (heads.c.channel == Outgoing.channel))
        .join(AlarmEvent, AlarmEvent.number == Outgoing.number)
        # A pause that is longer than any was reckoned by a clock that has been set back since.
        .where((Outgoing.next_us <= now_us) | (Outgoing.next_us > now_us + LONGEST_PAUSE_US))
    )
    rows = connection.execute(wanted.order_by(Outgoing.number).limit(AT_ONCE))
    return [Letter(row.number, row.channel, row.made_us, row.tries, row.message.encode()) for row in rows]


def take_lease(connection: Connection, holder: str, now_us: int) -> bool:
    """May this process send for the next half minute? A process that ends without a word holds others up no longer.

    On PostgreSQL its clock counts, not those of the processes.
    """
    now: Any = now_us
    if connection.dialect.name == "postgresql":
        now = connection.execute(select(func.floor(1e6 * func.extract("epoch", func.clock_timestamp())))).scalar_one()
    # Of a lease that begins later than now, the clock has been set back since.
    free = (Lease.holder == holder) | (Lease.until_us <= int(now)) | (Lease.until_us > int(now) + LEASE_US)
    mine = update(Lease).where(free)
    return connection.execute(mine.values(holder=holder, until_us=int(now) + LEASE_US)).rowcount == 1


def give_back_lease(connection: Connection, holder: str) -> None:
    """Another process may send at once."""
    connection.execute(update(Lease).where(Lease.holder == holder).values(until_us=0))


def mark(connection: Connection, delivered: Iterable[Letter], failed: Iterable[Failure], now_us: int) -> None:
    """Takes out what was delivered, and notes what was not."""
    for letter in delivered:
        connection.execute(delete(Outgoing).where(*_is(letter)))
    for failure in failed:
        values: dict[str, Any] = {"tries": failure.letter.tries + 1, "error": failure.error[:200]}
        values |= {"given_up_us": now_us} if failure.next_us is None else {"next_us": failure.next_us}
        connection.execute(update(Outgoing).where(*_is(failure.letter)).values(**values))


def load(connection: Connection) -> Load:
    """What the metrics tell."""
    waiting, oldest = connection.execute(select(func.count(), func.min(Outgoing.made_us)).where(_WAITING)).one()
    given_up = connection.execute(select(func.count()).where(Outgoing.given_up_us.is_not(None))).scalar_one()
    levels = connection.execute(select(AlarmState.level, func.count()).group_by(AlarmState.level)).all()
    return Load(waiting, oldest, given_up, tuple((row[0], row[1]) for row in levels))


def _is(letter: Letter) -> tuple[Any, Any]:
    return Outgoing.number == letter.number, Outgoing.channel == letter.channel

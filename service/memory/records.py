"""Kept recordings as rows of the store."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from data.exported.lines import Answer, Orders, RecordingLine, Why, file_of
from data.fault import Fault
from service.memory import keep
from service.memory.heard import Heard
from service.moment import moment_of
from service.store.identity import DAY_US, LAST, shown
from service.store.tables import StoredRecording as Stored

LABELLED_US = 90 * DAY_US
"""What was recorded this long before a machine was opened may show what was found then."""

AT_ONCE = 500


@dataclass(frozen=True)
class Wanted:
    """Which recordings: ids from `first` to before `before`, of one asset or of all."""

    asset: str | None = None
    first: int = 0
    before: int = LAST


def add(connection: Connection, place: str, heard: Heard, why: Sequence[Why], file: tuple[str, int]) -> None:
    """A recording whose file (sha256, bytes) is written."""
    recording, answer = heard.recording, heard.diagnosis
    connection.execute(
        insert(Stored).values(
            id=heard.id,
            place=place,
            asset=heard.asset,
            axis=heard.axis,
            time_us=heard.time_us,
            rate_hz=recording.rate_hz,
            speed_rpm=recording.speed_rpm,
            bearing=recording.bearing,
            orders=None if recording.orders is None else json.dumps(asdict(recording.orders)),
            sha256=file[0],
            bytes=file[1],
            why=" ".join(why),
            worth=keep.worth(why),
            verdict=answer.verdict.value,
            fault=None if answer.fault is None else answer.fault.value,
            confidence=answer.confidence,
            level=heard.level,
            bundle=None if answer.bundle is None else f"{answer.bundle.name}/{answer.bundle.version}",
        )
    )


def one(connection: Connection, identity: int) -> Row[Any] | None:
    """The row of a recording."""
    return connection.execute(select(Stored.__table__).where(Stored.id == identity)).first()


def page(connection: Connection, wanted: Wanted, limit: int) -> Sequence[Row[Any]]:
    """The newest `limit` that are wanted."""
    newest = select(Stored.__table__).where(*_wanted(wanted)).order_by(Stored.id.desc())
    return connection.execute(newest.limit(limit)).all()


def everything(connection: Connection, wanted: Wanted) -> Iterator[Row[Any]]:
    """All that are wanted, the oldest first, a few at a time; the connection is one of `Database.moment`."""
    oldest = select(Stored.__table__).where(*_wanted(wanted)).order_by(Stored.id)
    yield from connection.execution_options(yield_per=AT_ONCE).execute(oldest)


def forget(connection: Connection, identities: Iterable[int]) -> int:
    """They are not listed any more; how many of them were."""
    return sum(connection.execute(delete(Stored).where(Stored.id == each)).rowcount for each in identities)


def sizes(connection: Connection, place: str) -> Mapping[int, int]:
    """Bytes of each file of a folder, by id."""
    rows = connection.execute(select(Stored.id, Stored.bytes).where(Stored.place == place))
    return {row.id: row.bytes for row in rows}


def total(connection: Connection, place: str) -> int:
    """Bytes of all files of a folder."""
    return int(connection.execute(select(func.sum(Stored.bytes)).where(Stored.place == place)).scalar() or 0)


def least(connection: Connection, place: str, worth: int) -> int | None:
    """The recording that goes first among those worth no more than `worth`."""
    lowest = select(Stored.id).where(Stored.place == place, Stored.worth <= worth).order_by(Stored.worth, Stored.id)
    return connection.execute(lowest.limit(1)).scalar()


def written_since(connection: Connection, time_us: int) -> Sequence[Any]:
    """What a judge has to know of the time before it."""
    columns = select(Stored.asset, Stored.axis, Stored.why, Stored.time_us, Stored.bytes)
    return connection.execute(columns.where(Stored.time_us >= time_us).order_by(Stored.id)).all()


def label(connection: Connection, asset: str, opened_us: int, diagnosis: int | None) -> None:
    """What shows a finding is worth more than before."""
    shows = (Stored.asset == asset) & Stored.time_us.between(opened_us - LABELLED_US, opened_us)
    if diagnosis is not None:
        shows |= Stored.id == diagnosis
    connection.execute(update(Stored).where(shows).values(worth=keep.LABELLED))


def give_reason(connection: Connection, identities: Iterable[int], why: Why) -> None:
    """Some that are kept already are worth it for one more reason."""
    for identity in identities:
        row = one(connection, identity)
        if row is not None and why not in reasons(row):
            more = [*reasons(row), why]
            worth = max(row.worth, keep.worth(more))
            connection.execute(update(Stored).where(Stored.id == identity).values(why=" ".join(more), worth=worth))


def line(row: Any) -> RecordingLine:
    """A row as it is exported and listed."""
    identity = shown(row.id)
    return RecordingLine(
        id=identity,
        asset=row.asset,
        axis=row.axis,
        time=moment_of(row.time_us),
        rate_hz=row.rate_hz,
        speed_rpm=row.speed_rpm,
        bearing=row.bearing,
        orders=None if row.orders is None else Orders.model_validate_json(row.orders),
        file=file_of(identity),
        sha256=row.sha256,
        bytes=row.bytes,
        why=reasons(row),
        answer=Answer(
            verdict=row.verdict,
            fault=None if row.fault is None else Fault(row.fault),
            confidence=row.confidence,
            level=row.level,
            bundle=row.bundle,
        ),
    )


def reasons(row: Any) -> list[Why]:
    """Why it was kept."""
    return [Why(word) for word in row.why.split()]


def _wanted(wanted: Wanted) -> tuple[ColumnElement[bool], ...]:
    span = (Stored.id >= wanted.first, Stored.id < wanted.before)
    return span if wanted.asset is None else (*span, Stored.asset == wanted.asset)

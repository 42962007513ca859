"""Where each machine stands, as the store knows it at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import Connection, select

from data.fault import Fault
from models.voices import Severity
from service.alarms.rule import Level
from service.assets.answer import together
from service.assets.asset import MOST_AXES
from service.store.identity import shown
from service.store.packing import unpack
from service.store.reading import Wanted, ids_of
from service.store.tables import AlarmState, StoredAsset, StoredDiagnosis


@dataclass(frozen=True)
class Latest:
    """The worst of the latest answers of an asset's axes.

    Attributes:
        diagnosis: its id, as `GET /v1/diagnoses/{id}` takes it.
    """

    fault: Fault | None
    confidence: float | None
    severity: Severity
    advice: str
    diagnosis: str


@dataclass(frozen=True)
class Standing:
    """An asset, and what is said of it.

    Attributes:
        name: machine and point, in people's words.
        version: changes with each recording of it; None: it has not been heard.
        level: of its alarm; None likewise.
        since_us, heard_us: since when it stands there, when it was last heard; microseconds since 1970.
        silent: no recording has come for too long.
    """

    asset: str
    name: str
    version: str | None
    level: Level | None
    since_us: int | None
    heard_us: int | None
    silent: bool
    latest: Latest | None


_ALL = (
    select(StoredAsset.id, StoredAsset.machine, StoredAsset.point, AlarmState.level, AlarmState.state)
    .add_columns(AlarmState.since_us, AlarmState.heard_us, AlarmState.silent_since_us)
    .join(AlarmState, AlarmState.asset == StoredAsset.id, isouter=True)
    .order_by(StoredAsset.id)
)


def standings(connection: Connection, before: Mapping[str, Standing]) -> dict[str, Standing]:
    """Of all assets, by id; answers are read of those alone that have been heard since `before`."""
    found = {}
    for row in connection.execute(_ALL):
        known = before.get(row.id)
        unchanged = known is not None and known.version == row.state
        found[row.id] = Standing(
            asset=row.id,
            name=f"{row.machine}, {row.point}",
            version=row.state,
            level=None if row.level is None else Level(row.level),
            since_us=row.since_us,
            heard_us=row.heard_us,
            silent=row.silent_since_us is not None,
            latest=known.latest if known is not None and unchanged else _latest(connection, row.id),
        )
    return found


def _latest(connection: Connection, asset: str) -> Latest | None:
    ids = ids_of(connection, Wanted((("asset", asset),)), MOST_AXES)
    columns = select(StoredDiagnosis.id, StoredDiagnosis.axis, StoredDiagnosis.answer)
    rows = connection.execute(columns.where(StoredDiagnosis.id.in_(ids)).order_by(StoredDiagnosis.id)).all()
    newest = {row.axis or "": row for row in rows}
    if not newest:
        return None
    try:
        answer = together(asset, {axis: unpack(row.answer) for axis, row in newest.items()})
    except ValidationError:  # of a version whose answers held less
        return None
    worst = answer.axes[answer.worst.axis]
    return Latest(
        fault=worst.combined.fault,
        confidence=worst.confidence,
        severity=worst.combined.severity,
        advice=worst.combined.advice,
        diagnosis=shown(newest[answer.worst.axis].id),
    )

"""The healthy states of measuring points in the store, by version, shared by all replicas.

A version is what one request commissioned: it says of some axes or of all how they sound when they are healthy. For
each axis the newest version stands that speaks of it and was not undone. Nothing is changed but by a further version,
or by undoing the newest.
"""

import json
import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from data.fault import Fault
from models.baseline import Baseline
from service.diagnosis import Diagnosis
from service.store.store import Retried
from service.store.tables import StoredBaseline

Orders = Mapping[Fault, float]
"""Where a fault's lines are, per revolution."""

SAME_ORDER = 1e-3
OPENED = 2000
"""Baselines that are held ready; one of 20 recordings takes some 30 kB."""

_ROWS = select(StoredBaseline.__table__)


@dataclass(frozen=True, eq=False)
class Standing:
    """How one axis sounds when it is healthy; the fields are those of `StoredBaseline`."""

    axis: str
    version: int
    extends: int | None
    made_us: int
    by: str | None
    doubts: tuple[str, ...]
    why: str | None
    orders: Orders | None
    baseline: Baseline
    n: int
    undone_us: int | None = None


def standing(connection: Connection, asset: str) -> dict[str, Standing]:
    """What stands, by axis; an axis that was never commissioned is not among them."""
    newest = (
        select(StoredBaseline.axis, func.max(StoredBaseline.version).label("version"))
        .where(StoredBaseline.asset == asset, StoredBaseline.undone_us.is_(None))
        .group_by(StoredBaseline.axis)
        .subquery()
    )
    rows = _ROWS.where(StoredBaseline.asset == asset).join(
        newest, (StoredBaseline.axis == newest.c.axis) & (StoredBaseline.version == newest.c.version)
    )
    return {row.axis: _standing(row) for row in connection.execute(rows)}


def of_version(connection: Connection, asset: str, version: int) -> list[Standing]:
    """All that a version says; nothing where there is none."""
    rows = _ROWS.where(StoredBaseline.asset == asset, StoredBaseline.version == version)
    return [_standing(row) for row in connection.execute(rows.order_by(StoredBaseline.axis))]


def of_request(connection: Connection, again: Retried) -> tuple[int, bytes] | None:
    """The version that a request made when it came before, and its fingerprint."""
    wanted = select(StoredBaseline.version, StoredBaseline.fingerprint)
    row = connection.execute(wanted.where(StoredBaseline.idempotency_key == again.key).limit(1)).first()
    return None if row is None else (row.version, row.fingerprint or b"")


def history(connection: Connection, asset: str, limit: int) -> Sequence[Any]:
    """Rows of the newest `limit` versions, without what they hold; the newest first."""
    table = StoredBaseline.__table__
    first = connection.execute(
        select(StoredBaseline.version).distinct().where(StoredBaseline.asset == asset)
        .order_by(StoredBaseline.version.desc()).offset(limit - 1).limit(1)
    ).scalar()  # fmt: skip
    columns = [column for column in table.columns if column.name not in ("baseline", "fingerprint", "idempotency_key")]
    rows = select(*columns).where(StoredBaseline.asset == asset, StoredBaseline.version >= (first or 0))
    return connection.execute(rows.order_by(StoredBaseline.version.desc(), StoredBaseline.axis)).all()


def newest(connection: Connection, asset: str, *, undone: bool) -> int:
    """The number of the newest version, also among those that were undone if `undone`; 0 where there is none."""
    versions = select(func.max(StoredBaseline.version)).where(StoredBaseline.asset == asset)
    return connection.execute(versions if undone else versions.where(StoredBaseline.undone_us.is_(None))).scalar() or 0


def add(connection: Connection, asset: str, made: Iterable[Standing], again: Retried | None) -> None:
    """What a new version says of each axis."""
    connection.execute(insert(StoredBaseline), [_columns(asset, each, again) for each in made])


def undo(connection: Connection, asset: str, version: int, now_us: int) -> None:
    """The version stands no longer."""
    chosen = (StoredBaseline.asset == asset, StoredBaseline.version == version)
    connection.execute(update(StoredBaseline).where(*chosen).values(undone_us=now_us))


def thin(connection: Connection, asset: str, most: int) -> None:
    """Forgets the oldest versions, so that `most` are left; what stands stays however old it is."""
    last = newest(connection, asset, undone=True) - most
    kept = [(each.axis, each.version) for each in standing(connection, asset).values()]
    old = delete(StoredBaseline).where(StoredBaseline.asset == asset, StoredBaseline.version <= last)
    for axis, version in kept:
        old = old.where((StoredBaseline.axis != axis) | (StoredBaseline.version != version))
    connection.execute(old)


def forget(connection: Connection, asset: str) -> None:
    """All versions, with the asset: one that is registered under its name later is another machine."""
    connection.execute(delete(StoredBaseline).where(StoredBaseline.asset == asset))


def orders_of(answer: Diagnosis) -> Orders | None:
    """Of the bearing that a recording was read with; None where its lines were not read."""
    if answer.evidence is None:
        return None
    return {fault: each.expected_order for fault, each in answer.evidence.candidates.items()}


def same_bearing(one: Orders | None, other: Orders | None) -> bool:
    """Whether two recordings were read with one bearing, as far as it is known."""
    if one is None or other is None:
        return True
    return all(math.isclose(order, other[fault], rel_tol=SAME_ORDER) for fault, order in one.items())


def _columns(asset: str, made: Standing, again: Retried | None) -> dict[str, Any]:
    return {
        "asset": asset,
        "version": made.version,
        "axis": made.axis,
        "extends": made.extends,
        "n": made.n,
        "made_us": made.made_us,
        "by": made.by,
        "doubts": json.dumps(made.doubts),
        "why": made.why,
        "orders": None if made.orders is None else json.dumps(made.orders),
        "baseline": zlib.compress(made.baseline.model_dump_json().encode()),
        "undone_us": made.undone_us,
        "idempotency_key": None if again is None else again.key,
        "fingerprint": None if again is None else again.fingerprint,
    }


def _standing(row: Any) -> Standing:
    return Standing(
        axis=row.axis,
        version=row.version,
        extends=row.extends,
        made_us=row.made_us,
        by=row.by,
        doubts=tuple(json.loads(row.doubts)),
        why=row.why,
        orders=None if row.orders is None else {Fault(name): order for name, order in json.loads(row.orders).items()},
        baseline=_opened(bytes(row.baseline)),
        n=row.n,
        undone_us=row.undone_us,
    )


@lru_cache(OPENED)
def _opened(deflated: bytes) -> Baseline:
    return Baseline.model_validate_json(zlib.decompress(deflated))

"""Assets in the store, shared by all replicas."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from service.assets.asset import Asset, Registered
from service.moment import moment_of
from service.store.tables import StoredAsset

_BY_ID = select(StoredAsset.__table__)


@dataclass(frozen=True)
class Record:
    """An asset and its life, in microseconds since 1970; `changed_us` grows with each change."""

    asset: Asset
    made_us: int
    changed_us: int

    @property
    def etag(self) -> str:
        """Of this state of the asset; another state has another one, also after it was deleted and made anew."""
        return f'"{self.changed_us:x}"'

    def shown(self) -> Registered:
        """As it is answered."""
        return Registered(**dict(self.asset), created=moment_of(self.made_us), changed=moment_of(self.changed_us))


def find(connection: Connection, identity: str, *, to_change: bool = False) -> Record | None:
    """The asset; None where there is none.

    Args:
        to_change: nobody else may change it until the transaction ends.
    """
    wanted = _BY_ID.where(StoredAsset.id == identity)
    row = connection.execute(wanted.with_for_update() if to_change else wanted).first()
    return None if row is None else _record(row)


def page(
    connection: Connection, limit: int, after: str = "", machine: str | None = None, point: str | None = None
) -> list[Record]:
    """At most `limit`, by id, from the first after `after`; of one machine, or of points of one name."""
    asked: list[ColumnElement[bool]] = [StoredAsset.id > after]
    if machine is not None:
        asked.append(StoredAsset.machine == machine)
    if point is not None:
        asked.append(StoredAsset.point == point)
    return [_record(row) for row in connection.execute(_BY_ID.where(*asked).order_by(StoredAsset.id).limit(limit))]


def everything(connection: Connection) -> Iterator[Asset]:
    """All assets, by id."""
    for row in connection.execute(_BY_ID.order_by(StoredAsset.id)):
        yield _record(row).asset


def known(connection: Connection, identities: Sequence[str]) -> set[str]:
    """Those that there are."""
    found: set[str] = set()
    for first in range(0, len(identities), 500):
        some = StoredAsset.id.in_(identities[first : first + 500])
        found.update(connection.execute(select(StoredAsset.id).where(some)).scalars())
    return found


def add(connection: Connection, asset: Asset, now_us: int) -> Record:
    """A new one; there must be none with its id."""
    record = Record(asset, now_us, now_us)
    connection.execute(insert(StoredAsset).values(id=asset.id, made_us=now_us, **_columns(record)))
    return record


def replace(connection: Connection, before: Record, asset: Asset, now_us: int) -> Record:
    """Another state of the asset with this id."""
    record = Record(asset, before.made_us, max(now_us, before.changed_us + 1))
    connection.execute(update(StoredAsset).where(StoredAsset.id == asset.id).values(**_columns(record)))
    return record


def remove(connection: Connection, identity: str) -> None:
    """The asset alone: its diagnoses stay."""
    connection.execute(delete(StoredAsset).where(StoredAsset.id == identity))


def _columns(record: Record) -> dict[str, Any]:
    asset = record.asset
    return {
        "machine": asset.machine,
        "point": asset.point,
        "changed_us": record.changed_us,
        "asset": asset.model_dump_json().encode(),
    }


def _record(row: Any) -> Record:
    return Record(Asset.model_validate_json(row.asset), row.made_us, row.changed_us)

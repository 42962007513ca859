"""Keys in the store, shared by all replicas."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from service.security.api_key import ApiKey
from service.security.scopes import Scope
from service.store.tables import StoredKey


@dataclass(frozen=True)
class KeyRecord:
    """A key and its life, in microseconds since 1970."""

    key: ApiKey
    made_us: int
    revoked_us: int | None


def valid(connection: Connection) -> Mapping[str, ApiKey]:
    """The keys that open something, by id."""
    return {record.key.id: record.key for record in everything(connection) if record.revoked_us is None}


def everything(connection: Connection) -> list[KeyRecord]:
    """All keys, the oldest first."""
    rows = connection.execute(select(StoredKey.__table__).order_by(StoredKey.made_us))
    return [
        KeyRecord(
            ApiKey(row.id, row.name, row.digest, frozenset(Scope(word) for word in row.scopes.split())),
            row.made_us,
            row.revoked_us,
        )
        for row in rows
    ]


def add(connection: Connection, key: ApiKey, time_us: int) -> None:
    """A new key."""
    values = {"id": key.id, "name": key.name, "digest": key.digest, "scopes": " ".join(sorted(key.scopes))}
    connection.execute(insert(StoredKey).values(**values, made_us=time_us))


def revoke(connection: Connection, identity: str, time_us: int) -> bool:
    """From now on the key opens nothing; False where no valid key has this id."""
    valid_one = (StoredKey.id == identity, StoredKey.revoked_us.is_(None))
    return connection.execute(update(StoredKey).where(*valid_one).values(revoked_us=time_us)).rowcount == 1

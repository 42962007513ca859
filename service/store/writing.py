"""What is written: diagnoses as they come, and from time to time the terms that they can be found by."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.store import terms
from service.store.row import Row
from service.store.tables import Bookkeeping, StoredDiagnosis, Term

INDEXED_AT_ONCE = 16_384

Hear = Callable[[Connection, Sequence[Row]], None]

INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

# A batch whose commit got lost on its way is written again: what is there already stays as it is.
_INSERT = {name: into(StoredDiagnosis).on_conflict_do_nothing() for name, into in INSERTS.items()}
_INDEXED_TO = select(Bookkeeping.indexed_to).with_for_update(read=True)
_TERM_COLUMNS = [StoredDiagnosis.id, *(getattr(StoredDiagnosis, name) for name in terms.FOUND_BY)]


def unheard(connection: Connection, rows: Sequence[Row]) -> None:
    """Where nothing follows from a diagnosis."""


def add(connection: Connection, rows: Sequence[Row], hear: Hear = unheard) -> Mapping[int, int]:
    """Stores the rows.

    Args:
        hear: told of those rows about assets that were not in the store yet.

    Returns:
        For each row whose Idempotency-Key was in the store already, the id that has it, by the row's own id.
    """
    new = _insert(connection, rows)
    indexed_to = connection.execute(_INDEXED_TO).scalar_one()
    late = [row for row in rows if row["id"] <= indexed_to]
    if late:  # of a process whose commits were held up while another one indexed
        _add_terms(connection, late)
    if new:
        hear(connection, new)
    return _earlier(connection, [row for row in rows if row["idempotency_key"] is not None])


def index(connection: Connection) -> int:
    """Adds the terms of the oldest diagnoses that no term leads to yet, at most `INDEXED_AT_ONCE`; how many they were.

    The lock waits for the commits of other processes, and theirs for this one: no diagnosis falls between.
    """
    indexed_to = connection.execute(select(Bookkeeping.indexed_to).with_for_update()).scalar_one()
    wanted = select(*_TERM_COLUMNS).where(StoredDiagnosis.id > indexed_to).order_by(StoredDiagnosis.id)
    rows = connection.execute(wanted.limit(INDEXED_AT_ONCE)).mappings().all()
    if rows:
        _add_terms(connection, rows)
        connection.execute(update(Bookkeeping).values(indexed_to=rows[-1]["id"]))
    return len(rows)


def _insert(connection: Connection, rows: Sequence[Row]) -> list[Row]:
    """The new ones among those about assets; of the others nobody asks which are, and to learn it costs."""
    insert = _INSERT[connection.dialect.name]
    alone = [row for row in rows if row["asset"] is None]
    if alone:
        connection.execute(insert, alone)
    watched = [row for row in rows if row["asset"] is not None]
    if not watched:
        return []
    new = set(connection.execute(insert.returning(StoredDiagnosis.id), watched).scalars())
    return [row for row in watched if row["id"] in new]


def _add_terms(connection: Connection, rows: Iterable[Mapping[Any, Any]]) -> None:
    # In the order of the table, so that each of its pages is written once.
    pairs = sorted((number, row["id"]) for row in rows for number in terms.numbers(row))
    into = INSERTS[connection.dialect.name](Term).on_conflict_do_nothing()
    connection.execute(into, [{"term": number, "id": identity} for number, identity in pairs])


def _earlier(connection: Connection, keyed: Sequence[Row]) -> dict[int, int]:
    if not keyed:
        return {}
    by_key = {row["idempotency_key"]: row["id"] for row in keyed}
    wanted = select(StoredDiagnosis.idempotency_key, StoredDiagnosis.id).where(
        StoredDiagnosis.idempotency_key.in_(by_key)
    )
    stored = {row.idempotency_key: row.id for row in connection.execute(wanted)}
    return {row["id"]: stored[key] for row in keyed if (key := row["idempotency_key"]) and stored[key] != row["id"]}

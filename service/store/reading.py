"""What is read: one diagnosis, or pages of them, the newest first.

Pages follow the id, which no later diagnosis can come before: whatever is stored or deleted meanwhile, what was there
at the first page comes once. (What another process made earlier but committed later may be missed.)
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import ColumnElement, Connection, Row, Select, func, select
from sqlalchemy.orm import aliased

from service.store import terms
from service.store.identity import LAST
from service.store.packing import unpack
from service.store.tables import Bookkeeping, StoredDiagnosis, Term

SUMMARY = (
    StoredDiagnosis.id,
    StoredDiagnosis.time_us,
    StoredDiagnosis.request_id,
    StoredDiagnosis.source,
    StoredDiagnosis.verdict,
    StoredDiagnosis.fault,
    StoredDiagnosis.confidence,
    StoredDiagnosis.bundle,
    StoredDiagnosis.front_end,
    StoredDiagnosis.energy_nj,
    StoredDiagnosis.speed_rpm,
    StoredDiagnosis.asset,
    StoredDiagnosis.axis,
    StoredDiagnosis.level,
)

COUNTED = 20_000
"""How far the diagnoses of a term are counted to find the rarest."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for.

    Attributes:
        values: by the name of a column of `terms.FOUND_BY`.
        first: the smallest id.
        before: ids below this one.
    """

    values: tuple[tuple[str, str], ...] = ()
    first: int = 0
    before: int = LAST


def page(connection: Connection, wanted: Wanted, limit: int) -> Sequence[Row[Any]]:
    """The newest `limit` that are wanted, as the columns of `SUMMARY`."""
    indexed_to = connection.execute(select(Bookkeeping.indexed_to)).scalar_one()
    newest = _newest(wanted, indexed_to if wanted.values else -1)
    rows = list(connection.execute(newest.limit(limit)))
    if wanted.values and len(rows) < limit:
        rows += connection.execute(_found(connection, wanted, indexed_to, limit - len(rows)))
    return rows


def answer(connection: Connection, identity: int) -> bytes | None:
    """The JSON that was sent."""
    packed = connection.execute(select(StoredDiagnosis.answer).where(StoredDiagnosis.id == identity)).scalar()
    return None if packed is None else unpack(packed)


@dataclass(frozen=True)
class Answered:
    """What a request with an Idempotency-Key got: the JSON, the request's own fingerprint, and which axis it is of."""

    answer: bytes
    fingerprint: bytes
    axis: str | None


def by_keys(connection: Connection, keys: Sequence[str]) -> list[Answered]:
    """What was answered to the request that these keys are of, in the order in which it was made."""
    columns = select(StoredDiagnosis.answer, StoredDiagnosis.fingerprint, StoredDiagnosis.axis)
    rows = connection.execute(columns.where(StoredDiagnosis.idempotency_key.in_(keys)).order_by(StoredDiagnosis.id))
    return [Answered(unpack(row.answer), row.fingerprint, row.axis) for row in rows]


def of_asset(connection: Connection, asset: str, ids: Sequence[int]) -> dict[int, Answered]:
    """Those of some diagnoses that are of an asset, by id, the oldest first; at most some hundred are asked for."""
    columns = select(StoredDiagnosis.id, StoredDiagnosis.answer, StoredDiagnosis.axis)
    chosen = columns.where(StoredDiagnosis.id.in_(ids), StoredDiagnosis.asset == asset).order_by(StoredDiagnosis.id)
    return {row.id: Answered(unpack(row.answer), b"", row.axis) for row in connection.execute(chosen)}


def ids_of(connection: Connection, wanted: Wanted, limit: int) -> Sequence[int]:
    """The ids of the newest `limit` that have the one value which is wanted, the newest first."""
    indexed_to = connection.execute(select(Bookkeeping.indexed_to)).scalar_one()
    [(name, value)] = wanted.values
    young = _newest(wanted, indexed_to).with_only_columns(StoredDiagnosis.id).limit(limit)
    ids = connection.execute(young).scalars().all()
    old = select(Term.id).where(Term.term == terms.number(name, value), *_span(Term, wanted, indexed_to))
    return [*ids, *connection.execute(old.order_by(Term.id.desc()).limit(limit - len(ids))).scalars().all()]


Cursor = Annotated[
    str,
    # 63 bits in base64, where each character stands for six: what the first and the last may be is less.
    Field(
        pattern=r"^[A-Za-f][A-Za-z0-9_-]{9}[AEIMQUYcgkosw048]$",
        description="`next` of the page before, as it stands there.",
    ),
]


def cursor(identity: int) -> str:
    """Where the next page begins, for a client to hand back."""
    return base64.urlsafe_b64encode(identity.to_bytes(8, "big")).decode().rstrip("=")


def read_cursor(text: str) -> int:
    """The id before which the page begins.

    Raises:
        ValueError: no cursor of ours.
    """
    try:
        identity = int.from_bytes(base64.b64decode(f"{text}=", altchars=b"-_", validate=True), "big")
    except (binascii.Error, ValueError):
        raise ValueError("not a cursor that the service gave") from None
    if not 0 <= identity <= LAST or cursor(identity) != text:
        raise ValueError("not a cursor that the service gave")
    return identity


def _newest(wanted: Wanted, after: int) -> Select[*tuple[Any, ...]]:
    """Those that no term leads to yet, or all where nothing is asked for: read in their own order."""
    span = (StoredDiagnosis.id < wanted.before, StoredDiagnosis.id >= max(wanted.first, after + 1))
    columns = [_column(name, value) for name, value in wanted.values]
    return select(*SUMMARY).where(*span, *columns).order_by(StoredDiagnosis.id.desc())


def _found(connection: Connection, wanted: Wanted, indexed_to: int, limit: int) -> Select[*tuple[Any, ...]]:
    """Those that have all the terms: their ids first, along the rarest term, each looked up under the others.

    PostgreSQL would do otherwise: ids and diagnoses in one query, and it reads through all diagnoses; terms that it may
    join (OFFSET keeps it from that), and it reads through the commoner one.
    """
    numbers = [terms.number(*value) for value in wanted.values]
    rarest, *others = sorted(numbers, key=lambda number: _count(connection, number, wanted))
    ids = select(Term.id).where(Term.term == rarest, *_span(Term, wanted, indexed_to))
    for number in others:
        other = aliased(Term)
        same = (other.term == number, other.id == Term.id, *_span(other, wanted, indexed_to))
        ids = ids.where(select(other.id).where(*same).offset(0).exists())  # looked up, not joined
    found = connection.execute(ids.order_by(Term.id.desc()).limit(limit)).scalars().all()
    return select(*SUMMARY).where(StoredDiagnosis.id.in_(found)).order_by(StoredDiagnosis.id.desc())


def _count(connection: Connection, number: int, wanted: Wanted) -> int:
    some = select(Term.id).where(Term.term == number, *_span(Term, wanted, LAST)).limit(COUNTED).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def _span(term: type[Term], wanted: Wanted, indexed_to: int) -> tuple[ColumnElement[bool], ...]:
    return term.id < wanted.before, term.id >= wanted.first, term.id <= indexed_to


def _column(name: str, value: str) -> ColumnElement[bool]:
    column = getattr(StoredDiagnosis, name)
    if name == "bundle" and "/" not in value:
        return column.startswith(f"{value}/", autoescape=True)  # type: ignore[no-any-return]
    return column == value  # type: ignore[no-any-return]

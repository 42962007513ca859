"""What is not kept for ever: diagnoses over an age, and the oldest where the store is over a size."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select, text

from service.store import terms
from service.store.identity import DAY_US, first_id
from service.store.tables import StoredDiagnosis, Term

MIB = 1 << 20
BATCH = 2000
"""Deleted in one transaction: requests that wait for a commit wait for this too."""

SAMPLED = 1000
BESIDE_ANSWER = 300
"""Bytes of a row's other columns and of its terms."""


@dataclass(frozen=True)
class Retention:
    """How long, and how much."""

    days: float
    mib: int

    def sweep(self, connection: Connection, now_us: int) -> int:
        """Deletes at most `BATCH` of what is not to be kept; how many that were."""
        oldest_kept = first_id(now_us - round(self.days * DAY_US))
        if size(connection) > self.mib * MIB:
            oldest = select(StoredDiagnosis.id).order_by(StoredDiagnosis.id).offset(BATCH).limit(1)
            oldest_kept = max(oldest_kept, connection.execute(oldest).scalar() or 0)
        gone = select(StoredDiagnosis.id).where(StoredDiagnosis.id < oldest_kept)
        last = connection.execute(gone.order_by(StoredDiagnosis.id).offset(BATCH).limit(1)).scalar() or oldest_kept
        return _delete(connection, last)


def size(connection: Connection) -> int:
    """Bytes that are in use: those of deleted rows are used again, so they do not count."""
    if connection.dialect.name == "sqlite":
        pages, free, of = (
            connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * of)
    # The files of PostgreSQL keep what was deleted until a vacuum: by their size, no deletion would ever be enough.
    some = select(func.octet_length(StoredDiagnosis.answer).label("of"))
    newest = some.order_by(StoredDiagnosis.id.desc()).limit(SAMPLED).subquery()
    answer = connection.execute(select(func.avg(newest.c.of))).scalar() or 0
    count = connection.execute(select(func.count()).select_from(StoredDiagnosis)).scalar_one()
    return int(count * (float(answer) + BESIDE_ANSWER))


def _delete(connection: Connection, before: int) -> int:
    columns = [getattr(StoredDiagnosis, name) for name in terms.FOUND_BY]
    rows = connection.execute(select(*columns).where(StoredDiagnosis.id < before)).mappings().all()
    if not rows:
        return 0
    for term in sorted({number for row in rows for number in terms.numbers(row)}):
        connection.execute(delete(Term).where(Term.term == term, Term.id < before))
    connection.execute(delete(StoredDiagnosis).where(StoredDiagnosis.id < before))
    return len(rows)

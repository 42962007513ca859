"""What the diagnoses of this day are, and what they cost, out of the store: over restarts, and of all replicas.

Rows that nothing can come before any more are added up once; only the youngest are read at each question.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from service.store.identity import DAY_US, first_id, wall_us
from service.store.tables import StoredDiagnosis

SETTLING_US = 10_000_000
"""Between the id of a diagnosis and its commit lies less, where each answer waits for it."""


@dataclass(frozen=True)
class Day:
    """Diagnoses since `since_us` (microseconds since 1970, midnight UTC), and what they cost, nJ."""

    since_us: int
    diagnoses: int = 0
    energy_nj: float = 0.0

    def with_further(self, diagnoses: int, energy_nj: float) -> "Day":
        """And so many more."""
        return Day(self.since_us, self.diagnoses + diagnoses, self.energy_nj + energy_nj)


class Today:
    """Adds up the day; safe in several threads.

    Args:
        commit_s: how long an answer may stay in memory before it is stored.
    """

    def __init__(self, commit_s: float = 0.0, clock: Callable[[], int] = wall_us) -> None:
        self._clock = clock
        self._settling_us = SETTLING_US + round(1e6 * commit_s)
        self._adding = threading.Lock()
        self._settled, self._settled_to = Day(0), 0

    def read(self, connection: Connection) -> Day:
        """The day so far, as it is stored."""
        now_us = self._clock()
        since_us = now_us - now_us % DAY_US
        with self._adding:
            if self._settled.since_us != since_us:
                self._settled, self._settled_to = Day(since_us), first_id(since_us)
            horizon = max(self._settled_to, first_id(now_us - self._settling_us))
            self._settled = self._settled.with_further(*_sum(connection, self._settled_to, horizon))
            self._settled_to = horizon
            return self._settled.with_further(*_sum(connection, horizon, None))


def _sum(connection: Connection, first: int, before: int | None) -> tuple[int, float]:
    wanted = select(func.count(), func.sum(StoredDiagnosis.energy_nj))
    wanted = wanted.where(StoredDiagnosis.id >= first)
    count, energy_nj = connection.execute(wanted if before is None else wanted.where(StoredDiagnosis.id < before)).one()
    return count, float(energy_nj or 0.0)

"""A store that writes more than it may: it says so, commits less often where it may, and loses nothing."""

import asyncio
import logging
import time
from pathlib import Path

import pytest

from service.settings import Settings, SettingsError
from service.store.budget import MB, Budget
from service.store.store import Store
from tests.service.store.rows import ANSWER, KEPT

TINY_MB = 0.01
"""Less than one commit."""


def keep(store: Store, count: int) -> None:
    async def all_of_them() -> None:
        await asyncio.gather(*(store.keep(store.entry(ANSWER)) for _ in range(count)))

    asyncio.run(all_of_them())


def wait_until_stored(store: Store, count: int) -> None:
    for _ in range(200):
        if store.counts.stored >= count:
            return
        time.sleep(0.05)
    raise AssertionError(f"{store.counts.stored} are stored")


def test_a_budget_fills_evenly_and_changes_its_mind_once(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    budget = Budget(24, clock=lambda: now)
    with caplog.at_level(logging.WARNING):
        budget.count(round(23 * MB))
        assert (budget.over, budget.warning) == (False, None)
        budget.count(round(25.5 * MB))
        assert budget.over
        assert "more than 24 MB a day" in (budget.warning or "")
        now = 2 * 3600  # two of 24 MB have come back: half a MB is there
        budget.count(round(25.5 * MB))
        assert budget.over
        now = 5 * 3600
        budget.count(round(25.5 * MB))
        assert not budget.over
    assert len(caplog.messages) == 2


def test_over_its_budget_fast_commits_less_often_and_stores_all(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "brinell.db"), "fast", KEPT, 0.05, Budget(TINY_MB)) as store:
        keep(store, 1)
        wait_until_stored(store, 1)
        if store.bytes_written() is None:
            pytest.skip("this system does not count what a thread writes")
        for _ in range(20):
            keep(store, 100)
            time.sleep(0.05)
        assert store.warning is not None
        assert (store.counts.commits, store.waiting) == (1, 2000)
        keep(store, 2100)
        wait_until_stored(store, 4097)
        assert store.counts.commits == 2
    assert (store.counts.stored, store.counts.lost, store.counts.refused) == (4101, 0, 0)


def test_over_its_budget_power_safe_stays_so(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "brinell.db"), "power-safe", KEPT, 60, Budget(TINY_MB)) as store:
        for count in range(1, 21):
            keep(store, 1)
            assert store.counts.stored == count
        assert store.bytes_written() is None or store.warning is not None


@pytest.mark.parametrize("store", ["none", "postgresql://plant@db/brinell"])
def test_a_budget_that_nothing_can_count_is_refused(store: str) -> None:
    with pytest.raises(SettingsError, match="BRINELL_WRITE_BUDGET_MB_A_DAY"):
        Settings.read(store=store, auth="none", write_budget_mb_a_day=200)

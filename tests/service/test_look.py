"""What it costs to look on at a plant of a thousand points; `-rP` prints it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import pytest

from benchmarks.assets.filling import ASSETS, fill
from service.assets import overview
from service.assets.overview import Wanted
from service.live.look import seen_of_assets
from service.store.database import Database
from service.store.opening import opened

DIAGNOSES = 30_000
TIMES = 15


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with opened(str(Path(tmp_path_factory.mktemp("plant")) / "brinell.db"), "fast") as (database, _):
        fill(database, DIAGNOSES)
        yield database


def cpu_ms(work: Callable[[], object]) -> float:
    """Processor time, the median of `TIMES`."""
    took = []
    for _ in range(TIMES):
        began = time.process_time()
        work()
        took.append(1e3 * (time.process_time() - began))
    return median(took)


def test_a_look_costs_a_hundredth_of_the_time_between_two(plant: Database) -> None:
    with plant.reading() as connection:
        assert len(seen_of_assets(connection)) == ASSETS
        look_ms = cpu_ms(lambda: seen_of_assets(connection))
        list_ms = cpu_ms(lambda: overview.page(connection, Wanted(), 100))
    print(f"{ASSETS} points, {DIAGNOSES} diagnoses: a look {look_ms:.1f} ms, a list of 100 points {list_ms:.0f} ms")
    assert look_ms < 20
    assert list_ms < 500

"""A store that is filled at once holds what the service would have written."""

from collections import Counter
from pathlib import Path

from benchmarks.assets.filling import AXES, fill, name_of
from service.assets.trend import trend
from service.store.identity import LAST
from service.store.opening import opened
from service.store.packing import CONDITION

DIAGNOSES, TRENDS = 10_000, 100


def test_a_trend_of_a_filled_store_has_levels_severities_and_conditions(tmp_path: Path) -> None:
    with opened(str(tmp_path / "brinell.db"), "fast") as (database, _):
        fill(database, DIAGNOSES)
        with database.reading() as connection:
            trends = [trend(connection, name_of(number), None, 0, LAST, 1000) for number in range(TRENDS)]
    points = [point for each in trends for point in each.points]
    assert 500 < len(points) < 2000
    assert {point.axis for point in points} == set(AXES)
    assert all(set(point.condition) == set(CONDITION) for point in points)
    levels = Counter((point.level, point.severity) for point in points)
    assert levels["quiet", "none"] > 0.8 * len(points)
    assert {level for level, _ in levels} == {"quiet", "no_verdict", "watch", "alarm"}

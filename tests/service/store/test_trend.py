"""The trend of a measuring point: all that was diagnosed, or the worst of each span; what it shows of growth."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import Connection

from data.fault import FAULTS, Fault
from data.indicators import indicators
from models.baseline import Baseline
from models.voices import Severity
from service import docs
from service.assets import trend as trend_module
from service.assets.growth import QUANTITIES, Growth, slope
from service.assets.trend import Trend, trend
from service.diagnosis import Diagnosis
from service.store import writing
from service.store.identity import DAY_US, LAST, Clock, first_id, time_of
from service.store.opening import opened
from service.store.packing import CONDITION, pack_probabilities, unpack_probabilities
from service.store.row import Row, Watched, row
from tests.service.assets import healthy

ANSWER = Diagnosis.model_validate(docs.example("answer"))
BEGAN_US = 1_790_000_000_000_000


class Course:
    """Diagnoses of axes over time, as rows."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._now_us = BEGAN_US
        self._clock = Clock(1, 0, lambda: self._now_us)

    def add(
        self, day: float, fault_probability: float, axis: str = "x", asset: str = "fan.de",
        condition: Mapping[str, float] | None = None, severity: Severity | None = None,
    ) -> Row:  # fmt: skip
        """One more; a fault from a probability of a half on."""
        self._now_us = BEGAN_US + round(day * DAY_US)
        identity, now = self._clock.new_id()
        fault = Fault.OUTER_RACE if fault_probability > 0.5 else Fault.NORMAL
        rest = dict.fromkeys(FAULTS, 0.0) | {Fault.NORMAL: 1 - fault_probability, Fault.OUTER_RACE: fault_probability}
        answer = ANSWER.model_copy(update={"fault": fault, "probabilities": rest})
        made = row(identity, now, answer, answer.model_dump_json().encode(), source=None, key=None, fingerprint=None,
                   watched=Watched(asset, axis, severity and "alarm", severity, condition or {}))  # fmt: skip
        self.rows.append(made)
        return made


@pytest.fixture
def course() -> Course:
    return Course()


@pytest.fixture
def connection(store_place: str) -> Iterator[Connection]:
    with opened(store_place, "fast") as (database, _), database.writing() as connection:
        yield connection


def read(connection: Connection, course: Course, axis: str | None = None, most: int = 2000, **span: int) -> Trend:
    writing.add(connection, course.rows)
    return trend(connection, "fan.de", axis, span.get("first", 0), span.get("before", LAST), most)


def grown(found: Trend) -> Mapping[str, Growth]:
    """Of the one axis that there is."""
    [axis] = {each.axis for each in found.growth}
    assert [each.of for each in found.growth] == list(QUANTITIES), axis
    return {each.of: each for each in found.growth}


def test_the_points_are_those_of_the_asset_in_the_order_of_time(connection: Connection, course: Course) -> None:
    for day in range(6):
        course.add(day, 0.1 * day, axis="xy"[day % 2], asset="fan.nde" if day == 3 else "fan.de")
    for indexed in (False, True):
        if indexed:
            assert writing.index(connection) == 6
        found = read(connection, course)
        assert [(each.axis, each.time.timestamp()) for each in found.points] == [
            ("xy"[day % 2], (BEGAN_US + day * DAY_US) / 1e6) for day in (0, 1, 2, 4, 5)
        ]
        assert (found.read, found.complete) == (5, True)
        assert [each.axis for each in read(connection, course, axis="y").points] == ["y", "y"]
        middle = {"first": first_id(BEGAN_US + DAY_US), "before": first_id(BEGAN_US + 5 * DAY_US)}
        assert len(read(connection, course, **middle).points) == 3


def test_a_peak_is_never_thinned_out(connection: Connection, course: Course) -> None:
    rng = np.random.default_rng(0)
    peaks = {137, 512, 861}
    for number in range(1000):
        course.add(number / 24, 0.97 if number in peaks else rng.uniform(0, 0.4), axis="xyz"[number % 3])
    found = read(connection, course, most=60)
    assert len(found.points) <= 60
    assert found.read == 1000
    shown = {each.id for each in found.points}
    assert {f"{course.rows[number]['id']:016x}" for number in peaks} <= shown
    assert [each.id for each in found.points] == sorted(shown)
    assert {each.axis for each in found.points} == set("xyz")


def test_of_equal_alarms_the_most_severe_is_kept(connection: Connection, course: Course) -> None:
    for hour in range(100):
        course.add(hour / 24, 0.8 if hour == 37 else 0.9, severity="high" if hour == 37 else "medium")
    kept = read(connection, course, most=10).points
    assert [each.severity for each in kept].count("high") == 1
    assert len(kept) == 10


def test_what_was_not_read_is_said_and_the_newest_is_read(
    connection: Connection, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trend_module, "MOST_READ", 10)
    for day in range(15):
        course.add(day, 0.1)
    found = read(connection, course)
    assert (found.read, found.complete) == (10, False)
    assert found.points[-1].time.timestamp() == (BEGAN_US + 14 * DAY_US) / 1e6


def test_the_first_time_of_a_fault_is_that_of_each_axis(connection: Connection, course: Course) -> None:
    for day, probability, axis in ((0, 0.1, "x"), (1, 0.9, "y"), (2, 0.8, "x"), (3, 0.9, "x"), (4, 0.1, "z")):
        course.add(day, probability, axis)
    found = read(connection, course)
    assert {(each.axis, each.fault, time_of(int(each.id, 16))) for each in found.first_seen} == {
        ("x", Fault.OUTER_RACE, BEGAN_US + 2 * DAY_US), ("y", Fault.OUTER_RACE, BEGAN_US + DAY_US),
    }  # fmt: skip


def test_growth_is_that_of_the_machine_and_not_of_a_bad_day(connection: Connection, course: Course) -> None:
    for hour in range(24 * 28):
        bad = hour % 5 == 0
        course.add(hour / 24, 0.95 if bad else 0.05 + 0.1 * hour / 24 / 7)
    growth = grown(read(connection, course))["fault_probability"]
    assert growth.per_week == pytest.approx(0.1, rel=0.02)
    assert growth.n == 24 * 28


def test_growth_needs_three_diagnoses(connection: Connection, course: Course) -> None:
    course.add(0, 0.1)
    course.add(7, 0.2)
    two = grown(read(connection, course))["fault_probability"]
    assert (two.per_week, two.n) == (None, 2)
    course.add(14, 0.3)
    three = grown(read(connection, course))["fault_probability"]
    assert three.per_week == pytest.approx(0.1, abs=1e-3)


def test_what_happened_within_a_day_is_no_growth(connection: Connection, course: Course) -> None:
    for hour in range(0, 24, 3):
        course.add(hour / 24, 0.04 * hour)
    assert {each.per_week for each in read(connection, course).growth} == {None}
    course.add(1, 0.9)
    assert grown(read(connection, course))["fault_probability"].per_week == pytest.approx(7 * 0.96, rel=0.05)


def test_each_indicator_grows_as_the_machine_does(connection: Connection, course: Course) -> None:
    """It vibrates more by a tenth of the first day's each day; on every fifth day something else shakes it."""
    machine, week = healthy.day(100), [healthy.day(number) for number in range(8)]
    baseline = Baseline.learn([(indicators(each), each.speed_rpm) for each in week])
    told = []
    for day in range(36):
        gain = (1 + 0.1 * day) * (1.5 if day % 5 == 0 else 1.0)
        found = indicators(replace(machine, samples=machine.samples * np.float32(gain)))
        told.append(found.values | {"change_deviation": baseline.change(found, machine.speed_rpm).deviation})
        course.add(day, 0.1, condition=told[-1])
    growth, first = grown(read(connection, course)), indicators(machine).values
    for name in ("velocity_rms_mm_s", "envelope_rms_g"):
        assert growth[name].per_week == pytest.approx(7 * 0.1 * first[name], rel=0.03), name
    assert growth["kurtosis"].per_week == pytest.approx(0.0, abs=1e-3)
    deviations = slope(np.arange(36.0) / 7, np.array([each["change_deviation"] for each in told]))
    assert growth["change_deviation"].per_week == pytest.approx(deviations, rel=0.01)
    assert {each.n for each in growth.values()} == {36}


def test_growth_is_of_what_is_known(connection: Connection, course: Course) -> None:
    for day in range(9):
        known = {"kurtosis": 3.0 + day} if day % 2 == 0 else {}
        course.add(day, 0.1, axis="xy"[day > 5], condition=known)
    found = read(connection, course)
    kurtosis = {each.axis: each for each in found.growth if each.of == "kurtosis"}
    assert (kurtosis["x"].per_week, kurtosis["x"].n) == (pytest.approx(7.0), 3)
    assert (kurtosis["y"].per_week, kurtosis["y"].n) == (None, 2)
    assert grown(read(connection, course, axis="x"))["velocity_rms_mm_s"].n == 0
    assert ("fault_probability", *CONDITION) == QUANTITIES


def test_the_slope_is_that_of_scipy() -> None:
    from scipy.stats import theilslopes

    rng = np.random.default_rng(0)
    times = np.sort(rng.uniform(0, 10, 80))
    times[3] = times[4]
    values = 0.3 * times + rng.standard_cauchy(80)
    assert slope(times, values) == pytest.approx(theilslopes(values, times).slope)
    assert slope(np.ones(5), np.arange(5.0)) is None


def test_probabilities_are_kept_to_four_digits() -> None:
    probabilities = dict(zip(FAULTS, (0.12341, 0.6, 0.27659, 0.0), strict=True))
    packed = pack_probabilities(probabilities)
    assert packed is not None
    assert unpack_probabilities(packed) == pytest.approx(probabilities, abs=1e-4)
    assert pack_probabilities(None) is None

"""Baselines: the rate of false alarms that was promised is kept, growth is never overlooked, nothing is overwritten."""

from collections.abc import Callable

import numpy as np
import pytest
from pydantic import ValidationError

from data.errors import NotApplicable
from data.fault import Fault
from data.indicators import Indicators
from models.baseline import FIRM, Baseline, Healthy, looks_faulty

NAMES = ("velocity_rms_mm_s", "acceleration_rms_g", "kurtosis", "band_rms_g_10_500", "evidence_db_inner_race")


def found(levels: np.ndarray, **values: float) -> Indicators:
    """Indicators that lie so many dB over what is usual."""
    scale = {"kurtosis": 10.0}
    plain = {
        name: level if "_db" in name else 10 ** (level / scale.get(name, 20.0))
        for name, level in zip(NAMES, map(float, levels), strict=True)
    }
    return Indicators(values=plain | values)


def alike(count: int, spread_db: float = 0.5, speed_rpm: float | None = 1500.0) -> list[Healthy]:
    rng = np.random.default_rng(count)
    return [(found(spread_db * rng.standard_normal(len(NAMES))), speed_rpm) for _ in range(count)]


def gaussian(rng: np.random.Generator, size: tuple[int, ...]) -> np.ndarray:
    return rng.standard_normal(size) + rng.standard_normal((size[0], 1))


def heavy(rng: np.random.Generator, size: tuple[int, ...]) -> np.ndarray:
    return rng.standard_t(3, size)


@pytest.mark.parametrize("draw", [gaussian, heavy])
@pytest.mark.parametrize(("count", "trials"), [(2, 600), (5, 600), (19, 600), (40, 300)])
def test_no_more_healthy_recordings_are_called_changed_than_was_promised(
    draw: Callable[[np.random.Generator, tuple[int, ...]], np.ndarray], count: int, trials: int
) -> None:
    # A machine that varies by 8 dB: its spread is far over the prior, and the limit is that of the healthy recordings.
    rng = np.random.default_rng(count)
    raised, promised = 0, 1 / (count + 1)
    for _ in range(trials):
        levels = 8 * draw(rng, (count + 1, len(NAMES)))
        baseline = Baseline.learn([(found(each), 1500.0) for each in levels[:-1]])
        change = baseline.change(found(levels[-1]), 1500.0)
        raised += change.raised
        assert change.lowest_rate == promised
        assert change.score >= promised
    assert raised / trials <= promised + 3 * np.sqrt(promised * (1 - promised) / trials)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("count", [1, 2, 19])
def test_what_grows_by_itself_is_raised_from_its_limit_on_and_ever_after(name: str, count: int) -> None:
    baseline = Baseline.learn(alike(count))
    limit = baseline.limits(1500.0)[name]
    usual = found(np.zeros(len(NAMES)))
    grown = [limit - 1e-6, limit + 1e-6, 3 * limit, 30 * limit]
    changes = [baseline.change(usual.model_copy(update={"values": usual.values | {name: v}}), 1500.0) for v in grown]
    assert [each.raised for each in changes] == [False, True, True, True]
    assert [list(each.exceeded) for each in changes] == [[], [name], [name], [name]]
    deviations = [each.deviation for each in changes]
    assert deviations == sorted(deviations)


def test_the_more_healthy_recordings_the_nearer_the_limit_and_a_fall_is_no_change() -> None:
    limits = [Baseline.learn(alike(count)).limits(1500.0)["acceleration_rms_g"] for count in (2, 20, 200)]
    assert limits == sorted(limits, reverse=True)
    assert 20 * np.log10(limits[-1]) < 3.0
    assert not Baseline.learn(alike(20)).change(found(np.full(len(NAMES), -30.0)), 1500.0).raised


def test_a_value_over_its_limit_is_told_as_a_ratio_of_values() -> None:
    baseline = Baseline.learn(alike(20))
    limit = baseline.limits(1500.0)["kurtosis"]
    change = baseline.change(found(np.zeros(len(NAMES)), kurtosis=5 * limit), 1500.0)
    assert change.exceeded["kurtosis"] == pytest.approx(5.0)


def test_each_speed_is_held_against_its_own_range() -> None:
    loud = [(found(np.full(len(NAMES), 20.0)), 3000.0)] * 3
    baseline = Baseline.learn([*alike(4), *alike(4, speed_rpm=1560.0), *loud])
    assert baseline.speed_ranges == ((1500.0, 1560.0), (3000.0, 3000.0))
    at_3000 = found(np.full(len(NAMES), 20.0))
    assert baseline.change(at_3000, 1500.0).raised
    change = baseline.change(at_3000, 3100.0)
    assert (change.raised, change.n, change.speed_range) == (False, 3, (3000.0, 3000.0))
    with pytest.raises(NotApplicable, match=r"at 2200 rpm; there are: 1500 to 1560 rpm, 3000 rpm"):
        baseline.change(at_3000, 2200.0)
    with pytest.raises(NotApplicable, match="a speed that is not stated"):
        baseline.change(at_3000, None)


def test_where_no_speed_is_stated_the_recordings_are_one_range() -> None:
    baseline = Baseline.learn(alike(3, speed_rpm=None))
    assert baseline.speed_ranges == (None,)
    assert not baseline.change(found(np.zeros(len(NAMES))), None).raised


def test_few_recordings_and_pieces_of_one_are_said_to_be_so() -> None:
    few, firm = Baseline.learn(alike(2)), Baseline.learn(alike(FIRM))
    assert "under 1 in 3 can be promised" in few.cautions[0]
    assert few.change(found(np.zeros(len(NAMES))), 1500.0).provisional
    assert firm.cautions == ()
    assert not firm.change(found(np.zeros(len(NAMES))), 1500.0).provisional
    pieces = Baseline.learn(alike(FIRM), pieces=True)
    assert "not independent" in pieces.cautions[0]
    assert pieces.change(found(np.zeros(len(NAMES))), 1500.0).provisional


def test_an_extended_baseline_names_its_parent_and_leaves_it_as_it_was() -> None:
    first = Baseline.learn(alike(2))
    before = first.identity
    second = first.extended(alike(3))
    assert (second.version, second.parent, len(second.healthy)) == (2, before, 5)
    assert first.identity == before != second.identity
    assert Baseline.model_validate_json(second.model_dump_json()).identity == second.identity
    with pytest.raises(ValidationError):
        first.version = 3  # type: ignore[misc]


def test_lines_that_most_healthy_recordings_show_are_usual_one_stray_is_not() -> None:
    quiet, lines = {"evidence_z_inner_race": 1.0}, {"evidence_z_inner_race": 6.0}
    flat = np.zeros(len(NAMES))
    mostly = Baseline.learn([(found(flat, **each), 1500.0) for each in (lines, lines, quiet)])
    once = Baseline.learn([(found(flat, **each), 1500.0) for each in (lines, quiet, quiet)])
    assert mostly.change(found(flat), 1500.0).usual == (Fault.INNER_RACE,)
    assert once.change(found(flat), 1500.0).usual == ()


def test_a_recording_that_does_not_look_healthy_is_told_why() -> None:
    flat = np.zeros(len(NAMES))
    assert looks_faulty(found(flat, evidence_z_outer_race=3.9)) == ()
    lines = looks_faulty(found(flat, evidence_z_outer_race=4.1))
    assert len(lines) == 1
    assert "outer race" in lines[0]
    shaking = found(flat).model_copy(update={"zone": "C"})
    assert looks_faulty(shaking) == ("its vibration lies in zone C of ISO 20816-3",)


def test_nothing_is_learned_from_nothing() -> None:
    with pytest.raises(NotApplicable, match="no healthy recording"):
        Baseline.learn([])
    with pytest.raises(NotApplicable, match="healthy recording 2 has no indicator to learn from: too short"):
        Baseline.learn([*alike(1), (Indicators(values={}, missing={"kurtosis": "too short"}), 1500.0)])
    with pytest.raises(NotApplicable, match="none of the indicators"):
        Baseline.learn(alike(2)).change(Indicators(values={"bearing_fit_z": 2.0}), 1500.0)

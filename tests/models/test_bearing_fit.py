"""A bearing fits where its own lines stand, and does not where another number of rolling elements has them."""

from dataclasses import replace

import numpy as np
import pytest

from data.fault import Fault
from data.geometry import Geometry
from data.recording import Recording
from data.rig import draw_rig, simulate
from models.bearing_fit import BearingCheck, BearingFit, Fit, rolling_elements, with_elements
from models.envelope_rule import EnvelopeRule

RULE = EnvelopeRule()
RACES = [Fault.INNER_RACE, Fault.OUTER_RACE]


def machine(fault: Fault, seed: int = 0, snr_db: float = 3.0) -> Recording:
    rng = np.random.default_rng(seed)
    geometry = Geometry(9, 0.2034)
    rig = draw_rig(rng, geometry=geometry, speed_rpm=1500.0, snr_db=snr_db, rate_hz=48_000.0, stray_per_s=0.0)
    return simulate(rig, fault, 4.0, rng)


def check(recording: Recording, number: int = 9) -> BearingFit:
    assert recording.orders is not None
    asked = replace(recording, orders=with_elements(recording.orders, number))
    assert asked.orders is not None
    return BearingCheck().judge(RULE, RULE.lines(asked), asked.orders, RULE.read(asked))


@pytest.mark.parametrize("fault", [*RACES, Fault.ROLLING_ELEMENT])
def test_the_right_bearing_fits(fault: Fault) -> None:
    found = check(machine(fault))
    assert found.fit is Fit.FITS
    assert not found.better


@pytest.mark.parametrize("number", [8, 10])
@pytest.mark.parametrize("fault", RACES)
def test_a_wrong_number_of_rolling_elements_does_not_fit_and_the_right_one_is_named(fault: Fault, number: int) -> None:
    found = check(machine(fault), number)
    assert found.fit is Fit.DOES_NOT_FIT
    assert 9 in [each.rolling_elements for each in found.better]
    assert next(each.fault for each in found.better if each.rolling_elements == 9) is fault
    assert [each.z for each in found.better] == sorted((each.z for each in found.better), reverse=True)


def test_a_healthy_machine_says_nothing_about_its_bearing() -> None:
    for seed in range(5):
        for number in (8, 9, 10):
            assert check(machine(Fault.NORMAL, seed), number).fit is Fit.CANNOT_TELL


def test_the_number_of_rolling_elements_follows_from_the_orders() -> None:
    orders = Geometry(13, 0.169, 10.0).orders()
    assert rolling_elements(orders) == 13
    changed = with_elements(orders, 12)
    assert changed.bpfo == pytest.approx(Geometry(12, 0.169, 10.0).orders().bpfo)
    assert (changed.bsf, changed.ftf) == (orders.bsf, orders.ftf)


def test_a_fit_survives_its_json() -> None:
    found = check(machine(Fault.OUTER_RACE), 8)
    assert BearingFit.model_validate_json(found.model_dump_json()) == found

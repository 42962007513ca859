"""Batches for the candidate detector: what counts as nothing, and that the same seed draws the same batch."""

import numpy as np
import pytest

from data.candidate_lines import CANDIDATES
from data.fault import FAULTS, Fault
from data.front_ends import AlignedFrontEnd
from data.recording import Recording
from data.rig import draw_rig, simulate
from training.candidates import FOREIGN, MULTIPLES, CandidatePool, wrong_orders
from training.config import CandidateAugmentation


def _machines(faults: tuple[Fault, ...], rig: str) -> list[tuple[Recording, str]]:
    found = []
    for number, fault in enumerate(faults):
        rng = np.random.default_rng(number)
        recording = simulate(draw_rig(rng, rate_hz=12_000.0), fault, 2.0, rng)
        found.append((recording, f"{rig} {number}"))
    return found


def _pool(faults: tuple[Fault, ...], **shares: float) -> CandidatePool:
    return CandidatePool(_machines(faults, "a"), AlignedFrontEnd(), CandidateAugmentation(**shares), "other")


def test_the_same_seed_draws_the_same_batch() -> None:
    one, other = (_pool(FAULTS).batch(8, (0, 3)) for _ in range(2))
    assert np.array_equal(one[0], other[0])
    assert np.array_equal(one[1], other[1])
    assert one[0].shape == (8, 1, AlignedFrontEnd().length)
    assert one[0].dtype == np.float32


def test_a_broken_machine_at_the_orders_of_another_bearing_shows_nothing() -> None:
    _, labels = _pool((Fault.INNER_RACE,), all_wrong=1.0).batch(16, (0, 0))
    assert set(labels) == {FAULTS.index(Fault.NORMAL)}


def test_a_broken_machine_whose_own_candidate_is_missing_shows_nothing() -> None:
    _, labels = _pool((Fault.INNER_RACE,), all_wrong=0, only_true=0, true_missing=1.0).batch(16, (0, 0))
    assert set(labels) == {FAULTS.index(Fault.NORMAL)}


def test_its_own_lines_are_enough_to_know_a_fault() -> None:
    _, labels = _pool((Fault.INNER_RACE,), all_wrong=0, only_true=1.0).batch(16, (0, 0))
    assert set(labels) == {FAULTS.index(Fault.INNER_RACE)}


def test_nothing_can_be_learned_where_every_machine_is_broken() -> None:
    assert _pool((Fault.INNER_RACE, Fault.OUTER_RACE)).faults == (Fault.NORMAL, Fault.INNER_RACE, Fault.OUTER_RACE)


@pytest.mark.parametrize("seed", range(20))
def test_wrong_orders_stay_clear_of_the_true_ones_and_their_multiples(seed: int) -> None:
    rng = np.random.default_rng(seed)
    own = draw_rig(rng).geometry.orders()
    other = wrong_orders(own, rng)
    for fault in CANDIDATES:
        for truth in CANDIDATES:
            assert (abs(other.of(fault) * MULTIPLES / own.of(truth) - 1) > FOREIGN).all()
